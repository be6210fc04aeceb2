// Abuse of the registry (catalogue G, 121 to 128, on one hub): refused with the exact answer or bounded, and nobody else notices.
import { describe, expect, it, onTestFinished } from 'vitest'
import { problemIn } from '../src/conforms.ts'
import { isObject, openFrames, type Frame } from '../src/frames.ts'
import { send, type TextAnswer } from '../src/http.ts'
import type { Hub } from '../src/hub.ts'
import { textAt } from '../src/pick.ts'
import { registerAgent, requestTempToken, sampleCard } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'
import { claimsOf, nowS, signToken } from '../src/tokens.ts'

const REGISTER = '/agents/register'

const register = (hub: Hub, token: string, id: string, changes: Record<string, unknown> = {}): Promise<TextAnswer> =>
  send(hub, 'POST', REGISTER, { token, body: JSON.stringify(sampleCard(id, changes)) })

const heartbeat = (hub: Hub, token: string, id: string) => send(hub, 'POST', `/agents/${id}/heartbeat`, { token })

const known = async (hub: Hub, token: string): Promise<readonly string[]> => {
  const { body } = await send(hub, 'GET', '/agents', { token })
  if (!Array.isArray(body)) throw new Error('no list')
  return body.filter(isObject).map(({ agent_id }) => String(agent_id))
}

const gone = (agentId: string, advice: string, reason: string) => ({
  slug: 'agent-gone',
  detail: `This registration has ended: ${advice}`,
  agent_id: agentId,
  reason,
})

/** Temp tokens for many ids at the price of none: signed here, for the key of the harness. */
const tempTokens = async (hub: Hub, ids: readonly string[]): Promise<readonly string[]> => {
  const { key_id } = claimsOf(await requestTempToken(hub, 'key-probe'))
  return Promise.all(
    ids.map((id) =>
      signToken({
        kind: 'temp',
        claims: { sub: `temp_${id}`, agent_id: id, role: 'agent', agent_type: 'testing', key_id, exp: nowS() + 900 },
      }),
    ),
  )
}

