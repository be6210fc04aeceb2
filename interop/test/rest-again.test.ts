// Registering again, and how registrations end: what is presented decides (decision 5), case by case.
import { beforeAll, describe, expect, it } from 'vitest'
import { problemIn } from '../src/conforms.ts'
import { isObject, type FrameSocket } from '../src/frames.ts'
import { send } from '../src/http.ts'
import { textAt } from '../src/pick.ts'
import {
  ADVICE,
  agentSocket,
  duplicate,
  expectEnded,
  gone,
  heartbeat,
  known,
  nameOf,
  register,
  REGISTER_PATH,
  remove,
  tokenIn,
  USED,
} from '../src/registrations.ts'
import { registerAgent, requestTempToken, type Registered } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'
import { claimsOf, expired, resign } from '../src/tokens.ts'

let made = 0
const freshId = (): string => `again-${(made += 1)}`

// Removal takes a minute after the death, whatever the settings: it begins here, and the last tests of this file see
// its end. With a timeout of 4 s only a pause of the hub of 2 s counts as an outage, which would begin that minute anew.
const shortLived = sharedHub({
  env: { AGENT_HEARTBEAT_TIMEOUT: '4', LEASE_MASS_LOSS_RATIO: '1', AGENT_WS_PING_INTERVAL: '3600' },
})

interface Doomed extends Registered {
  readonly temp: string
  readonly legacy: FrameSocket
  readonly live: FrameSocket
}

const doomed: Doomed[] = []

beforeAll(async () => {
  for (const agentId of ['doomed-1', 'doomed-2']) {
    const temp = await requestTempToken(shortLived(), agentId)
    const token = tokenIn(await register(shortLived(), temp, agentId))
    const legacy = await agentSocket(shortLived(), token)
    const live = await agentSocket(shortLived(), token, true)
    doomed.push({ agentId, token, temp, legacy, live })
  }
})

