import { PROBLEM_BASE } from '@arcp/protocol'
import { describe, expect, test } from 'vitest'
import { createManualWorld, type ManualWorld } from '../../test/manual-world.ts'
import { isArcpError, type ArcpError } from '../arcp-error.ts'
import { createClientIn, type ClientOptions } from '../create-client.ts'
import { retryAfterMs } from './refusal.ts'

const STATS = {
  alive_agents: 1,
  total_agents: 1,
  agent_types: 1,
  system_status: 'operational',
  last_updated: '2026-01-01T00:00:00.000Z',
  features: { semantic_search: false, real_time_discovery: true, connection_facilitation: false },
}

function client(options: Partial<ClientOptions> = {}) {
  const world = createManualWorld()
  return { world, arcp: createClientIn(world, { url: 'http://hub.test:8001/', ...options }) }
}

async function failure(promise: Promise<unknown>): Promise<ArcpError> {
  const error: unknown = await promise.then(
    () => new Error('nothing failed'),
    (reason: unknown) => reason,
  )
  if (!isArcpError(error)) throw error
  return error
}

const idle = (world: ManualWorld) => expect(world.timers()).toBe(0)

describe('a call', () => {
  test('answers with the record as on the wire', async () => {
    const { world, arcp } = client()
    world.answer({ status: 200, body: STATS })
    expect(await arcp.stats()).toEqual(STATS)
    expect(world.requests).toMatchObject([{ url: 'http://hub.test:8001/public/stats', method: 'GET' }])
    idle(world)
  })

  test('turns a problem document into an ArcpError', async () => {
    const { world, arcp } = client()
    const problem = {
      type: `${PROBLEM_BASE}rate-limit-exceeded`,
      title: 'Rate Limit Exceeded',
      status: 429,
      detail: 'Too many requests',
      timestamp: '2026-01-01T00:00:00.000Z',
    }
    world.answer({ status: 429, body: problem, headers: { 'retry-after': '7' } })
    const error = await failure(arcp.stats())
    expect(error).toMatchObject({
      code: 'rate-limit-exceeded',
      status: 429,
      problem,
      retryable: true,
      retryAfterMs: 7000,
    })
    expect(error.message).toBe('GET /public/stats: Rate Limit Exceeded: Too many requests')
    idle(world)
  })

  test('a refusal without a problem document is http-error', async () => {
    const { world, arcp } = client()
    world.answer({ status: 502, body: '<html>Bad gateway</html>' })
    expect(await failure(arcp.stats())).toMatchObject({
      code: 'http-error',
      status: 502,
      problem: null,
      retryable: true,
    })
  })

  test('an answer of another shape is bad-answer, whatever its status', async () => {
    const { world, arcp } = client()
    world.answer(
      { status: 200, body: '<html>A captive portal</html>' },
      { status: 200, body: { ...STATS, alive_agents: null } },
    )
    expect(await failure(arcp.stats())).toMatchObject({ code: 'bad-answer', status: 200, retryable: false })
    expect(await failure(arcp.stats())).toMatchObject({ code: 'bad-answer' })
  })

  test('a hub that cannot be reached is network, with the cause', async () => {
    const { world, arcp } = client()
    const cause = new TypeError('fetch failed')
    world.answer(cause)
    expect(await failure(arcp.stats())).toMatchObject({ code: 'network', status: 0, retryable: true, cause })
    idle(world)
  })

  test('ends at its deadline', async () => {
    const { world, arcp } = client({ timeout: 3000 })
    world.answer('never', 'never')
    const first = failure(arcp.stats())
    world.advance(3000)
    expect(await first).toMatchObject({ code: 'timeout', retryable: true })
    const second = failure(arcp.stats({ timeout: 10 }))
    world.advance(10)
    expect(await second).toMatchObject({ code: 'timeout' })
    idle(world)
  })

  test('an abort throws the reason of the signal', async () => {
    const { world, arcp } = client()
    world.answer('never')
    const stop = new AbortController()
    const call = arcp.stats({ signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    await expect(arcp.stats({ signal: stop.signal })).rejects.toThrow('enough')
    expect(world.requests).toHaveLength(1)
    idle(world)
  })

  test('refuses a url that is none, at once', () => {
    expect(() => client({ url: 'localhost:8001' })).toThrow(TypeError)
    expect(() => client({ url: '' })).toThrow(TypeError)
  })
})

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(retryAfterMs('12', now)).toBe(12_000)
  expect(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000)
  expect(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0)
  expect(retryAfterMs('soon', now)).toBeNull()
  expect(retryAfterMs(null, now)).toBeNull()
})
