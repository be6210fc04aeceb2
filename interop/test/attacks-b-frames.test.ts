// Group B of the attack catalogue, single frames: what is no frame, no text, or not sent as RFC 6455 says.
// Where the library cuts the connection itself there is no close frame: those tests say "is cut", and that is a
// deviation from RFC 6455, 7.1.7, which wants one.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startTarget, type Target } from '../src/attack-target.ts'
import { ask, handshakeBytes, openRaw, openWs, type RawClose, type RawSocket } from '../src/raw-socket.ts'
import { closeFrame, frameBytes, jsonFrame, OPCODE, textFrame, type FrameShape } from '../src/ws-frames.ts'

const PUBLIC_LIMIT = 4096
const AGENTS_LIMIT = 65_536
/** The library cuts above this much more than the limit. */
const LIBRARY_MARGIN = 65_536
const INVALID_JSON = { type: 'error', message: 'Invalid JSON format' }

let hub: Target

beforeAll(async () => {
  hub = await startTarget({ PUBLIC_WS_MAX_CONNECTIONS: '0' })
})
afterEach(async () => {
  await hub.unharmed()
})
afterAll(async () => {
  await hub.stop()
})

/** A public socket that was welcomed. */
const open = async (): Promise<RawSocket> => {
  const socket = await openWs(hub)
  expect(JSON.parse(await socket.text())).toMatchObject({ type: 'welcome' })
  return socket
}

/** An authenticated agent socket that gets no lists. */
const openAgent = async (): Promise<RawSocket> => {
  const socket = await openWs(hub, { path: '/agents/ws' })
  await socket.text()
  socket.write(jsonFrame({ token: hub.token, live: 1 }))
  expect(JSON.parse(await socket.text())).toMatchObject({ type: 'auth_success' })
  return socket
}

/** Sends the bytes on a fresh socket, then a ping: how did the socket end? */
const ending = async (bytes: readonly Uint8Array[]): Promise<RawClose> => {
  const socket = await open()
  for (const one of bytes) socket.write(one)
  socket.write(textFrame('ping'))
  const closed = await socket.closed()
  await socket.ended()
  // Nothing behind the bad frame was answered.
  expect(socket.frames.items.filter(({ payload }) => payload.toString() === 'pong')).toStrictEqual([])
  return closed
}

const cut: RawClose = { code: undefined, reason: '' }

const expectCut = async (cases: readonly (readonly [name: string, ...shapes: FrameShape[]])[]): Promise<void> => {
  const got = await Promise.all(cases.map(async ([name, ...shapes]) => [name, await ending(shapes.map(frameBytes))]))
  expect(got).toStrictEqual(cases.map(([name]) => [name, cut]))
}

/** Sends the frames on a fresh socket and gives the text that comes back; the socket stays. */
const answer = async (...bytes: readonly Uint8Array[]): Promise<string> => {
  const socket = await open()
  for (const one of bytes) socket.write(one)
  const text = await socket.text()
  expect(await ask(socket, 'ping')).toBe('pong')
  socket.destroy()
  return text
}

const text = (payload: string | Uint8Array, more: Partial<FrameShape> = {}): FrameShape => ({
  opcode: OPCODE.text,
  payload,
  ...more,
})
const rest = (payload: string | Uint8Array, more: Partial<FrameShape> = {}): FrameShape => ({
  opcode: OPCODE.continuation,
  payload,
  ...more,
})