describe('registering again', () => {
  const hub = sharedHub()

  it('[decision 5] the same temp token with the same body gets the first answer again, byte for byte', async () => {
    const id = freshId()
    const temp = await requestTempToken(hub(), id)
    const first = await register(hub(), temp, id)
    const socket = await agentSocket(hub(), tokenIn(first))
    // Other agents come in between, so that the hub's position is another one.
    await registerAgent(hub(), freshId())
    const again = await Promise.all([register(hub(), temp, id), register(hub(), temp, id), register(hub(), temp, id)])
    for (const answer of again) expect([answer.status, answer.text]).toStrictEqual([200, first.text])
    // It is the same incarnation: its socket stays.
    socket.send('ping')
    expect((await socket.next(({ text }) => text === 'pong')).text).toBe('pong')
    expect((await heartbeat(hub(), tokenIn(first), id)).status).toBe(200)
    socket.close()
  })

  it('[decision 5] the same body in other words is the same body', async () => {
    const id = freshId()
    const temp = await requestTempToken(hub(), id)
    const first = await register(hub(), temp, id, { name: 'Same name', communication_mode: 'remote' })
    const again = await register(hub(), temp, id, { name: '  Same name ', communication_mode: 'REMOTE', extra: 1 })
    expect([again.status, again.text]).toStrictEqual([200, first.text])
  })

  it('[decision 5] the same temp token with another body is used up, and changes nothing', async () => {
    const id = freshId()
    const temp = await requestTempToken(hub(), id)
    const token = tokenIn(await register(hub(), temp, id, { name: 'First name' }))
    const other = await register(hub(), temp, id, { name: 'Other name' })
    expect(problemIn(other, REGISTER_PATH)).toStrictEqual(USED)
    expect(other.headers.get('www-authenticate')).toBe('Bearer realm="ARCP"')
    expect(await nameOf(hub(), id)).toBe('First name')
    expect((await heartbeat(hub(), token, id)).status).toBe(200)
  })

  it('[decision 5] the same temp token at once: one registration, one answer', async () => {
    const id = freshId()
    const temp = await requestTempToken(hub(), id)
    const answers = await Promise.all(Array.from({ length: 20 }, () => register(hub(), temp, id)))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    const [first] = answers
    if (first === undefined) throw new Error('no answer')
    expect(claimsOf(tokenIn(first))['inc']).toBe(1)
  })

  it('[decision 5] a temp token whose registration is over does not bring it back', async () => {
    const id = freshId()
    const temp = await requestTempToken(hub(), id)
    const token = tokenIn(await register(hub(), temp, id))
    expect((await remove(hub(), token, id)).status).toBe(200)
    expect(problemIn(await register(hub(), temp, id), REGISTER_PATH)).toStrictEqual(USED)
    expect(await known(hub(), id)).toBe(false)
  })

  it('[decision 5] [A4] another temp token of the same key takes over: the old token and the old sockets end', async () => {
    const id = freshId()
    const old = tokenIn(await register(hub(), await requestTempToken(hub(), id), id, { name: 'Old one' }))
    const sockets = [await agentSocket(hub(), old), await agentSocket(hub(), old)]
    const live = await agentSocket(hub(), old, true)
    const bystander = await agentSocket(hub(), (await registerAgent(hub(), freshId())).token)

    const next = tokenIn(await register(hub(), await requestTempToken(hub(), id), id, { name: 'New one' }))
    expect([claimsOf(old)['inc'], claimsOf(next)['inc']]).toStrictEqual([1, 2])
    for (const socket of sockets) {
      expect(await socket.closed(1000)).toMatchObject({ code: 1008, reason: 'Replaced by a newer registration' })
    }
    expect(await live.closed(1000)).toMatchObject({ code: 4409, reason: 'Replaced by a newer registration' })
    expect(await nameOf(hub(), id)).toBe('New one')
    await expectEnded(hub(), old, id, 'replaced')
    expect(problemIn(await register(hub(), old, id), REGISTER_PATH)).toStrictEqual(gone(id, 'replaced'))
    expect((await heartbeat(hub(), next, id)).status).toBe(200)
    // Nobody else noticed.
    bystander.send('ping')
    expect((await bystander.next(({ text }) => text === 'pong')).text).toBe('pong')
    bystander.close()
  })

  it('[decision 5] [X120] temp tokens of one key at once: all are answered, only the last lives', async () => {
    const id = freshId()
    const temps = await Promise.all(Array.from({ length: 8 }, () => requestTempToken(hub(), id)))
    const tokens = (await Promise.all(temps.map((temp) => register(hub(), temp, id)))).map(tokenIn)
    const incarnations = tokens.map((token) => Number(claimsOf(token)['inc']))
    expect(incarnations.toSorted((a, b) => a - b)).toStrictEqual([1, 2, 3, 4, 5, 6, 7, 8])
    for (const [index, token] of tokens.entries()) {
      const answer = await heartbeat(hub(), token, id)
      expect(answer.status).toBe(incarnations[index] === 8 ? 200 : 410)
    }
  })

  it('[decision 5] [X120] another key while the agent is alive is refused, and changes nothing', async () => {
    const id = freshId()
    const token = tokenIn(await register(hub(), await requestTempToken(hub(), id), id, { name: 'Mine' }))
    const rival = await requestTempToken(hub(), id, hub().otherAgentKey)
    expect(problemIn(await register(hub(), rival, id, { name: 'Theirs' }), REGISTER_PATH)).toStrictEqual(duplicate(id))
    expect(await nameOf(hub(), id)).toBe('Mine')
    expect((await heartbeat(hub(), token, id)).status).toBe(200)
    // The refusal did not use the token up: once the id is free it works.
    expect((await remove(hub(), token, id)).status).toBe(200)
    expect((await register(hub(), rival, id, { name: 'Theirs' })).status).toBe(200)
    expect(await nameOf(hub(), id)).toBe('Theirs')
  })

  it('[decision 5] [X120] two keys at once: one wins', async () => {
    const id = freshId()
    const temps = [await requestTempToken(hub(), id), await requestTempToken(hub(), id, hub().otherAgentKey)]
    const answers = await Promise.all(temps.map((temp) => register(hub(), temp, id)))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toStrictEqual([200, 409])
  })

  it('[decision 5] its own access token updates it in place', async () => {
    const id = freshId()
    const temp = await requestTempToken(hub(), id)
    const token = tokenIn(await register(hub(), temp, id, { name: 'Before' }))
    const socket = await agentSocket(hub(), token)
    const before = (await send(hub(), 'GET', `/public/agent/${id}`)).body
    const updated = await register(hub(), token, id, { name: 'After', agent_type: 'security' })
    expect(updated.body).toStrictEqual({
      status: 'success',
      message: `Agent ${id} updated successfully`,
      agent_id: id,
      access_token: expect.any(String),
    })
    expect(claimsOf(tokenIn(updated))['inc']).toBe(1)
    const after = (await send(hub(), 'GET', `/public/agent/${id}`)).body
    if (!isObject(before) || !isObject(after)) throw new Error('no agent')
    expect(after).toStrictEqual({ ...before, name: 'After', agent_type: 'security', last_seen: after['last_seen'] })
    // Old token, new token and socket all go on, and the same update again is another update.
    for (const one of [token, tokenIn(updated)]) expect((await heartbeat(hub(), one, id)).status).toBe(200)
    expect((await register(hub(), token, id, { name: 'After', agent_type: 'security' })).status).toBe(200)
    socket.send('ping')
    expect((await socket.next(({ text }) => text === 'pong')).text).toBe('pong')
    // The temp token of the first registration still gets its first answer.
    expect(claimsOf(tokenIn(await register(hub(), temp, id, { name: 'Before' })))['inc']).toBe(1)
    expect(await nameOf(hub(), id)).toBe('After')
    socket.close()
  })

  it('[decision 5] its own access token brings it back after it unregistered', async () => {
    const id = freshId()
    const { token } = await registerAgent(hub(), id)
    expect((await remove(hub(), token, id)).status).toBe(200)
    const back = await register(hub(), token, id, { name: 'Is back' })
    expect(claimsOf(tokenIn(back))['inc']).toBe(2)
    expect(await nameOf(hub(), id)).toBe('Is back')
    expect(problemIn(await heartbeat(hub(), token, id), `/agents/${id}/heartbeat`)).toStrictEqual(gone(id, 'replaced'))
    expect((await heartbeat(hub(), tokenIn(back), id)).status).toBe(200)
    // A retry of that request gets its answer again; another body with the old token does not.
    const retried = await register(hub(), token, id, { name: 'Is back' })
    expect([retried.status, retried.text]).toStrictEqual([200, back.text])
    expect(problemIn(await register(hub(), token, id, { name: 'Once more' }), REGISTER_PATH)).toStrictEqual(
      gone(id, 'replaced'),
    )
    expect(await nameOf(hub(), id)).toBe('Is back')
  })

  it('[decision 5] an access token does not come back while another key holds the id, nor when it has expired', async () => {
    const id = freshId()
    const { token } = await registerAgent(hub(), id)
    expect((await remove(hub(), token, id)).status).toBe(200)
    const old = await expired('access', token)
    expect(problemIn(await register(hub(), old, id), REGISTER_PATH)).toStrictEqual({
      slug: 'token-invalid',
      detail: 'The token has expired; request a new one',
    })
    const rival = await requestTempToken(hub(), id, hub().otherAgentKey)
    expect((await register(hub(), rival, id, { name: 'Theirs' })).status).toBe(200)
    expect(problemIn(await register(hub(), token, id), REGISTER_PATH)).toStrictEqual(gone(id, 'replaced'))
    expect(await nameOf(hub(), id)).toBe('Theirs')
  })

  it('[decision 5] an incarnation the hub has forgotten counts as expired, and may come back', async () => {
    const id = freshId()
    const helper = await registerAgent(hub(), freshId())
    const { key_id: keyId } = claimsOf(helper.token)
    // As a token from before a restart of a hub that keeps nothing.
    const lost = await resign('access', helper.token, { sub: id, agent_id: id, key_id: keyId, off: 1, inc: 7 })
    expect(problemIn(await heartbeat(hub(), lost, id), `/agents/${id}/heartbeat`)).toStrictEqual(gone(id, 'expired'))
    expect((await register(hub(), lost, id)).status).toBe(200)
  })

  it('[decision 4] a token from a commit this hub has not seen: 503 with Retry-After', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    const ahead = await resign('access', token, { off: 1_000_000_000, inc: 2 })
    const answer = await heartbeat(hub(), ahead, agentId)
    expect(problemIn(answer, `/agents/${agentId}/heartbeat`)).toStrictEqual({
      slug: 'service-unavailable',
      detail: 'This hub is still catching up; try again',
      retry_after: 1,
    })
    expect(answer.headers.get('retry-after')).toBe('1')
    expect((await heartbeat(hub(), token, agentId)).status).toBe(200)
  })
})

