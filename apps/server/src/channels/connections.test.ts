import { describe, expect, it } from 'vitest'

import { createRig, testChannel } from '../../test/channels-rig.ts'
import { createConnections } from './connections.ts'
import { many, reply } from './outcome.ts'
import type { SessionState } from './session.ts'

const times = { jti: 'j', issuedAt: 0, expiresAt: 0 }
const access = {
  kind: 'access',
  agentId: 'agent-a',
  keyId: 'k',
  incarnation: 1,
  epoch: 'e',
  offset: 1,
  ...times,
} as const
const admin = { kind: 'admin', user: 'root', sessionId: 's', ...times } as const

const state =
  (claims: typeof access | typeof admin, live: boolean) =>
  (now: number): SessionState => ({
    kind: 'authenticated',
    claims,
    live,
    until: now + 1_000_000,
  })

const setUp = () => {
  const rig = createRig({
    channels: () => ({
      public: testChannel('public', { text: () => many(reply('äöü'), reply('2')) }),
      agents: testChannel('agents', { initialState: state(access, true) }),
      dashboard: testChannel('dashboard', { initialState: state(admin, false) }),
    }),
  })
  const connections = createConnections(
    { sessions: () => rig.reception().sessions(), close: (...how) => rig.reception().close(...how) },
    rig.time.clock,
  )
  return { rig, connections }
}

describe('connections', () => {
  it('are listed oldest first with who they are, since when, and what went either way', () => {
    const { rig, connections } = setUp()
    const one = rig.connect('public', '192.0.2.1')
    rig.connect('agents', '192.0.2.2')
    rig.connect('dashboard', '192.0.2.3')
    const opened = rig.time.clock.wall()
    rig.pass(2000)
    one.say('ünö')
    one.say('ping')
    expect(connections.list(0, 10)).toMatchObject({
      total: 3,
      found: [
        {
          id: 1,
          endpoint: 'public',
          agentId: undefined,
          user: undefined,
          address: '192.0.2.1',
          since: opened,
          lastHeard: opened + 2000,
          framesIn: 2,
          bytesIn: 9,
          framesOut: 3,
          bytesOut: 11,
          buffered: 0,
          slow: false,
        },
        { id: 2, endpoint: 'agents', agentId: 'agent-a', user: undefined, lastHeard: opened, framesIn: 0 },
        { id: 3, endpoint: 'dashboard', agentId: undefined, user: 'root' },
      ],
    })
  })

  it('what is pushed to all counts for each, and who cannot keep up is marked', () => {
    const { rig, connections } = setUp()
    const [one, other] = [rig.connect(), rig.connect()]
    for (const { session } of [one, other]) rig.fanOut.join(session, 'public')
    one.socket.stall()
    rig.fanOut.publish('public', 'x'.repeat(1001))
    expect(connections.list(0, 10).found).toMatchObject([
      { framesOut: 1, bytesOut: 1001, buffered: 1001, slow: true },
      { framesOut: 1, bytesOut: 1001, buffered: 0, slow: false },
    ])
  })

  it('come in pages', () => {
    const { rig, connections } = setUp()
    for (let n = 0; n < 5; n += 1) rig.connect()
    expect(connections.list(0, 2).found.map(({ id }) => id)).toEqual([1, 2])
    expect(connections.list(2, 2).found.map(({ id }) => id)).toEqual([3, 4])
    expect(connections.list(4, 2)).toMatchObject({ total: 5, found: [{ id: 5 }] })
    expect(connections.list(5, 2).found).toEqual([])
  })

  it('one is sent away by its id, with the code its client knows; the others stay', () => {
    const { rig, connections } = setUp()
    const [one, live, viewer, other] = [rig.connect(), rig.connect('agents'), rig.connect('dashboard'), rig.connect()]
    expect([1, 2, 3].map(connections.dismiss)).toEqual([true, true, true])
    expect(one.socket.closed()).toEqual({ code: 1008, reason: 'Closed by an operator' })
    expect(live.socket.closed()).toEqual({ code: 4403, reason: 'Closed by an operator' })
    expect(viewer.socket.closed()).toEqual({ code: 1008, reason: 'Closed by an operator' })
    expect(other.socket.closed()).toBeUndefined()
    expect([1, 77].map(connections.dismiss)).toEqual([false, false])
  })
})