describe('frames that are none', () => {
  test('[X28] an unmasked frame is not refused but misread (deviation from RFC 6455, 5.1), and only its socket suffers', async () => {
    const socket = await open()
    // The library takes the first four bytes of the payload for the mask and waits for as many more.
    socket.write(frameBytes({ ...text('ping'), masked: false }))
    const other = await open()
    expect(await ask(other, 'ping')).toBe('pong')
    socket.write(Buffer.alloc(4))
    expect(await socket.text()).toBe('pong')
    socket.destroy()
    other.destroy()
  })

  test('[X29] reserved bits and reserved opcodes: the socket is cut', async () => {
    await expectCut([1, 2, 3, 4, 5, 6, 7].map((rsv) => [`rsv ${rsv}`, text('ping', { rsv })] as const))
    const reserved = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]
    await expectCut(reserved.map((opcode) => [`opcode ${opcode}`, { opcode, payload: 'ping' }] as const))
    expect(await answer(textFrame('ping'))).toBe('pong')
  })

  test('[X29] fragments out of order, and fragmented control frames: the socket is cut', async () => {
    await expectCut([
      ['continuation of nothing', rest('ping')],
      ['unfinished continuation of nothing', rest('pi', { fin: false }), rest('ng')],
      ['text within a text', text('pi', { fin: false }), text('ng')],
      ...[OPCODE.close, OPCODE.ping, OPCODE.pong].map(
        (opcode) => [`control ${opcode}`, { opcode, fin: false }] as const,
      ),
    ])
    // Here the library notices nothing, and the binary frame ends the socket as any other does.
    const within = [text('pi', { fin: false }), { opcode: OPCODE.binary, payload: 'ng' }]
    expect(await ending(within.map(frameBytes))).toMatchObject({ code: 1003 })
    const whole = await answer(frameBytes(text('pi', { fin: false })), frameBytes(rest('ng')))
    expect(whole).toBe('pong')
  })

  test('lengths may be written longer than they need be (deviation from RFC 6455, 5.2)', async () => {
    for (const lengthBytes of [0, 2, 8] as const) {
      expect(await answer(frameBytes(text('ping', { lengthBytes })))).toBe('pong')
    }
  })

  test('[X34] a ping above 125 bytes, or with a long length: the socket is cut', async () => {
    await expectCut([
      ['126 bytes', { opcode: OPCODE.ping, payload: 'x'.repeat(126) }],
      ['65536 bytes', { opcode: OPCODE.ping, payload: 'x'.repeat(65_536) }],
      ['long length', { opcode: OPCODE.ping, payload: 'abcd', lengthBytes: 2 }],
      ['pong of 126 bytes', { opcode: OPCODE.pong, payload: 'x'.repeat(126) }],
    ])
    const socket = await open()
    socket.write(frameBytes({ opcode: OPCODE.ping, payload: 'x'.repeat(125) }))
    const pong = await socket.frames.find(({ opcode }) => opcode === OPCODE.pong)
    expect(pong.item.payload.toString()).toBe('x'.repeat(125))
    socket.destroy()
  })

  test('[X37] compression is not agreed to, and a compressed frame is cut', async () => {
    for (const offer of [
      'permessage-deflate',
      'permessage-deflate; client_max_window_bits',
      'x-webkit-deflate-frame',
    ]) {
      const socket = await openWs(hub, { headers: { 'sec-websocket-extensions': offer } })
      const { headers } = socket.responses.items[0] ?? { headers: [] }
      expect(headers.filter(([name]) => name === 'sec-websocket-extensions')).toStrictEqual([])
      await socket.text()
      // 'ping' compressed.
      socket.write(frameBytes({ opcode: OPCODE.text, payload: Buffer.from('2ac8cc4b0700', 'hex'), rsv: 4 }))
      await socket.ended()
      expect(socket.frames.items.slice(1)).toStrictEqual([])
    }
    expect(await answer(textFrame('ping'))).toBe('pong')
  })
})

describe('size', () => {
  test('[C7][X30] one byte over the limit is closed with 1009, public and agents; at the limit it is read', async () => {
    const socket = await open()
    expect(JSON.parse(await ask(socket, 'x'.repeat(PUBLIC_LIMIT)))).toStrictEqual(INVALID_JSON)
    socket.write(textFrame('x'.repeat(PUBLIC_LIMIT + 1)))
    expect(await socket.closed()).toStrictEqual({ code: 1009, reason: 'Message too big' })

    const agent = await openAgent()
    expect(JSON.parse(await ask(agent, 'x'.repeat(AGENTS_LIMIT)))).toStrictEqual(INVALID_JSON)
    agent.write(textFrame('x'.repeat(AGENTS_LIMIT + 1)))
    expect(await agent.closed()).toStrictEqual({ code: 1009, reason: 'Message too big' })
  })

  test('[C7][X30] so is a message that only its fragments make too big, or characters of several bytes', async () => {
    const parts = [text('x'.repeat(PUBLIC_LIMIT), { fin: false }), rest('x')]
    expect(await ending(parts.map(frameBytes))).toMatchObject({ code: 1009 })
    expect(await ending([textFrame('€'.repeat(PUBLIC_LIMIT / 3 + 1))])).toMatchObject({ code: 1009 })
    const fits = await answer(...[text('x'.repeat(PUBLIC_LIMIT - 1), { fin: false }), rest('x')].map(frameBytes))
    expect(JSON.parse(fits)).toStrictEqual(INVALID_JSON)
  })

  test('[X31] a declared length far above the limit is cut at once, without a close frame; nothing is reserved for it', async () => {
    const declared = [1n << 63n, (1n << 64n) - 1n, 1n << 62n, (1n << 32n) + 4n, 1n << 31n, 1n << 20n]
    await expectCut(declared.map((size) => [String(size), text('ping', { lengthBytes: 8, declared: size })] as const))
    await expectCut([['just above', text('', { lengthBytes: 8, declared: BigInt(PUBLIC_LIMIT + LIBRARY_MARGIN + 1) })]])
    expect(await answer(textFrame('ping'))).toBe('pong')
  })

  test('[X32] fragments without end are cut above the library limit, empty ones hold nothing', async () => {
    const piece = frameBytes(rest('x'.repeat(1000), { fin: false }))
    const pieces = Array.from({ length: 80 }, () => piece)
    expect(await ending([frameBytes(text('x', { fin: false })), ...pieces])).toStrictEqual(cut)

    const socket = await open()
    socket.write(frameBytes(text('pi', { fin: false })))
    socket.write(Buffer.concat(Array.from({ length: 20_000 }, () => frameBytes(rest('', { fin: false })))))
    socket.write(frameBytes(rest('ng')))
    expect(await socket.text()).toBe('pong')
    socket.destroy()
  })
})