describe('unregistering', () => {
  const hub = sharedHub()

  it('[decision 4] [A4] ends the tokens and sockets of the agent at once', async () => {
    const { agentId: id, token } = await registerAgent(hub(), freshId())
    const refreshed = textAt((await send(hub(), 'POST', '/tokens/refresh', { token })).body, 'access_token')
    const socket = await agentSocket(hub(), token)
    const live = await agentSocket(hub(), refreshed, true)
    const answer = await remove(hub(), token, id)
    expect(answer.body).toStrictEqual({
      status: 'success',
      message: `Agent ${id} unregistered successfully`,
      unregistered_by: 'agent (self)',
    })
    expect(await socket.closed(1000)).toMatchObject({ code: 1008, reason: 'Agent was unregistered' })
    expect(await live.closed(1000)).toMatchObject({ code: 4401, reason: 'Agent was unregistered' })
    for (const one of [token, refreshed]) {
      const path = `/agents/${id}/heartbeat`
      expect(problemIn(await heartbeat(hub(), one, id), path)).toStrictEqual(gone(id, 'unregistered'))
      expect(problemIn(await remove(hub(), one, id), `/agents/${id}`)).toStrictEqual(gone(id, 'unregistered'))
      const validated = await send(hub(), 'GET', '/tokens/validate', { token: one })
      const error = `This registration has ended: ${ADVICE.unregistered}`
      expect(problemIn(validated, '/tokens/validate')).toStrictEqual({
        slug: 'token-invalid',
        detail: error,
        valid: false,
        error,
      })
    }
    expect(await known(hub(), id)).toBe(false)
  })

  it('by a temp token of its key works, whatever type the token names', async () => {
    const { agentId: id, token } = await registerAgent(hub(), freshId())
    const body = JSON.stringify({ agent_id: id, agent_type: 'unknown', agent_key: hub().agentKey })
    const asked = await send(hub(), 'POST', '/auth/agent/request_temp_token', { body })
    const temp = textAt(asked.body, 'temp_token')
    expect((await remove(hub(), temp, id)).status).toBe(200)
    expect(problemIn(await heartbeat(hub(), token, id), `/agents/${id}/heartbeat`)).toStrictEqual(
      gone(id, 'unregistered'),
    )
    expect(problemIn(await remove(hub(), temp, id), `/agents/${id}`)).toMatchObject({
      slug: 'agent-not-found',
    })
  })

  it('[X153] by a temp token of another key is refused, and nothing happens', async () => {
    const { agentId: id, token } = await registerAgent(hub(), freshId())
    const socket = await agentSocket(hub(), token)
    const temp = await requestTempToken(hub(), id, hub().otherAgentKey)
    expect(problemIn(await remove(hub(), temp, id), `/agents/${id}`)).toStrictEqual({
      slug: 'insufficient-permissions',
      detail: 'This agent was registered with another key',
      agent_id: id,
    })
    expect((await heartbeat(hub(), token, id)).status).toBe(200)
    expect(await known(hub(), id)).toBe(true)
    socket.send('ping')
    expect((await socket.next(({ text }) => text === 'pong')).text).toBe('pong')
    socket.close()
  })
})