const statusCounts = (answers: readonly TextAnswer[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

describe('ended agents', () => {
  const hub = sharedHub({ env: { AGENT_HEARTBEAT_TIMEOUT: '3600' } })

  it('[S2] a heartbeat after the end is answered 410, and revives nothing', async () => {
    const witness = await registerAgent(hub(), 'g-witness')
    const { agentId: id, token } = await registerAgent(hub(), 'g-ended')
    expect((await heartbeat(hub(), token, id)).status).toBe(200)
    // Heartbeats and the end at once: whatever comes after the end is refused.
    const race = await Promise.all([
      ...Array.from({ length: 10 }, () => heartbeat(hub(), token, id)),
      send(hub(), 'DELETE', `/agents/${id}`, { token }),
      ...Array.from({ length: 10 }, () => heartbeat(hub(), token, id)),
    ])
    expect(race[10]?.status).toBe(200)
    for (const { status } of race) expect([200, 410]).toContain(status)
    const advice = 'it was unregistered; register again to come back'
    expect(problemIn(await heartbeat(hub(), token, id), `/agents/${id}/heartbeat`)).toStrictEqual(
      gone(id, advice, 'unregistered'),
    )
    expect(await known(hub(), witness.token)).toStrictEqual(['g-witness'])
    // The next life of the id is not the old token's.
    const { token: next } = await registerAgent(hub(), id)
    expect(problemIn(await heartbeat(hub(), token, id), `/agents/${id}/heartbeat`)).toStrictEqual(
      gone(id, 'a newer registration took over this id', 'replaced'),
    )
    expect((await heartbeat(hub(), next, id)).status).toBe(200)
    await send(hub(), 'DELETE', `/agents/${id}`, { token: next })
  })

  it.each([
    'a:b',
    'a{b}c',
    'a*b',
    'a\r\nSET x 1',
    '../../etc',
    'a%3Ab',
    'a b',
    'a/b',
    'a?b',
    'a\\b',
    '$(id)',
    "a'b",
    'агент',
  ])('[X128] %j is no agent id, not even with a good token for it', async (id) => {
    const before = await known(hub(), (await registerAgent(hub(), 'g-reader')).token)
    const wrong = { path: '/agent_id', message: 'agent_id must be made of letters, digits, "_" and "-" only' }
    // A line break is refused as a character already.
    const message = id.includes('\n')
      ? 'agent_id must be free of control, bidirectional and invisible characters'
      : wrong.message
    const refused = { slug: 'validation-failed', detail: message, validation_errors: [{ ...wrong, message }] }
    const [token = ''] = await tempTokens(hub(), [id])
    expect(problemIn(await register(hub(), token, id), REGISTER)).toStrictEqual(refused)
    const body = JSON.stringify({ agent_id: id, agent_type: 'testing', agent_key: hub().agentKey })
    const asked = await send(hub(), 'POST', '/auth/agent/request_temp_token', { body })
    expect(problemIn(asked, '/auth/agent/request_temp_token')).toStrictEqual(refused)
    const path = `/agents/${encodeURIComponent(id)}`
    // What a URL may carry as it is reaches the registry, where there is no such agent; the rest is somebody else's.
    const removal = path.endsWith(`/${id}`)
      ? { slug: 'agent-not-found', detail: 'No agent of this id is registered' }
      : { slug: 'insufficient-permissions', detail: 'This token is not for that agent', agent_id: id }
    expect(problemIn(await send(hub(), 'DELETE', path, { token }), path)).toStrictEqual(removal)
    expect(await known(hub(), (await registerAgent(hub(), 'g-reader')).token)).toStrictEqual(before)
    // What an id may be made of, all of it at once.
    const fine = await registerAgent(hub(), 'Az_09-')
    expect((await send(hub(), 'DELETE', '/agents/Az_09-', { token: fine.token })).status).toBe(200)
  })
})

describe('quotas', () => {
  const hub = sharedHub({ env: { AGENT_HEARTBEAT_TIMEOUT: '3600', AGENT_KEY_MAX_AGENTS: '20' } })

  it('[X122] a flood of registrations with one key stops at its quota, other keys go on', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `flood-${index}`)
    const tokens = await tempTokens(hub(), ids)
    const answers = await Promise.all(ids.map((id, index) => register(hub(), tokens[index] ?? '', id)))
    expect(statusCounts(answers)).toStrictEqual({ 200: 20, 400: 80 })
    const refused = answers.findIndex(({ status }) => status === 400)
    expect(problemIn(answers[refused] ?? answers[0]!, REGISTER)).toStrictEqual({
      slug: 'agent-registration-failed',
      detail: 'This key may have 20 agents alive at a time',
      agent_id: ids[refused],
    })
    const other = await requestTempToken(hub(), 'other-key', hub().otherAgentKey)
    const rightful = await register(hub(), other, 'other-key')
    expect(rightful.status).toBe(200)
    const token = textAt(rightful.body, 'access_token')
    const taken = ids.filter((_, index) => answers[index]?.status === 200)
    expect((await known(hub(), token)).toSorted()).toStrictEqual([...taken, 'other-key'].toSorted())
  })

  it('[X123] records of 64 KiB are refused by the hundred, and cost nothing lasting', async () => {
    const reader = await requestTempToken(hub(), 'reader', hub().otherAgentKey)
    const token = textAt((await register(hub(), reader, 'reader')).body, 'access_token')
    const before = await known(hub(), token)
    const fat = (bytes: number) => ({
      metadata: { blob: Array.from({ length: Math.floor(bytes / 512) }, () => 'x'.repeat(509)) },
    })
    const ids = Array.from({ length: 200 }, (_, index) => `fat-${index}`)
    const tokens = await tempTokens(hub(), ids)
    const answers: TextAnswer[] = []
    for (let from = 0; from < ids.length; from += 20) {
      const batch = ids.slice(from, from + 20)
      answers.push(
        ...(await Promise.all(batch.map((id, at) => register(hub(), tokens[from + at] ?? '', id, fat(65_536))))),
      )
    }
    expect(statusCounts(answers)).toStrictEqual({ 422: 200 })
    const [first] = answers
    if (first === undefined) throw new Error('no answer')
    expect(problemIn(first, REGISTER).detail).toMatch(/^the record has \d{5} bytes; at most 32768 are kept$/)
    expect(await known(hub(), token)).toStrictEqual(before)
    // The own agent may grow up to the limit, by an update in place.
    expect((await register(hub(), token, 'reader', fat(30_000))).status).toBe(200)
  })
})

