import { createFakeTime, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { err, ok } from '../kernel/result.ts'
import type { Agent, Tombstone } from './agent.ts'
import type { Principal } from './auth.ts'
import type { Command } from './command.ts'
import type { Committed, StoreAway } from './ports.ts'
import { createRegistry } from './registry.ts'
import type { AccessClaims, TempClaims } from './tokens.ts'
import type { Refusal } from './command.ts'
import type { Result } from '../kernel/result.ts'

const temp: TempClaims = {
  kind: 'temp',
  agentId: 'agent-a',
  agentType: 't',
  keyId: 'key',
  jti: 'j1',
  issuedAt: 0,
  expiresAt: 900,
}
const access: AccessClaims = {
  kind: 'access',
  agentId: 'agent-a',
  keyId: 'key',
  incarnation: 2,
  epoch: 'e',
  offset: 4,
  jti: 'j2',
  issuedAt: 0,
  expiresAt: 900,
}

const registered = (how: 'created' | 'updated' | 'replayed', offset?: number): Committed => ({
  answer: {
    kind: 'registered',
    id: 'agent-a',
    incarnation: 3,
    epoch: 'e',
    registeredAt: 5_000_500,
    how,
    ...(offset === undefined ? {} : { offset }),
  },
  position: { epoch: 'e', offset: 9 },
})

const setUp = (
  commit: Result<Committed, Refusal | StoreAway> = ok(registered('created')),
  known: {
    agent?: Agent | undefined
    tombstone?: Tombstone
    reached?: boolean
    keyOk?: boolean
    limited?: boolean
  } = {},
) => {
  const time = createFakeTime()
  const commands: Command[] = []
  const renewed: string[] = []
  const touched: number[] = []
  let refunds = 0
  let made = 0
  const registry = createRegistry({
    store: {
      commit: async (command) => {
        commands.push(command)
        return commit
      },
      tombstone: async () => ok(known.tombstone),
    },
    view: {
      get: () => known.agent,
      position: () => ({ epoch: 'e', offset: 9 }),
      lastSeen: () => touched.at(-1),
      touch: (_id, at) => touched.push(at),
      reached: async () => known.reached ?? true,
    },
    signs: { note: (id) => renewed.push(id) },
    tokens: {
      signTemp: async (claims) => JSON.stringify(claims),
      signAccess: async (claims) => JSON.stringify(claims),
    },
    keys: {
      identify: () => (known.keyOk === false ? undefined : 'key'),
      knows: () => known.keyOk !== false,
      ofHash: () => undefined,
    },
    limits: {
      reserveLogin: async () =>
        known.limited === true
          ? err({ retryAfterS: 7 })
          : ok({
              refund: async () => {
                refunds += 1
              },
            }),
    },
    clock: time.clock,
    random: { token: () => `random-${(made += 1)}` },
    policy: { accessTokenS: 3600, agentMaxBytes: 2000, keyMaxAgents: 0 },
  })
  return { registry, commands, renewed, touched, time, refunds: () => refunds }
}

const tokenOf = (result: Awaited<ReturnType<ReturnType<typeof setUp>['registry']['register']>>): unknown =>
  result.ok ? JSON.parse(result.value.accessToken) : result.error

const request = { agentId: 'agent-a', agentType: 'testing', agentKey: 'some-agent-key' }

describe('temp tokens', () => {
  it('[decision 4] live 900 s, and the attempt is given back', async () => {
    const { registry, refunds, time } = setUp()
    const issued = await registry.tempToken(request, '127.0.0.1')
    const now = Math.floor(time.clock.wall() / 1000)
    if (!issued.ok) throw new Error(issued.error.kind)
    expect(issued.value.expiresIn).toBe(900)
    expect(JSON.parse(issued.value.token)).toMatchObject({
      kind: 'temp',
      agentId: 'agent-a',
      keyId: 'key',
      issuedAt: now,
      expiresAt: now + 900,
    })
    expect(refunds()).toBe(1)
  })

  it('a wrong key keeps its attempt, and an empty budget is told before the key is looked at', async () => {
    const wrong = setUp(undefined, { keyOk: false })
    expect(await wrong.registry.tempToken(request, '127.0.0.1')).toEqual(err({ kind: 'wrong-key' }))
    expect(wrong.refunds()).toBe(0)
    const limited = setUp(undefined, { limited: true })
    expect(await limited.registry.tempToken(request, '127.0.0.1')).toEqual(err({ kind: 'limited', retryAfterS: 7 }))
  })
})

describe('registering', () => {
  it('[X81] a token registers its own id only, and nothing is asked of the store otherwise', async () => {
    const { registry, commands } = setUp()
    expect(await registry.register(sampleCard('agent-b'), temp)).toEqual(
      err({ kind: 'forbidden', agentId: 'agent-a', target: 'agent-b' }),
    )
    expect(commands).toEqual([])
  })

  it('[X123] a record above AGENT_MAX_BYTES is refused', async () => {
    const { registry, commands } = setUp()
    const card = sampleCard('agent-a', { ai_context: 'x'.repeat(2000) })
    expect(await registry.register(card, temp)).toMatchObject({ ok: false, error: { kind: 'too-large', limit: 2000 } })
    expect(commands).toEqual([])
  })

  it('[decision 4] the token carries the incarnation and the offset of its commit', async () => {
    const { registry } = setUp()
    expect(tokenOf(await registry.register(sampleCard('agent-a'), temp))).toMatchObject({
      kind: 'access',
      incarnation: 3,
      epoch: 'e',
      offset: 9,
      issuedAt: 5000,
      expiresAt: 8600,
    })
  })

  it('[decision 5] a retry gets the very same token, whenever and from whichever hub', async () => {
    const first = setUp(ok(registered('created')))
    const again = setUp(ok(registered('replayed', 9)))
    again.time.advance(100_000)
    const card = sampleCard('agent-a')
    const one = tokenOf(await first.registry.register(card, temp))
    expect(tokenOf(await again.registry.register(card, temp))).toEqual(one)
  })

  it('an update in place gets a fresh token', async () => {
    const { registry, time } = setUp(ok(registered('updated')))
    const now = Math.floor(time.clock.wall() / 1000)
    expect(tokenOf(await registry.register(sampleCard('agent-a'), access))).toMatchObject({
      jti: 'random-1',
      issuedAt: now,
    })
  })

  it('the same card has the same digest, another card another', async () => {
    const { registry, commands } = setUp()
    await registry.register(sampleCard('agent-a'), temp)
    await registry.register(sampleCard('agent-a'), temp)
    await registry.register(sampleCard('agent-a', { name: 'Other' }), temp)
    const digests = commands.map((command) => (command.kind === 'register' ? command.bodyDigest : ''))
    expect(digests[0]).toBe(digests[1])
    expect(digests[2]).not.toBe(digests[0])
  })

  it('[decision 5] [S7] a key that was removed starts nothing; a revoked or replaced life is told apart', async () => {
    const tombstone: Tombstone = {
      id: 'agent-a',
      incarnation: 2,
      epoch: 'e',
      keyId: 'key',
      reason: 'revoked',
      endedAt: 0,
    }
    const card = sampleCard('agent-a')
    const answerTo = (known: Tombstone | undefined, claims: TempClaims | AccessClaims) =>
      setUp(undefined, { keyOk: false, ...(known === undefined ? {} : { tombstone: known }) }).registry.register(
        card,
        claims,
      )
    const removed = err({ kind: 'key-removed' })
    expect(await answerTo(tombstone, access)).toEqual(err({ kind: 'gone', id: 'agent-a', reason: 'revoked' }))
    const older = { ...access, incarnation: 1 }
    expect(await answerTo(tombstone, older)).toEqual(err({ kind: 'gone', id: 'agent-a', reason: 'replaced' }))
    for (const reason of ['expired', 'unregistered'] as const) {
      expect(await answerTo({ ...tombstone, reason }, access)).toEqual(removed)
    }
    expect(await answerTo(undefined, access)).toEqual(removed)
    expect(await answerTo(tombstone, temp)).toEqual(removed)
  })

  it.each(['created', 'replayed'] as const)(
    '[S7] a key that was removed meanwhile starts nothing: what was %s is revoked',
    async (how) => {
      const known = { keyOk: true, reached: true }
      const { registry, commands } = setUp(ok(registered(how, 9)), known)
      for (const reached of [true, false]) {
        Object.assign(known, { keyOk: true, reached })
        const asked = registry.register(sampleCard('agent-a'), temp)
        known.keyOk = false
        expect(await asked).toEqual(err({ kind: 'key-removed' }))
        expect(commands.splice(0)).toMatchObject([
          { kind: 'register' },
          { kind: 'revoke', agents: [{ id: 'agent-a', incarnation: 3 }] },
        ])
      }
    },
  )

  it('a life that was updated goes on without its key', async () => {
    const known = { keyOk: true }
    const { registry, commands } = setUp(ok(registered('updated')), known)
    const asked = registry.register(sampleCard('agent-a'), access)
    known.keyOk = false
    expect((await asked).ok).toBe(true)
    expect(commands).toHaveLength(1)
  })

  it('[S12] nothing is acknowledged when the store is away, or this hub does not see its own commit', async () => {
    const away = setUp(err({ kind: 'store-away', retryAfterS: 2 }))
    expect(await away.registry.register(sampleCard('agent-a'), temp)).toEqual(
      err({ kind: 'store-away', retryAfterS: 2 }),
    )
    const deaf = setUp(undefined, { reached: false })
    expect(await deaf.registry.register(sampleCard('agent-a'), temp)).toEqual(err({ kind: 'behind', retryAfterS: 1 }))
  })
})

describe('heartbeats', () => {
  const agent: Agent = {
    id: 'agent-a',
    incarnation: 2,
    epoch: 'e',
    card: sampleCard('agent-a'),
    keyId: 'key',
    status: 'alive',
    registeredAt: 0,
    seenAt: 0,
  }

  it('touch and renew, and commit nothing while the agent is alive', async () => {
    const { registry, commands, renewed, time } = setUp(undefined, { agent })
    expect(await registry.heartbeat('agent-a', access)).toEqual(ok(time.clock.wall()))
    expect(renewed).toEqual(['agent-a'])
    expect(commands).toEqual([])
  })

  it('revive a dead agent by a commit', async () => {
    const done: Committed = { answer: { kind: 'done' }, position: { epoch: 'e', offset: 10 } }
    const { registry, commands, renewed } = setUp(ok(done), { agent: { ...agent, status: 'dead' } })
    expect((await registry.heartbeat('agent-a', access)).ok).toBe(true)
    expect(commands).toEqual([{ kind: 'revive', id: 'agent-a', incarnation: 2, epoch: 'e', keyMaxAgents: 0 }])
    expect(renewed).toEqual(['agent-a'])
  })

  it('[A5] are for one life: of another one nothing is noted, and the store says how this one ended', async () => {
    const gone = { kind: 'gone', id: 'agent-a', reason: 'replaced' } as const
    for (const other of [{ ...agent, incarnation: 3 }, { ...agent, epoch: 'other' }, undefined]) {
      const { registry, renewed } = setUp(err(gone), other === undefined ? {} : { agent: other })
      expect(await registry.heartbeat('agent-a', access)).toEqual(err(gone))
      expect(renewed).toEqual([])
    }
  })

  it('[X111] are for the agent itself, with its access token', async () => {
    const { registry, renewed } = setUp(undefined, { agent })
    expect(await registry.heartbeat('agent-b', access)).toEqual(
      err({ kind: 'forbidden', agentId: 'agent-a', target: 'agent-b' }),
    )
    expect(await registry.heartbeat('agent-a', temp)).toEqual(err({ kind: 'temp-token', agentId: 'agent-a' }))
    expect(renewed).toEqual([])
  })
})

describe('unregistering', () => {
  it('[X111] is for the agent itself', async () => {
    const { registry, commands } = setUp()
    expect(await registry.unregister('agent-b', access)).toEqual(
      err({ kind: 'forbidden', agentId: 'agent-a', target: 'agent-b' }),
    )
    expect(commands).toEqual([])
  })
})

describe('an administrator', () => {
  const admin: Principal = { kind: 'admin', user: 'root', sessionId: 's', jti: 'j', issuedAt: 0, expiresAt: 900 }
  const life = (incarnation: number, status: Agent['status'] = 'alive'): Agent => ({
    id: 'agent-a',
    incarnation,
    epoch: 'e',
    card: sampleCard('agent-a'),
    keyId: 'key',
    status,
    registeredAt: 0,
    seenAt: 0,
  })
  const done: Committed = { answer: { kind: 'done' }, position: { epoch: 'e', offset: 10 } }

  /** A registry in which each commit leads to the next of these lives. */
  const living = (...lives: readonly (Agent | undefined)[]) => {
    let committed: readonly Command[] = []
    const rig = setUp(ok(done), {
      get agent() {
        return lives[Math.min(committed.length, lives.length - 1)]
      },
    })
    committed = rig.commands
    return rig
  }
  const revocation = (incarnation: number) => ({ kind: 'revoke', agents: [{ id: 'agent-a', incarnation }] })

  it('registers nobody', async () => {
    const { registry, commands } = living(undefined)
    const refused = { kind: 'admin-registers', target: 'agent-a' } as const
    expect(await registry.register(sampleCard('agent-a'), admin)).toEqual(err(refused))
    expect(commands).toEqual([])
  })

  it('beats for any agent, and brings a dead one back', async () => {
    const alive = living(life(2))
    expect((await alive.registry.heartbeat('agent-a', admin)).ok).toBe(true)
    expect([alive.commands, alive.renewed]).toEqual([[], ['agent-a']])
    const dead = living(life(2, 'dead'), life(2))
    expect((await dead.registry.heartbeat('agent-a', admin)).ok).toBe(true)
    expect(dead.commands).toEqual([{ kind: 'revive', id: 'agent-a', incarnation: 2, epoch: 'e', keyMaxAgents: 0 }])
  })

  it('[X79] brings no life back that ended', async () => {
    const { registry, commands, renewed } = living(undefined)
    expect(await registry.heartbeat('agent-a', admin)).toEqual(err({ kind: 'not-found', id: 'agent-a' }))
    expect([commands, renewed]).toEqual([[], []])
  })

  it('[decision 5] ends a life for good, whichever way it is asked', async () => {
    for (const end of ['revoke', 'unregister'] as const) {
      const { registry, commands } = living(life(2), undefined)
      expect(await registry[end]('agent-a', admin)).toEqual(ok(undefined))
      expect(commands).toEqual([revocation(2)])
      const nobody = living(undefined)
      expect(await nobody.registry[end]('agent-a', admin)).toEqual(err({ kind: 'not-found', id: 'agent-a' }))
    }
  })

  it('ends the life that took over meanwhile, and does not chase one that comes back for ever', async () => {
    const taken = living(life(2), life(3), undefined)
    expect(await taken.registry.revoke('agent-a')).toEqual(ok(undefined))
    expect(taken.commands).toEqual([revocation(2), revocation(3)])
    const chased = living(life(2), life(3), life(4), life(5))
    expect(await chased.registry.revoke('agent-a')).toEqual(err({ kind: 'behind', retryAfterS: 1 }))
    expect(chased.commands).toHaveLength(3)
  })
})

describe('refreshing', () => {
  it('keeps incarnation and offset, with new times and a new id', async () => {
    const { registry, time } = setUp()
    const now = Math.floor(time.clock.wall() / 1000)
    expect(JSON.parse(await registry.refresh(access))).toEqual({
      ...access,
      jti: 'random-1',
      issuedAt: now,
      expiresAt: now + 3600,
    })
  })
})