describe('AGENT_KEY_MAX_AGENTS', () => {
  const hub = sharedHub({ env: { AGENT_KEY_MAX_AGENTS: '2' } })

  it('limits the agents alive per key', async () => {
    const [one, two, three] = [freshId(), freshId(), freshId()]
    await registerAgent(hub(), one)
    const second = await registerAgent(hub(), two)
    const temp = await requestTempToken(hub(), three)
    expect(problemIn(await register(hub(), temp, three), REGISTER_PATH)).toStrictEqual({
      slug: 'agent-registration-failed',
      detail: 'This key may have 2 agents alive at a time',
      agent_id: three,
    })
    expect(await known(hub(), three)).toBe(false)
    // A takeover needs no further place, another key has places of its own, and one that leaves makes room.
    expect((await register(hub(), await requestTempToken(hub(), one), one)).status).toBe(200)
    const other = freshId()
    const otherTemp = await requestTempToken(hub(), other, hub().otherAgentKey)
    expect((await register(hub(), otherTemp, other)).status).toBe(200)
    expect((await remove(hub(), second.token, two)).status).toBe(200)
    expect((await register(hub(), temp, three)).status).toBe(200)
  })
})

describe('the dead', () => {
  const died = (id: string) =>
    shortLived().waitForLog(({ event, agent_id }) => event === 'agent_died' && agent_id === id, 30_000)
  const statusOf = async (id: string, token: string): Promise<unknown> =>
    textAt((await send(shortLived(), 'GET', `/agents/${id}`, { token })).body, 'status')

  it('[decision 5] a retry of the registration changes nothing: a dead agent stays dead', async () => {
    const id = freshId()
    const temp = await requestTempToken(shortLived(), id)
    const first = await register(shortLived(), temp, id)
    await died(id)
    const again = await register(shortLived(), temp, id)
    expect([again.status, again.text]).toStrictEqual([200, first.text])
    expect(await statusOf(id, tokenIn(first))).toBe('dead')
  })

  it('[decision 5] [A4] its own access token updates and revives it, in the same incarnation', async () => {
    const { agentId: id, token } = await registerAgent(shortLived(), freshId())
    const socket = await agentSocket(shortLived(), token)
    await died(id)
    expect(claimsOf(tokenIn(await register(shortLived(), token, id, { name: 'Back again' })))['inc']).toBe(1)
    expect(await nameOf(shortLived(), id)).toBe('Back again')
    socket.send('ping')
    await socket.next(({ text }) => text === 'pong')
    socket.close()
  })

  it('[decision 5] [A4] another key takes the id of a dead agent, and ends what was left of it', async () => {
    const { agentId: id, token } = await registerAgent(shortLived(), freshId())
    const legacy = await agentSocket(shortLived(), token)
    const live = await agentSocket(shortLived(), token, true)
    await died(id)
    const rival = await requestTempToken(shortLived(), id, shortLived().otherAgentKey)
    expect(claimsOf(tokenIn(await register(shortLived(), rival, id, { name: 'Theirs' })))['inc']).toBe(2)
    expect(await legacy.closed(1000)).toMatchObject({ code: 1008, reason: 'Replaced by a newer registration' })
    expect(await live.closed(1000)).toMatchObject({ code: 4409, reason: 'Replaced by a newer registration' })
    await expectEnded(shortLived(), token, id, 'replaced')
    expect(problemIn(await register(shortLived(), token, id), REGISTER_PATH)).toStrictEqual(gone(id, 'replaced'))
  })
})

