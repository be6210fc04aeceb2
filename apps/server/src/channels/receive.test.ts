import { decodeUp } from '@arcp/protocol/codec'
import { createFakeSocket } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createDeferred, createRig, settled, testChannel } from '../../test/channels-rig.ts'
import { answerUndecoded, pong } from './answers.ts'
import type { Channel } from './channel.ts'
import { close, join, many, nothing, reply } from './outcome.ts'

const publicRig = (over: Partial<Channel>, settings = {}) =>
  createRig({ settings, channels: () => ({ public: testChannel('public', over) }) })

// As the public channel decodes, without its frames.
const decoding: Partial<Channel> = {
  text: (_session, text) => {
    const decoded = decodeUp('public', text)
    if (decoded.kind !== 'frame') return answerUndecoded(decoded)
    return decoded.frame.type === 'ping' ? pong(1_500) : nothing
  },
}

describe('bare words', () => {
  it('[C2] a text ping is answered with a text pong, trimmed and in any case; pong is swallowed', () => {
    let handled = 0
    const rig = publicRig({
      text: () => {
        handled += 1
        return nothing
      },
    })
    const { socket, say } = rig.connect()
    for (const word of ['ping', ' PING\n', 'Ping']) say(word)
    for (const word of ['pong', '\tPONG ']) say(word)
    expect(socket.sent).toEqual(['pong', 'pong', 'pong'])
    expect(handled).toBe(0)
  })

  it('[C3] a JSON ping is answered with a JSON pong that carries the time', () => {
    const { socket, say } = publicRig(decoding).connect()
    say('{"type":"ping"}')
    say('{"type":"pong"}')
    expect(socket.frames()).toEqual([{ type: 'pong', timestamp: 1.5 }])
  })
})

describe('bad frames', () => {
  it('[C5] what is not JSON, no object or of no known type is answered, and the socket stays open', () => {
    const { socket, say } = publicRig(decoding).connect()
    for (const text of ['{', '[]', '1', 'null', '{}', '{"type":"constructor"}', `{"type":"${'x'.repeat(200)}"}`])
      say(text)
    expect(socket.frames()).toEqual([
      { type: 'error', message: 'Invalid JSON format' },
      { type: 'error', message: 'Unknown message type: (none)' },
      { type: 'error', message: 'Unknown message type: (none)' },
      { type: 'error', message: 'Unknown message type: (none)' },
      { type: 'error', message: 'Unknown message type: (none)' },
      { type: 'error', message: 'Unknown message type: constructor' },
      { type: 'error', message: `Unknown message type: ${'x'.repeat(64)}` },
    ])
    expect(socket.closed()).toBeUndefined()
  })

  it('[C6] a bad field is named by its path, its value is not repeated', () => {
    const { socket, say } = publicRig(decoding).connect()
    say('{"type":"get_discovery","page_size":"<secret>"}')
    expect(socket.frames()).toEqual([{ type: 'error', message: expect.any(String), path: '/page_size' }])
    expect(socket.sent.join('')).not.toContain('secret')
  })

  it('[C5] more than 20 within 10 s end the socket with 1008', () => {
    const rig = publicRig(decoding)
    const { socket, say } = rig.connect()
    for (let n = 0; n < 20; n += 1) say('{')
    expect(socket.closed()).toBeUndefined()
    say('{')
    expect(socket.closed()).toEqual({ code: 1008, reason: 'Too many bad messages' })
    expect(rig.limits).toEqual(['ws_bad_frames'])
    expect(socket.sent).toHaveLength(21)
  })

  it('[C5] 20 in each window of 10 s are borne for ever, good frames in between count for nothing', () => {
    const rig = publicRig(decoding)
    const { socket, say } = rig.connect()
    for (let window = 0; window < 5; window += 1) {
      for (let n = 0; n < 20; n += 1) say('{')
      say('{"type":"ping"}')
      rig.pass(10_001)
    }
    expect(socket.closed()).toBeUndefined()
  })
})