describe('text', () => {
  const broken: readonly (readonly [string, readonly number[]])[] = [
    ['ff', [0xff]],
    ['lone continuation', [0x80]],
    ['overlong slash', [0xc0, 0xaf]],
    ['overlong NUL', [0xe0, 0x80, 0x80]],
    ['surrogate', [0xed, 0xa0, 0x80]],
    ['surrogate pair', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['five bytes', [0xf8, 0x88, 0x80, 0x80, 0x80]],
    ['cut after one', [0xe2]],
    ['cut after two', [0xe2, 0x82]],
    ['cut after three', [0xf0, 0x9f, 0x98]],
    ['wrong third', [0xe2, 0x82, 0x41]],
  ]

  test('[X35] invalid UTF-8 is cut, in one frame and split over fragments', async () => {
    await expectCut(broken.map(([name, bytes]) => [name, text(Uint8Array.from([0x22, ...bytes, 0x22]))] as const))
    for (const [name, bytes] of broken) {
      const all = [0x22, ...bytes, 0x22]
      const splits = all.map(
        (_, at) =>
          [
            `${name} at ${at}`,
            text(Uint8Array.from(all.slice(0, at)), { fin: false }),
            rest(Uint8Array.from(all.slice(at))),
          ] as const,
      )
      await expectCut(splits)
    }
  })

  test('[X35] a character split over fragments arrives whole, at every place', async () => {
    const bytes = Buffer.from('{"type":"€😀é"}', 'utf8')
    const answers = await Promise.all(
      [...bytes.keys()].map((at) =>
        answer(frameBytes(text(bytes.subarray(0, at), { fin: false })), frameBytes(rest(bytes.subarray(at)))),
      ),
    )
    const wanted = { type: 'error', message: 'Unknown message type: €😀é' }
    expect(answers.map((one) => JSON.parse(one))).toStrictEqual(answers.map(() => wanted))
  })

  test('[C7][X36] a binary frame is closed with 1003, also an empty one and one in fragments', async () => {
    const binary: RawClose = { code: 1003, reason: 'Binary messages are not accepted' }
    const opcode = OPCODE.binary
    expect(await ending([frameBytes({ opcode, payload: 'ping' })])).toStrictEqual(binary)
    expect(await ending([frameBytes({ opcode })])).toStrictEqual(binary)
    expect(await ending([frameBytes({ opcode, payload: 'pi', fin: false }), frameBytes(rest('ng'))])).toStrictEqual(
      binary,
    )
    const agent = await openAgent()
    agent.write(frameBytes({ opcode, payload: Buffer.from(JSON.stringify({ token: hub.token })) }))
    expect(await agent.closed()).toStrictEqual(binary)
    expect(await answer(textFrame('ping'))).toBe('pong')
  })
})

describe('the end of a socket', () => {
  test('[X38] what follows a close frame is not acted on', async () => {
    const socket = await open()
    socket.write(Buffer.concat([closeFrame(1000, 'bye'), textFrame('ping'), jsonFrame({ type: 'get_discovery' })]))
    expect(await socket.closed()).toStrictEqual({ code: 1000, reason: 'bye' })
    await socket.ended()
    expect(socket.frames.items.slice(1).map(({ opcode }) => opcode)).toStrictEqual([OPCODE.close])
  })

  test('[X39] a close frame of any code, allowed or not, ends the socket in order, and only this one', async () => {
    const witness = await open()
    const bad = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map((code) => closeFrame(code, 'x'))
    const odd = [
      frameBytes({ opcode: OPCODE.close, payload: Buffer.from([3]) }),
      frameBytes({ opcode: OPCODE.close, payload: Buffer.from([3, 232, 0xff]) }),
      closeFrame(),
    ]
    for (const bytes of [...bad, ...odd]) {
      const socket = await open()
      socket.write(bytes)
      // The library answers a code it does not know with an empty close frame (RFC 6455 wants 1002).
      expect(await socket.closed()).toStrictEqual(cut)
      expect((await socket.ended()).how).toBe('fin')
      expect(socket.frames.items.at(-1)).toMatchObject({ opcode: OPCODE.close, payload: Buffer.alloc(0) })
    }
    for (const code of [1000, 1001, 1007, 1011, 4000, 4999]) {
      const socket = await open()
      socket.write(closeFrame(code, 'x'))
      expect(await socket.closed()).toStrictEqual({ code, reason: 'x' })
    }
    await expectCut([['close frame of 126 bytes', { opcode: OPCODE.close, payload: Buffer.alloc(126, 3) }]])
    expect(await ask(witness, 'ping')).toBe('pong')
    witness.destroy()
    expect(await hub.metricReaches('arcp_websocket_connections{endpoint="public"}', (count) => count === 0)).toBe(0)
  })
})

describe('delivery', () => {
  test('[X40] byte by byte: the handshake and the frames are understood', async () => {
    const socket = await openRaw(hub)
    const frames = [
      textFrame('ping'),
      frameBytes(text('{"type":', { fin: false })),
      frameBytes({ opcode: OPCODE.ping, payload: 'q' }),
      frameBytes(rest('"ping"}', { lengthBytes: 8 })),
    ]
    const drip = async (bytes: Uint8Array): Promise<void> => {
      for (const byte of bytes) {
        socket.write(Uint8Array.of(byte))
        // A packet of its own for each: the connection has no delay, but what is written in one turn goes out together.
        await new Promise(setImmediate)
      }
    }
    await drip(Buffer.from(handshakeBytes(hub), 'latin1'))
    expect((await socket.response()).status).toBe(101)
    expect(JSON.parse(await socket.text())).toMatchObject({ type: 'welcome' })
    for (const frame of frames) await drip(frame)
    expect(await socket.text()).toBe('pong')
    expect(JSON.parse(await socket.text())).toMatchObject({ type: 'pong' })
    expect(socket.frames.items.filter(({ opcode }) => opcode === OPCODE.pong)).toHaveLength(1)
    socket.destroy()
  })

  test('a message of many fragments with pings between them arrives whole, the pongs before it', async () => {
    const bytes = Buffer.from('{"type":"ping"}')
    const parts = [...bytes].flatMap((byte, index) => {
      const opcode = index === 0 ? OPCODE.text : OPCODE.continuation
      const part = frameBytes({ opcode, payload: Uint8Array.of(byte), fin: index === bytes.length - 1 })
      return index < 5 ? [part, frameBytes({ opcode: OPCODE.ping, payload: String(index) })] : [part]
    })
    const socket = await open()
    socket.write(Buffer.concat(parts))
    expect(JSON.parse(await socket.text())).toMatchObject({ type: 'pong' })
    const pongs = socket.frames.items.filter(({ opcode }) => opcode === OPCODE.pong)
    expect(pongs.map(({ payload }) => payload.toString())).toStrictEqual(['0', '1', '2', '3', '4'])
    socket.destroy()
  })

  test('frames in the packet of the handshake are lost (RFC 6455, 4.1 forbids to send them), the next ones are not', async () => {
    const socket = await openRaw(hub)
    socket.write(Buffer.concat([Buffer.from(handshakeBytes(hub), 'latin1'), textFrame('{"type":"lost"}')]))
    expect(JSON.parse(await socket.text())).toMatchObject({ type: 'welcome' })
    expect(await ask(socket, 'ping')).toBe('pong')
    socket.destroy()
  })

  test('[P6] a frame sent right behind the answer to the handshake is answered after the welcome', async () => {
    const socket = await openWs(hub)
    socket.write(jsonFrame({ type: 'get_discovery' }))
    expect(JSON.parse(await socket.text())).toMatchObject({ type: 'welcome' })
    expect(JSON.parse(await socket.text())).toMatchObject({ type: 'discovery_data' })
    socket.destroy()
  })
})
