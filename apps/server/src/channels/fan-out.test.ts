import { describe, expect, it } from 'vitest'

import { createRig, testChannel, type RigOptions } from '../../test/channels-rig.ts'
import { join, reply } from './outcome.ts'

// More than 1000 bytes unsent make a socket fall behind.
const rigOf = (options: RigOptions = {}) =>
  createRig({
    channels: () => ({
      public: testChannel('public', { opened: () => join('public') }),
      agents: testChannel('agents', { opened: () => join('agents') }),
    }),
    ...options,
  })

const big = 'x'.repeat(1001)

describe('topics', () => {
  it('tells everybody who follows, nobody else, and knows whether anybody does', () => {
    const rig = rigOf()
    expect(rig.fanOut.wanted('public')).toBe(false)
    const [a, b, agent] = [rig.connect(), rig.connect(), rig.connect('agents')]
    expect(rig.fanOut.wanted('public')).toBe(true)
    rig.fanOut.publish('public', 'news')
    expect([a, b, agent].map(({ socket }) => socket.sent)).toEqual([['news'], ['news'], []])
    rig.reception().closed(a.session, 1000)
    rig.reception().closed(b.session, 1000)
    expect(rig.fanOut.wanted('public')).toBe(false)
    expect(rig.fanOut.wanted('agents')).toBe(true)
  })
})

describe('falling behind', () => {
  it('[L6] a socket with too much unsent gets no more, and nobody else waits', () => {
    const rig = rigOf()
    const [slow, quick] = [rig.connect(), rig.connect()]
    slow.socket.stall()
    rig.fanOut.publish('public', big)
    expect(rig.fanOut.behind()).toBe(1)
    rig.fanOut.publish('public', 'second')
    rig.fanOut.publish('public', 'third')
    expect(slow.socket.sent).toEqual([big])
    expect(quick.socket.sent).toEqual([big, 'second', 'third'])
    expect(quick.session.behindSince).toBe(0)
  })

  it('[L6] exactly the limit is not behind', () => {
    const rig = rigOf()
    const { socket } = rig.connect()
    socket.stall()
    rig.fanOut.publish('public', 'x'.repeat(1000))
    expect(rig.fanOut.behind()).toBe(0)
    rig.fanOut.publish('public', 'y')
    expect(rig.fanOut.behind()).toBe(1)
  })

  it('[L6] an answer can leave a socket behind too', () => {
    const rig = rigOf()
    const { socket, session } = rig.connect()
    socket.stall()
    socket.send(big)
    rig.fanOut.afterSend(session)
    rig.fanOut.afterSend(session)
    expect(rig.fanOut.behind()).toBe(1)
    expect(rig.fanOut.wanted('public')).toBe(false)
  })

  it('[L6] when it has drained it gets the newest full list once, and follows again', () => {
    const rig = rigOf()
    const { socket, session } = rig.connect()
    socket.stall()
    rig.fanOut.publish('public', big)
    rig.fanOut.publish('public', 'missed')
    socket.drain()
    rig.fanOut.drained(session)
    rig.fanOut.drained(session)
    rig.fanOut.publish('public', 'next')
    expect(socket.sent).toEqual([big, 'newest public', 'next'])
    expect(rig.fanOut.behind()).toBe(0)
    expect(session.behindSince).toBe(0)
  })

  it('[L6] half drained is still behind', () => {
    const rig = rigOf()
    const { socket, session } = rig.connect()
    socket.stall()
    rig.fanOut.publish('public', big)
    rig.fanOut.drained(session)
    expect(rig.fanOut.behind()).toBe(1)
    expect(socket.sent).toEqual([big])
  })

  it('a drain of a socket that kept up means nothing', () => {
    const rig = rigOf()
    const { socket, session } = rig.connect()
    rig.fanOut.drained(session)
    expect(socket.sent).toEqual([])
  })

  it('[L6] a socket may fall behind again with the list it was given', () => {
    const rig = rigOf({ newest: () => big })
    const { socket, session } = rig.connect()
    socket.stall()
    rig.fanOut.publish('public', big)
    socket.drain()
    socket.stall()
    rig.fanOut.drained(session)
    rig.fanOut.publish('public', 'next')
    expect(rig.fanOut.behind()).toBe(1)
    rig.fanOut.publish('public', 'not for you')
    expect(socket.sent).toEqual([big, big, 'next'])
  })

  it('one that leaves while behind leaves nothing behind', () => {
    const rig = rigOf()
    const { socket, session } = rig.connect()
    socket.stall()
    rig.fanOut.publish('public', big)
    rig.reception().closed(session, 1006)
    socket.drain()
    rig.fanOut.drained(session)
    rig.fanOut.publish('public', 'news')
    expect(rig.fanOut.behind()).toBe(0)
    expect(rig.fanOut.buffered()).toBe(0)
    expect(rig.fanOut.wanted('public')).toBe(false)
    expect(socket.sent).toEqual([big])
    expect(session.topic).toBeUndefined()
  })
})