describe('budgets', () => {
  it('[C5] frames over the budget are answered with an error and not handled, then end the socket', () => {
    let handled = 0
    const rig = publicRig({
      text: () => {
        handled += 1
        return nothing
      },
    })
    const { socket, say } = rig.connect()
    for (let n = 0; n < 120; n += 1) say('{}')
    expect(handled).toBe(100)
    expect(socket.frames()).toEqual(Array.from({ length: 20 }, () => ({ type: 'error', message: 'Too many messages' })))
    expect(socket.closed()).toBeUndefined()
    say('{}')
    expect(socket.closed()).toEqual({ code: 1008, reason: 'Too many messages' })
    expect(rig.limits.filter((limit) => limit === 'ws_frames')).toHaveLength(21)
  })

  it('a socket within its rate is never refused', () => {
    const rig = publicRig({ text: () => reply('ok') })
    const { socket, say } = rig.connect()
    for (let n = 0; n < 500; n += 1) {
      say('{}')
      rig.pass(20)
    }
    expect(socket.sent.filter((text) => text !== 'ok')).toEqual([])
  })

  it('[X48] text pings over their own budget end the socket, and do not eat the budget of frames', () => {
    const rig = publicRig({ text: () => reply('ok') })
    const { socket, say } = rig.connect()
    for (let n = 0; n < 20; n += 1) say('ping')
    expect(socket.sent).toEqual(Array.from({ length: 20 }, () => 'pong'))
    say('{}')
    expect(socket.sent.at(-1)).toBe('ok')
    for (let n = 0; n < 21; n += 1) say('ping')
    expect(socket.closed()).toEqual({ code: 1008, reason: 'Too many messages' })
    expect(rig.limits).toContain('ws_pings')
  })

  it('[X33] protocol pings and pongs are counted, as many as a second may have are borne', () => {
    const rig = publicRig({})
    const calm = rig.connect()
    for (let n = 0; n < 300; n += 1) {
      rig.reception().control(calm.session)
      rig.pass(100)
    }
    expect(calm.socket.sent.filter((text) => text !== 'ping')).toEqual([])
    const loud = rig.connect()
    for (let n = 0; n < 20; n += 1) rig.reception().control(loud.session)
    expect(loud.socket.sent).toEqual([])
    for (let n = 0; n < 21; n += 1) rig.reception().control(loud.session)
    expect(loud.socket.closed()?.code).toBe(1008)
    expect(calm.socket.closed()).toBeUndefined()
  })
})

describe('frames that are refused whole', () => {
  it('[C7] a frame above the limit ends the socket with 1009', () => {
    const rig = publicRig({})
    const { socket, session } = rig.connect()
    rig.reception().oversize(session)
    expect(socket.closed()).toEqual({ code: 1009, reason: 'Message too big' })
    expect(rig.limits).toEqual(['ws_payload'])
  })

  it('[C7] a binary frame ends the socket with 1003', () => {
    const rig = publicRig({})
    const { socket, session } = rig.connect()
    rig.reception().binary(session)
    expect(socket.closed()).toEqual({ code: 1003, reason: 'Binary messages are not accepted' })
  })
})

describe('capacity', () => {
  it('[C8] a socket too many is closed with 1013 and a reason, and leaves no trace', () => {
    const rig = createRig({
      channels: ({ reception }) => ({
        public: testChannel('public', {
          refusal: 'Public WebSocket capacity reached',
          admits: () => reception().count('public') < 2,
        }),
      }),
    })
    const first = rig.connect()
    rig.connect()
    const third = createFakeSocket()
    expect(rig.reception().open('public', third, '192.0.2.1')).toBeUndefined()
    expect(third.closed()).toEqual({ code: 1013, reason: 'Public WebSocket capacity reached' })
    expect(third.sent).toEqual([])
    expect(rig.reception().count('public')).toBe(2)
    expect(rig.watched()).toBe(2)
    // It never was open, so the metrics may not count its end.
    expect(rig.closes).toEqual([])
    expect(rig.limits).toEqual(['ws_connections'])

    rig.reception().closed(first.session, 1000)
    rig.connect()
    expect(rig.reception().count('public')).toBe(2)
  })
})

describe('outcomes', () => {
  it('many happen in their order, and none behind a close', () => {
    const rig = publicRig({ opened: () => many(reply('a'), join('public'), close(4000, 'why', 'last'), reply('b')) })
    const { socket, session } = rig.connect()
    expect(socket.sent).toEqual(['a', 'last'])
    expect(socket.closed()).toEqual({ code: 4000, reason: 'why' })
    expect(socket.topics.size).toBe(0)
    expect(session.state.kind).toBe('closed')
    expect(rig.watched()).toBe(0)
    expect(rig.reception().sessions()).toEqual([])
  })
})