describe('the removed', () => {
  const REMOVAL_MS = 180_000

  it(
    '[decision 5] [A4] after a minute of death tokens and sockets end as expired, and the id is free',
    { timeout: 2 * REMOVAL_MS },
    async () => {
      const hub = shortLived()
      for (const { agentId: id, token, temp, legacy, live } of doomed) {
        await hub.waitForLog(({ event, agent_id }) => event === 'agent_removed' && agent_id === id, REMOVAL_MS)
        const reason = 'Agent was silent for too long and was removed'
        expect(await legacy.closed(1000)).toMatchObject({ code: 1008, reason })
        expect(await live.closed(1000)).toMatchObject({ code: 4401, reason })
        await expectEnded(hub, token, id, 'expired')
        expect(problemIn(await register(hub, temp, id), REGISTER_PATH)).toStrictEqual(USED)
        expect(hub.logs().filter(({ event, agent_id }) => event === 'agent_died' && agent_id === id)).toHaveLength(1)
      }
      const [returning, lost] = doomed
      if (returning === undefined || lost === undefined) throw new Error('nobody was registered')

      // Its own token, still good by its dates, registers it again; a retry gets the same answer.
      const { agentId: id, token } = returning
      const back = await register(hub, token, id, { name: 'Is back' })
      expect(claimsOf(tokenIn(back))['inc']).toBe(2)
      const retried = await register(hub, token, id, { name: 'Is back' })
      expect([retried.status, retried.text]).toStrictEqual([200, back.text])
      await expectEnded(hub, token, id, 'replaced')
      expect(problemIn(await register(hub, token, id, { name: 'Other' }), REGISTER_PATH)).toStrictEqual(
        gone(id, 'replaced'),
      )

      // Anybody with a key may have the id of the other.
      const rival = await requestTempToken(hub, lost.agentId, hub.otherAgentKey)
      expect(claimsOf(tokenIn(await register(hub, rival, lost.agentId)))['inc']).toBe(2)
      expect(problemIn(await register(hub, lost.token, lost.agentId), REGISTER_PATH)).toStrictEqual(
        gone(lost.agentId, 'replaced'),
      )
    },
  )
})
