import { createFakeTime, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createDeferred, settled } from '../../test/channels-rig.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { Agent } from './agent.ts'
import { createPresence } from './presence.ts'
import type { RegistryFault } from './registry.ts'
import type { AccessClaims } from './tokens.ts'

const claims: AccessClaims = {
  kind: 'access',
  agentId: 'agent-a',
  keyId: 'key',
  incarnation: 2,
  epoch: 'e',
  offset: 4,
  jti: 'j',
  issuedAt: 0,
  expiresAt: 900,
}
const alive: Agent = {
  id: 'agent-a',
  incarnation: 2,
  epoch: 'e',
  card: sampleCard('agent-a'),
  keyId: 'key',
  status: 'alive',
  registeredAt: 0,
  seenAt: 0,
}
const dead: Agent = { ...alive, status: 'dead' }

type Beat = Result<number, RegistryFault>

const setUp = (agent: Agent | undefined) => {
  const time = createFakeTime()
  const noted: (readonly [id: string, at: number])[] = []
  const beats: ReturnType<typeof createDeferred<Beat>>[] = []
  const failures: unknown[] = []
  const presence = createPresence({
    view: { get: () => agent },
    signs: { note: (id, at) => noted.push([id, at]) },
    heartbeat: (id, principal) => {
      expect([id, principal]).toEqual(['agent-a', claims])
      const beat = createDeferred<Beat>()
      beats.push(beat)
      return beat.promise
    },
    clock: time.clock,
    failed: (cause) => failures.push(cause),
  })
  return { presence, noted, beats, failures, now: time.clock.wall() }
}

describe('an agent that is heard on its socket', () => {
  it('[A6] is noted at once while it is alive, and nothing is committed', () => {
    const { presence, noted, beats, now } = setUp(alive)
    presence.seen(claims)
    presence.seen(claims)
    expect(noted).toEqual([
      ['agent-a', now],
      ['agent-a', now],
    ])
    expect(beats).toEqual([])
  })

  it.each([
    ['gone', undefined],
    ['in a later life', { ...alive, incarnation: 3 }],
    ['in a life of another history', { ...alive, epoch: 'other' }],
    ['dead in a later life', { ...dead, incarnation: 3 }],
  ])('[A6] is nobody when it is %s', (_name, agent) => {
    const { presence, noted, beats } = setUp(agent)
    presence.seen(claims)
    expect([noted, beats]).toEqual([[], []])
  })

  it.each<[string, (beat: ReturnType<typeof createDeferred<Beat>>) => void, number]>([
    ['it was brought back', (beat) => beat.resolve(ok(5)), 0],
    ['it was refused', (beat) => beat.resolve(err({ kind: 'store-away', retryAfterS: 1 })), 0],
    ['the attempt broke', (beat) => beat.reject(new Error('store on fire')), 1],
  ])(
    '[A6] is brought back when it is dead, one attempt at a time; after %s the next may try',
    async (_name, end, failed) => {
      const { presence, noted, beats, failures } = setUp(dead)
      presence.seen(claims)
      presence.seen(claims)
      expect(beats).toHaveLength(1)
      for (const beat of beats) end(beat)
      await settled()
      expect(failures).toHaveLength(failed)
      presence.seen(claims)
      expect(beats).toHaveLength(2)
      expect(noted).toEqual([])
    },
  )
})