describe('handlers that fail', () => {
  const failing = (text: Channel['text']) => {
    const rig = publicRig({ opened: () => join('public'), text })
    const [broken, other] = [rig.connect(), rig.connect()]
    return { rig, broken, other }
  }

  it('[S10] one that throws ends its socket with 1011, no other notices', () => {
    const { rig, broken, other } = failing((_session, text) => {
      if (text === 'bad') throw new Error('bug')
      return reply('ok')
    })
    broken.say('bad')
    expect(broken.socket.closed()).toEqual({ code: 1011, reason: 'Internal error' })
    expect(rig.errors).toEqual(['socket_handler_failed'])
    other.say('good')
    rig.fanOut.publish('public', 'news')
    expect(other.socket.sent).toEqual(['ok', 'news'])
    expect(other.socket.closed()).toBeUndefined()
    expect(broken.socket.sent).toEqual([])
  })

  it('[S10] one that rejects ends its socket with 1011', async () => {
    const { rig, broken } = failing(() => Promise.reject(new Error('bug')))
    broken.say('x')
    await settled()
    expect(broken.socket.closed()?.code).toBe(1011)
    expect(rig.errors).toEqual(['socket_handler_failed'])
  })

  it('[S10] a failure while a late outcome is carried out ends the socket too, and is no unhandled rejection', async () => {
    const rig = createRig({
      channels: () => ({ public: testChannel('public', { text: async () => reply('late') }) }),
    })
    const socket = {
      ...createFakeSocket(),
      send: () => {
        throw new Error('broken socket')
      },
    }
    const session = rig.reception().open('public', socket, '192.0.2.1')
    if (session === undefined) throw new Error('turned away')
    rig.reception().text(session, 'x')
    await settled()
    expect(socket.closed()?.code).toBe(1011)
    expect(rig.errors).toEqual(['socket_handler_failed'])
  })

  it('[S10] a failure in the first frame turns the socket away without a trace', () => {
    const rig = publicRig({
      opened: () => {
        throw new Error('bug')
      },
    })
    const { socket } = rig.connect()
    expect(socket.closed()?.code).toBe(1011)
    expect(rig.reception().count('public')).toBe(0)
    expect(rig.watched()).toBe(0)
  })
})

describe('after the end', () => {
  it('nothing is sent or handled, whoever ended the socket', async () => {
    let handled = 0
    const late = createDeferred<ReturnType<typeof reply>>()
    const rig = publicRig({
      opened: () => join('public'),
      text: () => {
        handled += 1
        return late.promise
      },
    })
    const { socket, session, say } = rig.connect()
    say('first')
    rig.reception().closed(session, 1006)
    late.resolve(reply('too late'))
    await settled()
    say('second')
    say('ping')
    rig.reception().control(session)
    rig.reception().binary(session)
    rig.reception().oversize(session)
    rig.reception().close(session, 1000, '')
    rig.fanOut.publish('public', 'news')
    rig.pass(120_000)
    expect(socket.sent).toEqual([])
    expect(socket.pings()).toBe(0)
    expect(socket.closed()).toBeUndefined()
    expect(handled).toBe(1)
    expect(rig.closes).toEqual([1006])
    expect(rig.watched()).toBe(0)
  })

  it('the end is counted and told to the endpoint once, however often it comes', () => {
    let gone = 0
    const rig = publicRig({
      gone: () => {
        gone += 1
      },
    })
    const { session } = rig.connect()
    rig.reception().close(session, 1000, 'bye')
    rig.reception().closed(session, 1000)
    rig.reception().close(session, 1001, 'again')
    expect(gone).toBe(1)
    expect(rig.closes).toEqual([1000])
    expect(rig.reception().count('public')).toBe(0)
  })
})

describe('a socket that asks on and does not read', () => {
  it('[L6][C5] its answers do not pile up: four times the backpressure limit end it with 4501', () => {
    const rig = publicRig({ opened: () => join('public'), text: () => reply('x'.repeat(600)) })
    const { socket, say } = rig.connect()
    socket.stall()
    for (let n = 0; n < 6; n += 1) say('{}')
    expect(socket.buffered()).toBe(3600)
    expect(socket.closed()).toBeUndefined()
    say('{}')
    expect(socket.closed()).toEqual({ code: 4501, reason: 'Too slow to follow' })
    expect(rig.limits).toContain('ws_slow_consumer')
    expect(rig.fanOut.behind()).toBe(0)
  })

  it('[L6] also one that follows nothing', () => {
    const rig = publicRig({ text: () => reply('x'.repeat(600)) })
    const { socket, say } = rig.connect()
    socket.stall()
    for (let n = 0; n < 7; n += 1) say('{}')
    expect(socket.closed()?.code).toBe(4501)
  })

  it('[L6] one that reads in between gets every answer', () => {
    const rig = publicRig({ opened: () => join('public'), text: () => reply('x'.repeat(600)) })
    const { socket, session, say } = rig.connect()
    for (let n = 0; n < 30; n += 1) {
      socket.stall()
      say('{}')
      say('{}')
      socket.drain()
      rig.fanOut.drained(session)
    }
    expect(socket.closed()).toBeUndefined()
    expect(socket.sent.filter((text) => text.length === 600)).toHaveLength(60)
  })
})
