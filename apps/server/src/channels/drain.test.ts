import { createFakeTime } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createRig, settled, testChannel } from '../../test/channels-rig.ts'
import { drainSockets } from './drain.ts'
import type { Session } from './session.ts'

const setUp = (sockets: number, spreadMs: number, randoms: readonly number[] = []) => {
  const rig = createRig()
  const clients = Array.from({ length: sockets }, () => rig.connect())
  const time = createFakeTime()
  const closedAt: number[] = []
  let next = 0
  let done = false
  const options = {
    sessions: rig.reception().sessions(),
    close: (session: Session, code: number, reason: string) => {
      closedAt.push(time.clock.monotonic())
      rig.reception().close(session, code, reason)
    },
    spreadMs,
    deadlineMs: 30_000,
    scheduler: time.scheduler,
    random: () => {
      next += 1
      return randoms[(next - 1) % randoms.length] ?? 0
    },
  }
  const drain = async (): Promise<void> => {
    await drainSockets(options)
    done = true
  }
  const drained = drain()
  return { rig, clients, time, closedAt, drained, done: () => done }
}

describe('drain', () => {
  it('[C10] every socket is closed with 1012', async () => {
    const { rig, clients, time, drained } = setUp(5, 10_000, [0.1, 0.9])
    time.advance(10_000)
    await drained
    expect(clients.map(({ socket }) => socket.closed())).toEqual(
      clients.map(() => ({ code: 1012, reason: 'Hub is restarting, come back' })),
    )
    expect(rig.reception().count('public')).toBe(0)
  })

  it('[C10] those that asked for live frames are told first, the others are not', async () => {
    const claims = { kind: 'admin', user: 'root', sessionId: 's', jti: 'j', issuedAt: 0, expiresAt: 0 } as const
    const rig = createRig({
      channels: () => ({
        agents: testChannel('agents', {
          initialState: (now) => ({ kind: 'authenticated', claims, live: true, until: now + 60_000 }),
        }),
        dashboard: testChannel('dashboard', {
          initialState: (now) => ({ kind: 'authenticated', claims, live: false, until: now + 60_000 }),
        }),
      }),
    })
    const [live, legacy, anybody] = [rig.connect('agents'), rig.connect('dashboard'), rig.connect()]
    const drained = drainSockets({
      sessions: rig.reception().sessions(),
      close: rig.reception().close,
      spreadMs: 10_000,
      deadlineMs: 28_999.5,
      scheduler: rig.time.scheduler,
      random: () => 0.5,
    })
    expect(live.socket.frames()).toEqual([{ type: 'draining', deadline_ms: 29_000, spread_ms: 30 }])
    expect(live.socket.closed()).toBeUndefined()
    rig.time.advance(15)
    await drained
    for (const { socket } of [live, legacy, anybody]) expect(socket.closed()).toMatchObject({ code: 1012 })
    expect([legacy.socket.sent, anybody.socket.sent]).toEqual([[], []])
  })

  it('[C10] each at its own random moment within the spread', async () => {
    const { time, closedAt, done } = setUp(2000, 10_000, [0, 0.25, 0.5, 0.999])
    time.advance(9_989)
    await settled()
    expect(done()).toBe(false)
    time.advance(11)
    await settled()
    expect(done()).toBe(true)
    expect(new Set(closedAt.map(Math.round))).toEqual(new Set([0, 2_500, 5_000, 9_990]))
  })

  it('[C10] a few sockets do not hold the hub for the whole spread', async () => {
    const { time, done } = setUp(3, 10_000, [0.999])
    time.advance(30)
    await settled()
    expect(done()).toBe(true)
  })

  it('[C10] one that went by itself in the meantime is not closed twice', async () => {
    const { rig, clients, time, drained } = setUp(1, 10_000, [0.5])
    const [client] = clients
    if (client === undefined) throw new Error('no client')
    rig.reception().closed(client.session, 1000)
    time.advance(10_000)
    await drained
    expect(client.socket.closed()).toBeUndefined()
    expect(rig.closes).toEqual([1000])
  })

  it('[C10] without sockets it is over at once', async () => {
    const { drained, done } = setUp(0, 10_000)
    await drained
    expect(done()).toBe(true)
  })
})
