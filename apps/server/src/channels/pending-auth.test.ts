import { describe, expect, it } from 'vitest'

import { createFakeSocket } from '@arcp/testkit'

import { silentMeter, type Limit } from '../kernel/meter.ts'
import { createPendingAuth } from './pending-auth.ts'
import { createSession, type Session } from './session.ts'

const setUp = (over: { hub?: number; address?: number; proxies?: readonly string[] } = {}) => {
  const limits: Limit[] = []
  const closed: [Session, number, string][] = []
  const pending = createPendingAuth({
    settings: {
      maxPendingAuth: over.hub ?? 10,
      maxPendingAuthPerAddress: over.address ?? 2,
      isProxy: (address) => over.proxies?.includes(address) ?? false,
    },
    meter: { ...silentMeter, limited: (limit) => void limits.push(limit) },
    // As the reception does: who is closed is gone.
    close: (session, code, reason) => {
      closed.push([session, code, reason])
      pending.remove(session)
    },
  })
  const add = (address: string): Session => {
    const state = { kind: 'awaiting-auth', until: 1000 } as const
    const session = createSession({ id: 1, endpoint: 'agents', socket: createFakeSocket(), address }, state, 0, {
      frames: 1,
      pings: 1,
    })
    pending.add(session)
    return session
  }
  return { pending, add, limits, closed }
}

describe('sockets that have not authenticated', () => {
  it('[C8] one address may hold so many, the next is closed with 1013', () => {
    const { pending, add, limits, closed } = setUp()
    add('192.0.2.1')
    add('192.0.2.1')
    add('192.0.2.2')
    expect(closed).toEqual([])
    const third = add('192.0.2.1')
    expect(closed).toEqual([[third, 1013, 'Too many sockets waiting to authenticate']])
    expect(limits).toEqual(['ws_pending_auth_address'])
    expect(pending.count()).toBe(3)
  })

  it('[C8] a hub holds so many from everywhere', () => {
    const { pending, add, limits, closed } = setUp({ hub: 3, address: 0 })
    for (let n = 0; n < 5; n += 1) add(`192.0.2.${n}`)
    expect(closed.map(([, code]) => code)).toEqual([1013, 1013])
    expect(limits).toEqual(['ws_pending_auth', 'ws_pending_auth'])
    expect(pending.count()).toBe(3)
  })

  it('[X25] the addresses of one IPv6 /64 count as one', () => {
    const { add, closed } = setUp()
    for (const host of ['1', 'dead:beef', '2']) add(`2001:db8::${host}`)
    expect(closed).toHaveLength(1)
    add('2001:db8:0:1::1')
    expect(closed).toHaveLength(1)
  })

  it('[C8] a proxy holds many clients: the limit per address is not for it', () => {
    const { add, closed } = setUp({ proxies: ['10.0.0.1'] })
    for (let n = 0; n < 8; n += 1) add('10.0.0.1')
    expect(closed).toEqual([])
  })

  it('[C8] zero is no limit', () => {
    const { add, closed } = setUp({ hub: 0, address: 0 })
    for (let n = 0; n < 2000; n += 1) add('192.0.2.1')
    expect(closed).toEqual([])
  })

  it('who authenticates or goes makes room, and is taken off once', () => {
    const { pending, add, closed } = setUp()
    const first = add('192.0.2.1')
    add('192.0.2.1')
    pending.remove(first)
    pending.remove(first)
    expect(pending.count()).toBe(1)
    add('192.0.2.1')
    expect(closed).toEqual([])
    add('192.0.2.1')
    expect(closed).toHaveLength(1)
  })

  it('one that was never pending takes nobody off', () => {
    const { pending, add } = setUp()
    const state = { kind: 'open' } as const
    add('192.0.2.1')
    pending.remove(
      createSession({ id: 1, endpoint: 'public', socket: createFakeSocket(), address: '192.0.2.1' }, state, 0, {
        frames: 1,
        pings: 1,
      }),
    )
    expect(pending.count()).toBe(1)
  })
})