describe('floods of events', () => {
  const BROADCAST_MS = 100
  const hub = sharedHub({ env: { AGENT_HEARTBEAT_TIMEOUT: '3600', BROADCAST_INTERVAL_MS: String(BROADCAST_MS) } })

  const listIn = ({ json }: Frame): { readonly ids: readonly unknown[]; readonly at: number } | undefined => {
    if (!isObject(json) || json['type'] !== 'agents_update' || !isObject(json['data'])) return undefined
    const { agents } = json['data']
    if (!Array.isArray(agents)) return undefined
    return { ids: agents.filter(isObject).map(({ agent_id }) => agent_id), at: Number(json['timestamp']) }
  }

  it('[X126] registering and unregistering in turn is told in lists at their pace, and the last one is true', async () => {
    const socket = await openFrames(`${hub().wsUrl}/public/ws`)
    onTestFinished(() => socket.terminate())
    await socket.nextOfType('welcome')
    const ids = Array.from({ length: 100 }, () => 'ping-pong')
    const temps = await tempTokens(hub(), ids)
    const began = Date.now()
    let token = ''
    for (const temp of temps) {
      const answer = await register(hub(), temp, 'ping-pong')
      token = textAt(answer.body, 'access_token')
      expect((await send(hub(), 'DELETE', '/agents/ping-pong', { token })).status).toBe(200)
    }
    const tookMs = Date.now() - began
    expect(claimsOf(token)['inc']).toBe(100)
    await registerAgent(hub(), 'last-one')
    await socket.next((frame) => listIn(frame)?.ids.includes('last-one') === true)
    const lists = socket.frames.map(listIn).filter((list) => list !== undefined)
    expect(lists.at(-1)?.ids).toStrictEqual(['last-one'])
    // 200 changes, and not 200 lists: the first at once, then one a pause.
    expect(lists.length).toBeLessThanOrEqual(3 + Math.ceil(tookMs / BROADCAST_MS))
    const gaps = lists.slice(1).map(({ at }, index) => at - (lists[index]?.at ?? 0))
    for (const gap of gaps) expect(gap).toBeGreaterThan(BROADCAST_MS / 1000 - 0.01)
  })
})

describe('leases of one’s own choosing', () => {
  const TIMEOUT_MS = 800
  const hub = sharedHub({ env: { AGENT_HEARTBEAT_TIMEOUT: String(TIMEOUT_MS / 1000), LEASE_MASS_LOSS_RATIO: '1' } })

  it('[X127] a lease of 0 or of ten years is no wish the hub grants', async () => {
    const wishes = (seconds: unknown) => ({
      lease: seconds,
      lease_s: seconds,
      ttl: seconds,
      heartbeat_timeout: seconds,
    })
    const began = performance.now()
    const registered: string[] = []
    for (const [index, seconds] of [0, -1, 315_360_000, 1e308, 'forever'].entries()) {
      const id = `lease-${index}`
      const answer = await register(hub(), await requestTempToken(hub(), id), id, wishes(seconds))
      const token = textAt(answer.body, 'access_token')
      const body = JSON.stringify(wishes(seconds))
      expect((await send(hub(), 'POST', `/agents/${id}/heartbeat`, { token, body })).status).toBe(200)
      registered.push(id)
    }
    for (const id of registered) {
      const line = await hub().waitForLog(({ event, agent_id }) => event === 'agent_died' && agent_id === id)
      expect(line).toMatchObject({ incarnation: 1 })
    }
    // None of them before its time: the first to die lived as long as the others.
    const died = hub()
      .logs()
      .filter(({ event }) => event === 'agent_died')
      .map(({ time }) => Date.parse(String(time)))
    const born = hub()
      .logs()
      .filter(({ event }) => event === 'agent_registered')
      .map(({ time }) => Date.parse(String(time)))
    expect(Math.min(...died) - Math.min(...born)).toBeGreaterThanOrEqual(TIMEOUT_MS - 1)
    expect(performance.now() - began).toBeGreaterThanOrEqual(TIMEOUT_MS)
  })
})
