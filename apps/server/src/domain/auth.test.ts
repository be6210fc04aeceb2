import { createFakeTime, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { err, ok } from '../kernel/result.ts'
import type { Agent, Tombstone } from './agent.ts'
import { createAuth } from './auth.ts'
import type { AdminSession } from './sessions.ts'
import type { AccessClaims, AdminClaims, TokenClaims } from './tokens.ts'

const claims: AccessClaims = {
  kind: 'access',
  agentId: 'agent-a',
  keyId: 'key',
  incarnation: 2,
  epoch: 'e',
  offset: 5,
  jti: 'j',
  issuedAt: 0,
  expiresAt: 1000,
}

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

const SESSION: AdminSession = {
  id: 's',
  user: 'root',
  openedAt: 0,
  expiresAt: 1000,
  pinSet: false,
  pinVerifiedAt: undefined,
}

const setUp = (known: {
  agent?: Agent
  tombstone?: Tombstone
  head?: number
  claims?: TokenClaims
  storeAway?: boolean
}) => {
  const time = createFakeTime()
  let current = known.agent
  let head = known.head ?? 5
  const waiting: (() => void)[] = []
  const auth = createAuth({
    tokens: {
      verify: async (token) =>
        token === 'good'
          ? ok(known.claims ?? claims)
          : err(token === 'old' ? ('expired' as const) : ('invalid' as const)),
    },
    view: {
      get: () => current,
      position: () => ({ epoch: 'e', offset: head }),
      reached: (offset, timeoutMs) =>
        offset <= head
          ? Promise.resolve(true)
          : new Promise((resolve) => {
              time.scheduler.after(timeoutMs, () => resolve(false))
              waiting.push(() => resolve(true))
            }),
    },
    store: {
      tombstone: async () =>
        known.storeAway === true ? err({ kind: 'store-away', retryAfterS: 7 }) : ok(known.tombstone),
    },
    sessions: {
      get: async (id) => (id === SESSION.id ? SESSION : undefined),
      getFor: async (id, fingerprint) => (id === SESSION.id && fingerprint === 'mine' ? SESSION : undefined),
    },
  })
  const catchUp = (next: Agent | undefined): void => {
    current = next
    head = 5
    for (const resolve of waiting) resolve()
  }
  return { auth, time, catchUp }
}

describe('authentication', () => {
  it('tells missing, bad and expired tokens apart', async () => {
    const { auth } = setUp({ agent })
    expect(await auth.authenticate(undefined)).toEqual(err({ kind: 'missing' }))
    expect(await auth.authenticate('')).toEqual(err({ kind: 'missing' }))
    expect(await auth.authenticate('forged')).toEqual(err({ kind: 'invalid' }))
    expect(await auth.authenticate('old')).toEqual(err({ kind: 'expired' }))
    expect(await auth.authenticate('good')).toEqual(ok(claims))
  })

  it('[X87] a token above 4 KiB is not looked at', async () => {
    const { auth } = setUp({ agent })
    expect(await auth.verify(`good${'x'.repeat(4093)}`)).toEqual(err({ kind: 'invalid' }))
  })

  it('a temp token needs no living agent', async () => {
    const temp: TokenClaims = {
      kind: 'temp',
      agentId: 'agent-a',
      agentType: 't',
      keyId: 'k',
      jti: 'j',
      issuedAt: 0,
      expiresAt: 9,
    }
    expect(await setUp({ claims: temp }).auth.authenticate('good')).toEqual(ok(temp))
  })

  it('[X89] an old incarnation is gone, with the reason', async () => {
    const replaced = setUp({ agent: { ...agent, incarnation: 3 } })
    expect(await replaced.auth.authenticate('good')).toEqual(
      err({ kind: 'gone', agentId: 'agent-a', reason: 'replaced' }),
    )
    const tombstone: Tombstone = {
      id: 'agent-a',
      incarnation: 2,
      epoch: 'e',
      keyId: 'key',
      reason: 'unregistered',
      endedAt: 0,
    }
    expect(await setUp({ tombstone }).auth.authenticate('good')).toEqual(
      err({ kind: 'gone', agentId: 'agent-a', reason: 'unregistered' }),
    )
  })

  it('[S12] how a life ended is not guessed while the store cannot be asked', async () => {
    expect(await setUp({ storeAway: true }).auth.authenticate('good')).toEqual(err({ kind: 'behind', retryAfterS: 7 }))
  })

  it('the same number under another key, and an agent nobody knows, count as expired', async () => {
    const gone = err({ kind: 'gone', agentId: 'agent-a', reason: 'expired' })
    expect(await setUp({ agent: { ...agent, keyId: 'other' } }).auth.authenticate('good')).toEqual(gone)
    expect(await setUp({}).auth.authenticate('good')).toEqual(gone)
  })

  it('a token of a history this hub has lost is gone at once, whatever its offset, and never acts for a newer life', async () => {
    const gone = err({ kind: 'gone', agentId: 'agent-a', reason: 'expired' })
    const lost: AccessClaims = { ...claims, epoch: 'lost', offset: 1_000_000 }
    expect(await setUp({ claims: lost, head: 1 }).auth.authenticate('good')).toEqual(gone)
    expect(await setUp({ claims: lost, agent, head: 1 }).auth.authenticate('good')).toEqual(gone)
  })

  it('[decision 4] a hub that is behind the token waits for its commit', async () => {
    const { auth, catchUp } = setUp({ head: 4 })
    const verdict = auth.authenticate('good')
    await Promise.resolve()
    await Promise.resolve()
    catchUp(agent)
    expect(await verdict).toEqual(ok(claims))
  })

  it('[decision 4] after a second of waiting it says that it is behind', async () => {
    const { auth, time } = setUp({ head: 4 })
    const verdict = auth.authenticate('good')
    await Promise.resolve()
    await Promise.resolve()
    time.advance(1000)
    expect(await verdict).toEqual(err({ kind: 'behind', retryAfterS: 1 }))
  })
})

describe('an administrator', () => {
  const admin: AdminClaims = { kind: 'admin', user: 'root', sessionId: 's', jti: 'j', issuedAt: 0, expiresAt: 1000 }

  it('is known while the session lives; a request must come from its client', async () => {
    const { auth } = setUp({ claims: admin })
    expect(await auth.authenticate('good')).toEqual(ok(admin))
    expect(await auth.authenticate('good', { fingerprint: 'mine' })).toEqual(ok(admin))
    for (const fingerprint of [undefined, '', 'yours']) {
      expect(await auth.authenticate('good', { fingerprint })).toEqual(err({ kind: 'session-ended' }))
    }
  })

  it("[X104] is nobody when the session is over, or is somebody else's", async () => {
    const ended = setUp({ claims: { ...admin, sessionId: 'over' } })
    expect(await ended.auth.authenticate('good')).toEqual(err({ kind: 'session-ended' }))
    const other = setUp({ claims: { ...admin, user: 'mallory' } })
    expect(await other.auth.authenticate('good')).toEqual(err({ kind: 'session-ended' }))
    expect(await other.auth.verify('good')).toMatchObject({ ok: true })
  })
})
