import { sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import type { Agent, Tombstone } from './agent.ts'
import type { Claim, Command, RegisterCommand } from './command.ts'
import { decide, endOf, type Remembered, type StateView } from './transition.ts'

const AT = 1_000_000

const agent = (over: Partial<Agent> = {}): Agent => ({
  id: 'agent-a',
  incarnation: 3,
  epoch: 'e',
  card: sampleCard('agent-a'),
  keyId: 'key-one',
  status: 'alive',
  registeredAt: 500,
  seenAt: 600,
  ...over,
})

const tombstone = (over: Partial<Tombstone> = {}): Tombstone => ({
  id: 'agent-a',
  incarnation: 3,
  epoch: 'e',
  keyId: 'key-one',
  reason: 'expired',
  endedAt: 700,
  ...over,
})

interface Known {
  readonly agent?: Agent
  readonly tombstone?: Tombstone
  readonly remembered?: Record<string, Remembered>
  readonly alive?: number
  readonly forgotten?: number
}

const state = (known: Known = {}): StateView => ({
  epoch: 'e',
  agent: (id) => (known.agent?.id === id ? known.agent : undefined),
  tombstone: (id) => (known.tombstone?.id === id ? known.tombstone : undefined),
  remembered: (jti) => known.remembered?.[jti],
  aliveWithKey: () => known.alive ?? 0,
  forgotten: () => known.forgotten ?? 0,
})

const temp = (keyId = 'key-one', jti = 'jti-1'): Claim => ({ via: 'temp', jti, keyId })
const access = (incarnation: number, keyId = 'key-one', epoch = 'e'): Claim => ({
  via: 'access',
  jti: 'jti-a',
  keyId,
  incarnation,
  epoch,
})

const register = (claim: Claim, over: Partial<RegisterCommand> = {}): RegisterCommand => ({
  kind: 'register',
  card: sampleCard('agent-a', { name: 'New name' }),
  claim,
  bodyDigest: 'body',
  keyMaxAgents: 0,
  ...over,
})

const run = (known: Known, command: Command) => {
  const verdict = decide(state(known), command, AT)
  if (!verdict.ok) return { refusal: verdict.error }
  const { changes, answer, remember } = verdict.value
  return { changes, answer, remember }
}

describe('[decision 5] registering', () => {
  it('a free id starts incarnation 1, alive from now', () => {
    const { changes, answer, remember } = run({}, register(temp()))
    expect(changes).toEqual([
      {
        op: 'put',
        agent: {
          id: 'agent-a',
          incarnation: 1,
          epoch: 'e',
          card: sampleCard('agent-a', { name: 'New name' }),
          keyId: 'key-one',
          status: 'alive',
          registeredAt: AT,
          seenAt: AT,
        },
      },
    ])
    expect(answer).toEqual({
      kind: 'registered',
      id: 'agent-a',
      incarnation: 1,
      epoch: 'e',
      registeredAt: AT,
      how: 'created',
    })
    expect(remember).toMatchObject({ jti: 'jti-1', first: { bodyDigest: 'body', incarnation: 1 } })
  })

  it('an id that was forgotten starts above every number that was', () => {
    expect(run({ forgotten: 7 }, register(temp())).answer).toMatchObject({ incarnation: 8 })
  })

  it('a removed id goes on counting', () => {
    expect(run({ tombstone: tombstone() }, register(temp('key-two'))).answer).toMatchObject({ incarnation: 4 })
  })

  it('another temp token of the same key takes over', () => {
    expect(run({ agent: agent() }, register(temp())).answer).toMatchObject({ incarnation: 4, how: 'replaced' })
  })

  it('another key is refused while the agent is alive, and may have the id when it is dead', () => {
    expect(run({ agent: agent() }, register(temp('key-two')))).toEqual({
      refusal: { kind: 'duplicate', id: 'agent-a' },
    })
    const dead = agent({ status: 'dead' })
    expect(run({ agent: dead }, register(temp('key-two'))).answer).toMatchObject({ incarnation: 4 })
  })

  const first: Remembered = { bodyDigest: 'body', id: 'agent-a', incarnation: 3, offset: 7, registeredAt: 500 }

  it('the same temp token and body get the first answer again, and nothing changes', () => {
    const { changes, answer } = run({ agent: agent(), remembered: { 'jti-1': first } }, register(temp()))
    expect(changes).toEqual([])
    expect(answer).toEqual({
      kind: 'registered',
      id: 'agent-a',
      incarnation: 3,
      epoch: 'e',
      registeredAt: 500,
      how: 'replayed',
      offset: 7,
    })
  })

  it('the same temp token is used up for another body, another id, or once its registration has ended', () => {
    const used = { refusal: { kind: 'token-used' } }
    const remembered = { 'jti-1': first }
    expect(run({ agent: agent(), remembered }, register(temp(), { bodyDigest: 'other' }))).toEqual(used)
    const elsewhere = register(temp(), { card: sampleCard('agent-b') })
    expect(run({ agent: agent(), remembered }, elsewhere)).toEqual(used)
    expect(run({ agent: agent({ incarnation: 4 }), remembered }, register(temp()))).toEqual(used)
    expect(run({ tombstone: tombstone(), remembered }, register(temp()))).toEqual(used)
  })

  it('its own access token updates in place: same incarnation, same registration time, alive', () => {
    for (const status of ['alive', 'dead'] as const) {
      const { changes, answer, remember } = run({ agent: agent({ status }) }, register(access(3)))
      expect(answer).toEqual({
        kind: 'registered',
        id: 'agent-a',
        incarnation: 3,
        epoch: 'e',
        registeredAt: 500,
        how: 'updated',
      })
      expect(changes).toEqual([
        { op: 'put', agent: agent({ card: sampleCard('agent-a', { name: 'New name' }), seenAt: AT }) },
      ])
      expect(remember).toBeUndefined()
    }
  })

  it.each(['expired', 'unregistered'] as const)('its own access token comes back after the end by %s', (reason) => {
    expect(run({ tombstone: tombstone({ reason }) }, register(access(3))).answer).toMatchObject({ incarnation: 4 })
  })

  it('never after a revocation, and never with the token of a replaced incarnation', () => {
    expect(run({ tombstone: tombstone({ reason: 'revoked' }) }, register(access(3)))).toEqual({
      refusal: { kind: 'gone', id: 'agent-a', reason: 'revoked' },
    })
    expect(run({ agent: agent() }, register(access(2)))).toEqual({
      refusal: { kind: 'gone', id: 'agent-a', reason: 'replaced' },
    })
    expect(run({ tombstone: tombstone() }, register(access(2)))).toEqual({
      refusal: { kind: 'gone', id: 'agent-a', reason: 'replaced' },
    })
  })

  it('an access token this store never heard of is judged by its key', () => {
    expect(run({}, register(access(3))).answer).toMatchObject({ incarnation: 1, how: 'created' })
    expect(run({ agent: agent({ incarnation: 1 }) }, register(access(3, 'key-two')))).toEqual({
      refusal: { kind: 'duplicate', id: 'agent-a' },
    })
    // The same number under another key is another life.
    expect(run({ agent: agent() }, register(access(3, 'key-two')))).toEqual({
      refusal: { kind: 'duplicate', id: 'agent-a' },
    })
  })

  it('the same number in another history is another life: it updates nothing and comes back by its key', () => {
    const foreign = access(3, 'key-one', 'lost')
    expect(run({ agent: agent() }, register(foreign)).answer).toMatchObject({ incarnation: 4, how: 'replaced' })
    expect(run({ agent: agent() }, { kind: 'unregister', id: 'agent-a', claim: foreign })).toEqual({
      refusal: { kind: 'not-found', id: 'agent-a' },
    })
    expect(
      run(
        { agent: agent({ status: 'dead' }) },
        { kind: 'revive', id: 'agent-a', incarnation: 3, epoch: 'lost', keyMaxAgents: 0 },
      ),
    ).toEqual({
      refusal: { kind: 'not-found', id: 'agent-a' },
    })
    expect(run({ tombstone: tombstone({ reason: 'revoked' }) }, register(foreign)).answer).toMatchObject({
      incarnation: 4,
    })
  })

  it('an access token that came back gets its answer again on a retry', () => {
    const returned = { ...first, incarnation: 4 }
    const known = { agent: agent({ incarnation: 4 }), tombstone: tombstone(), remembered: { 'jti-a': returned } }
    expect(run(known, register(access(3))).answer).toMatchObject({ how: 'replayed', incarnation: 4 })
  })

  it('[decision 3] a key holds its number of agents, its own one not counted twice', () => {
    const limited = { keyMaxAgents: 2 }
    expect(run({ alive: 2 }, register(temp(), limited))).toEqual({
      refusal: { kind: 'key-full', id: 'agent-a', limit: 2 },
    })
    expect(run({ alive: 1 }, register(temp(), limited)).answer).toMatchObject({ incarnation: 1 })
    expect(run({ agent: agent(), alive: 2 }, register(temp(), limited)).answer).toMatchObject({ incarnation: 4 })
    expect(run({ agent: agent({ status: 'dead' }), alive: 2 }, register(temp(), limited))).toHaveProperty('refusal')
  })
})

describe('[decision 3] a full key', () => {
  const full = { keyMaxAgents: 2, alive: 2 }
  const refusal = { refusal: { kind: 'key-full', id: 'agent-a', limit: 2 } }

  it('brings no dead agent back to life, neither by a heartbeat nor by an update', () => {
    const dead = agent({ status: 'dead' })
    const revive: Command = { kind: 'revive', id: 'agent-a', incarnation: 3, epoch: 'e', keyMaxAgents: 2 }
    expect(run({ agent: dead, alive: full.alive }, revive)).toEqual(refusal)
    expect(run({ agent: dead, alive: 1 }, revive).changes).toHaveLength(1)
    expect(run({ agent: dead, alive: full.alive }, register(access(3), { keyMaxAgents: 2 }))).toEqual(refusal)
  })

  it('still lets an agent that lives update itself', () => {
    expect(run({ agent: agent(), alive: full.alive }, register(access(3), { keyMaxAgents: 2 })).answer).toMatchObject({
      how: 'updated',
    })
  })
})

describe('unregistering', () => {
  const by = (claim: Claim): Command => ({ kind: 'unregister', id: 'agent-a', claim })
  const removed = [
    {
      op: 'remove',
      tombstone: { id: 'agent-a', incarnation: 3, epoch: 'e', keyId: 'key-one', reason: 'unregistered', endedAt: AT },
    },
  ]

  it('its own token or a temp token of its key removes it', () => {
    expect(run({ agent: agent() }, by(access(3))).changes).toEqual(removed)
    expect(run({ agent: agent({ status: 'dead' }) }, by(temp())).changes).toEqual(removed)
  })

  it('[X153] a temp token of another key does not', () => {
    expect(run({ agent: agent() }, by(temp('key-two')))).toEqual({ refusal: { kind: 'wrong-key', id: 'agent-a' } })
  })

  it('an old token is told how its incarnation ended', () => {
    expect(run({ agent: agent() }, by(access(2)))).toEqual({
      refusal: { kind: 'gone', id: 'agent-a', reason: 'replaced' },
    })
    expect(run({ tombstone: tombstone() }, by(access(3)))).toEqual({
      refusal: { kind: 'gone', id: 'agent-a', reason: 'expired' },
    })
    expect(run({}, by(temp()))).toEqual({ refusal: { kind: 'not-found', id: 'agent-a' } })
  })
})

describe('dying and coming back', () => {
  const ref = { id: 'agent-a', incarnation: 3, seenAt: 650 }

  it('expires an alive agent once, with its last sign of life', () => {
    const expire: Command = { kind: 'expire', agents: [ref] }
    expect(run({ agent: agent() }, expire).changes).toEqual([
      { op: 'status', id: 'agent-a', incarnation: 3, status: 'dead', seenAt: 650 },
    ])
    expect(run({ agent: agent({ status: 'dead' }) }, expire).changes).toEqual([])
    expect(run({ agent: agent({ incarnation: 4 }) }, expire).changes).toEqual([])
    expect(run({}, expire).changes).toEqual([])
  })

  it('revives a dead agent in its incarnation only', () => {
    const revive: Command = { kind: 'revive', id: 'agent-a', incarnation: 3, epoch: 'e', keyMaxAgents: 0 }
    expect(run({ agent: agent({ status: 'dead' }) }, revive).changes).toEqual([
      { op: 'status', id: 'agent-a', incarnation: 3, status: 'alive', seenAt: AT },
    ])
    expect(run({ agent: agent() }, revive).changes).toEqual([])
    expect(run({ agent: agent({ incarnation: 4 }) }, revive)).toEqual({
      refusal: { kind: 'gone', id: 'agent-a', reason: 'replaced' },
    })
    expect(run({ tombstone: tombstone() }, revive)).toEqual({
      refusal: { kind: 'gone', id: 'agent-a', reason: 'expired' },
    })
  })

  it('removes a dead agent, never one that came back', () => {
    const remove: Command = { kind: 'remove-dead', agents: [{ id: 'agent-a', incarnation: 3 }] }
    expect(run({ agent: agent({ status: 'dead' }) }, remove).changes).toEqual([
      {
        op: 'remove',
        tombstone: { id: 'agent-a', incarnation: 3, epoch: 'e', keyId: 'key-one', reason: 'expired', endedAt: AT },
      },
    ])
    expect(run({ agent: agent() }, remove).changes).toEqual([])
    expect(run({ agent: agent({ status: 'dead', incarnation: 4 }) }, remove).changes).toEqual([])
  })
})

describe('how an incarnation ended', () => {
  it('lives, was replaced, or what its tombstone says', () => {
    expect(endOf(state({ agent: agent() }), { id: 'agent-a', incarnation: 3, epoch: 'e' })).toBeUndefined()
    expect(endOf(state({ agent: agent() }), { id: 'agent-a', incarnation: 1, epoch: 'e' })).toBe('replaced')
    expect(endOf(state({ tombstone: tombstone() }), { id: 'agent-a', incarnation: 3, epoch: 'e' })).toBe('expired')
    expect(endOf(state({ tombstone: tombstone() }), { id: 'agent-a', incarnation: 2, epoch: 'e' })).toBe('replaced')
    expect(endOf(state({ tombstone: tombstone() }), { id: 'agent-a', incarnation: 9, epoch: 'e' })).toBeUndefined()
    expect(endOf(state(), { id: 'agent-a', incarnation: 1, epoch: 'e' })).toBeUndefined()
  })
})