describe('what is buffered', () => {
  it('counts followers and those behind, of all topics', () => {
    const rig = rigOf()
    const [slow, slower, agent] = [rig.connect(), rig.connect(), rig.connect('agents')]
    rig.connect()
    slow.socket.stall()
    slower.socket.stall()
    slower.socket.send('y'.repeat(600))
    agent.socket.stall()
    agent.socket.send('z'.repeat(50))
    rig.fanOut.afterSend(agent.session)
    rig.fanOut.publish('public', 'x'.repeat(500))
    expect(rig.fanOut.buffered()).toBe(500 + 1100 + 50)
    rig.fanOut.publish('public', 'x')
    expect(rig.fanOut.buffered()).toBe(501 + 1100 + 50)
  })

  it('[L6] above the limit of the hub the newest public sockets go, and only as many as must', () => {
    const rig = rigOf({ settings: { maxBufferedTotal: 2_500 } })
    const agent = rig.connect('agents')
    const clients = Array.from({ length: 5 }, () => {
      rig.time.advance(10)
      return rig.connect()
    })
    const reader = rig.connect()
    agent.socket.stall()
    agent.socket.send('z'.repeat(900))
    rig.fanOut.afterSend(agent.session)
    for (const { socket } of clients) socket.stall()
    rig.fanOut.publish('public', 'x'.repeat(500))
    expect(clients.map(({ socket }) => socket.closed()?.code)).toEqual([undefined, undefined, undefined, 1013, 1013])
    expect(reader.socket.closed()).toBeUndefined()
    expect(agent.socket.closed()).toBeUndefined()
    rig.fanOut.publish('agents', '')
    expect(rig.fanOut.buffered()).toBe(900 + 3 * 500)
  })

  it('[L6] those who are behind go too, agents never', () => {
    const rig = rigOf({ settings: { maxBufferedTotal: 1_500 } })
    const agent = rig.connect('agents')
    agent.socket.stall()
    rig.fanOut.publish('agents', 'x'.repeat(1_400))
    const client = rig.connect()
    client.socket.stall()
    rig.fanOut.publish('public', big)
    expect(client.socket.closed()?.code).toBe(1013)
    expect(agent.socket.closed()).toBeUndefined()
    expect(rig.fanOut.behind()).toBe(1)
  })

  it('[L6] answers alone trip the limit, for sockets that follow nothing too', () => {
    const rig = createRig({
      settings: { maxBackpressure: 1_000, maxBufferedTotal: 2_500 },
      channels: () => ({ public: testChannel('public', { text: () => reply('x'.repeat(900)) }) }),
    })
    const clients = Array.from({ length: 4 }, () => {
      rig.time.advance(10)
      const client = rig.connect()
      client.socket.stall()
      return client
    })
    for (const { say } of clients) say('more')
    expect(clients.map(({ socket }) => socket.closed()?.code)).toEqual([undefined, undefined, 1013, 1013])
    expect(rig.fanOut.buffered()).toBe(1_800)
  })

  it('[L6] what was read since is not held against anybody', () => {
    const rig = rigOf({ settings: { maxBufferedTotal: 1_000 } })
    const [a, b] = [rig.connect(), rig.connect()]
    a.socket.stall()
    rig.fanOut.publish('public', 'x'.repeat(600))
    a.socket.drain()
    b.socket.stall()
    b.socket.send('x'.repeat(600))
    rig.fanOut.afterSend(b.session)
    expect([a.socket.closed(), b.socket.closed()]).toEqual([undefined, undefined])
    expect(rig.fanOut.buffered()).toBe(600)
  })

  it('is nothing again when all was read or all have left', () => {
    const rig = rigOf()
    const [a, b] = [rig.connect(), rig.connect('agents')]
    for (const { socket, session } of [a, b]) {
      socket.stall()
      socket.send('x'.repeat(400))
      rig.fanOut.afterSend(session)
    }
    expect(rig.fanOut.buffered()).toBe(800)
    a.socket.drain()
    rig.fanOut.drained(a.session)
    expect(rig.fanOut.buffered()).toBe(400)
    rig.reception().closed(b.session, 1006)
    rig.fanOut.drained(b.session)
    expect(rig.fanOut.buffered()).toBe(0)
  })
})
