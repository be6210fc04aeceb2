// Changing what is registered by a merge patch, and reading the registry page by page.
import { AgentRecord } from '@arcp/protocol/model'
import { describe, expect, it } from 'vitest'
import { loginAdmin } from '../src/admin.ts'
import { conforming, problemIn } from '../src/conforms.ts'
import { isObject } from '../src/frames.ts'
import { send } from '../src/http.ts'
import { registerAgent } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'

const hub = sharedHub({ env: { AGENT_HEARTBEAT_TIMEOUT: '3600' } })

let made = 0
const agent = (changes: Record<string, unknown> = {}) => {
  made += 1
  return registerAgent(hub(), `patched-${made}`, changes)
}

const patch = (id: string, token: string, body: unknown, type = 'application/merge-patch+json') =>
  send(hub(), 'PATCH', `/agents/${id}`, { token, body: JSON.stringify(body), headers: { 'content-type': type } })

const read = async (id: string, token: string) =>
  conforming(AgentRecord, (await send(hub(), 'GET', `/agents/${id}`, { token })).body)

describe('a merge patch', () => {
  it.each(['application/merge-patch+json', 'application/json'])(
    '[decision 14] changes a record in place: %s',
    async (type) => {
      const { agentId: id, token } = await agent({ ai_context: 'Old', metadata: { region: 'eu', tier: 1 } })
      const before = await read(id, token)
      const body = { name: 'New name', ai_context: null, metadata: { tier: null, zone: 'b' }, capabilities: ['sing'] }
      const answer = await patch(id, token, body, type)
      expect(answer).toMatchObject({ status: 200 })
      expect(answer.body).toStrictEqual({
        ...before,
        ...body,
        metadata: { region: 'eu', zone: 'b' },
      })
      expect(await read(id, token)).toStrictEqual(answer.body)
      // The same life: the same token, and no sign of life either.
      expect((await send(hub(), 'POST', `/agents/${id}/heartbeat`, { token })).status).toBe(200)
      expect((await patch(id, token, body, 'text/plain')).status).toBe(415)
    },
  )

  it('[decision 14] is checked by the rules of a registration, and changes nothing when it fails', async () => {
    const { agentId: id, token } = await agent()
    const before = await read(id, token)
    const refused = async (body: unknown, path: string, message: string): Promise<void> => {
      const answer = await patch(id, token, body)
      expect(problemIn(answer, `/agents/${id}`)).toMatchObject({ validation_errors: [{ path, message }] })
    }
    await refused({ name: null }, '/name', 'name is required')
    await refused(
      { endpoint: 'ftp://example.org' },
      '/endpoint',
      'endpoint must be an http:// or https:// URL without spaces',
    )
    await refused({ agent_id: 'another-id' }, '/agent_id', 'agent_id cannot be changed: leave it out')
    await refused({ metadata: { suite: null } }, '/metadata', 'metadata must have 1 to 50 keys')
    await refused([], '', 'body must be a JSON object')
    const large = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`key-${n}`, 'x'.repeat(1000)]))
    const tooLarge = await patch(id, token, { metadata: large })
    expect(problemIn(tooLarge, `/agents/${id}`)).toMatchObject({
      slug: 'validation-failed',
      detail: /bytes; at most 32768/,
    })
    expect(await read(id, token)).toStrictEqual(before)
  })

  it('[decision 14] [S12] many at a time all find their change', async () => {
    const { agentId: id, token } = await agent({ metadata: { kept: true } })
    const names = Array.from({ length: 30 }, (_, n) => `key-${n}`)
    const answers = await Promise.all(names.map((name) => patch(id, token, { metadata: { [name]: name } })))
    expect(answers.map(({ status }) => status)).toStrictEqual(names.map(() => 200))
    expect((await read(id, token)).metadata).toStrictEqual({
      kept: true,
      ...Object.fromEntries(names.map((name) => [name, name])),
    })
  })

  it('[decision 8] [decision 14] may be an administrator’s, with the PIN of the session', async () => {
    const { agentId: id, token } = await agent()
    const admin = await loginAdmin(hub())
    const path = `/agents/${id}`
    const change = (pin?: string) =>
      admin.ask('PATCH', path, { body: { owner: 'Operators' }, ...(pin === undefined ? {} : { pin }) })
    expect(await change()).toMatchObject({ status: 200, body: { owner: 'Operators', status: 'alive' } })
    expect((await admin.ask('POST', '/auth/set_pin', { body: { pin: '483920' } })).status).toBe(200)
    expect(problemIn(await change(), path)).toMatchObject({ slug: 'pin-required' })
    expect(problemIn(await change('111111'), path)).toMatchObject({ slug: 'pin-incorrect' })
    expect((await change('483920')).status).toBe(200)
    // The agent itself needs none, and lives on.
    expect(await patch(id, token, { owner: 'Itself' })).toMatchObject({ status: 200, body: { owner: 'Itself' } })
    const nobody = await admin.ask('PATCH', '/agents/nobody-here', { body: {}, pin: '483920' })
    expect(problemIn(nobody, '/agents/nobody-here')).toMatchObject({ slug: 'agent-not-found' })
  })
})

describe('pages of agents', () => {
  interface Page {
    readonly ids: readonly string[]
    readonly next: string | null
    readonly total: unknown
  }

  const page = async (token: string, query: string): Promise<Page> => {
    const { body } = await send(hub(), 'GET', `/agents?${query}`, { token })
    if (!isObject(body) || !Array.isArray(body['agents'])) throw new Error(`no page: ${JSON.stringify(body)}`)
    const next = body['next_cursor']
    return {
      ids: body['agents'].filter(isObject).map(({ agent_id: id }) => String(id)),
      next: typeof next === 'string' ? next : null,
      total: body['total_count'],
    }
  }

  it('[decision 14] follow each other without hole or repeat, also when the agent a cursor names is gone', async () => {
    const type = { agent_type: 'networking' }
    const agents = []
    for (let n = 0; n < 7; n += 1) agents.push(await agent(type))
    const ids = agents.map(({ agentId }) => agentId)
    const token = agents[0]?.token ?? ''
    const filter = 'agent_type=networking'
    const all = await send(hub(), 'GET', `/agents?${filter}`, { token })
    expect(all.body).toMatchObject(ids.map((id) => ({ agent_id: id })))
    const first = await page(token, `${filter}&limit=3`)
    expect(first).toMatchObject({ ids: ids.slice(0, 3), total: 7, next: expect.any(String) })
    // The agent at which the page ended leaves, one comes: the next page goes on where it was.
    const ended = agents[2]
    await send(hub(), 'DELETE', `/agents/${ended?.agentId}`, { token: ended?.token ?? '' })
    const late = await agent(type)
    const second = await page(token, `${filter}&limit=3&cursor=${first.next}`)
    expect(second).toMatchObject({ ids: ids.slice(3, 6), total: 7, next: expect.any(String) })
    const third = await page(token, `${filter}&limit=3&cursor=${second.next}`)
    expect(third).toStrictEqual({ ids: [ids[6], late.agentId], next: null, total: 7 })
    // Exactly as many as there are: nothing follows.
    expect(await page(token, `${filter}&limit=7`)).toMatchObject({ next: null })
    expect(await page(token, `${filter}&limit=1000&status=dead`)).toStrictEqual({ ids: [], next: null, total: 0 })
    expect(await page(token, `${filter}&limit=2&capabilities=echo&capabilities=nothing`)).toMatchObject({ total: 7 })
    expect(await page(token, 'limit=5&capabilities=nothing')).toStrictEqual({ ids: [], next: null, total: 0 })
    expect(await page(token, `${filter}&cursor=`)).toMatchObject({ ids: { length: 7 } })
  })

  it('[decision 14] [X119] a cursor that no page gave is refused', async () => {
    const { token } = await agent()
    const { next } = await page(token, 'limit=1')
    expect(next).toEqual(expect.any(String))
    const cursors = [
      'x',
      `${next}.`,
      `${next}=`,
      'bnVsbA',
      Buffer.from('1e3 agent-a').toString('base64url'),
      '..%2F',
      '9'.repeat(200),
    ]
    for (const cursor of cursors) {
      const answer = await send(hub(), 'GET', `/agents?cursor=${cursor}`, { token })
      const message = 'cursor must be the next_cursor of a page, as it came'
      expect(problemIn(answer, '/agents'), cursor).toMatchObject({ validation_errors: [{ path: '/cursor', message }] })
    }
    expect((await send(hub(), 'GET', `/agents?cursor=${next}`, { token })).status).toBe(200)
  })
})
