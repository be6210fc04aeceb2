// One WebSocket as raw TCP: frames are stamped when their last byte arrives and skimmed, never parsed as a whole.
// Answers pings, so that a server keeps it.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

import { createFrameSkimmer, type SkimmedFrame } from './frame-skimmer.ts'
import { delay } from './wait.ts'

export interface SeenFrame extends SkimmedFrame {
  /** `performance.now()` on entry to the read that brought the last byte. */
  readonly at: number
}

export interface Subscriber {
  /** The next frame that fits, from now on. */
  readonly next: (fits: (frame: SeenFrame) => boolean, deadlineMs?: number) => Promise<SeenFrame>
  /** Resolves when for this long, counted from now, no text frame came. */
  readonly quiet: (ms: number) => Promise<void>
  readonly close: () => void
}

const READ_BUFFER_BYTES = 1 << 20
const DEADLINE_MS = 30_000
const TEXT = 1
const PING = 9
const PONG = 10

/** A short frame as a client must send it: masked. */
const clientFrame = (opcode: number, payload: Uint8Array): Buffer => {
  const mask = randomBytes(4)
  const body = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | body.length]), mask, body])
}

export const handshake = (path: string): Buffer =>
  Buffer.from(
    [
      `GET ${path} HTTP/1.1`,
      'host: 127.0.0.1',
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
      '',
      '',
    ].join('\r\n'),
  )

interface Waiter {
  readonly fits: (frame: SeenFrame) => boolean
  readonly resolve: (frame: SeenFrame) => void
  readonly reject: (error: Error) => void
}

/** Connects, upgrades and resolves with the socket and its first text frame. Rejects when nobody listens. */
export const subscribe = (
  port: number,
  path: string,
): Promise<{ readonly subscriber: Subscriber; readonly first: SeenFrame }> => {
  const opening = Promise.withResolvers<{ readonly subscriber: Subscriber; readonly first: SeenFrame }>()
  const waiters = new Set<Waiter>()
  let upgrade = ''
  let upgraded = false
  let readAt = 0
  let lastTextAt = 0
  let started = false

  const fail = (error: Error): void => {
    opening.reject(error)
    for (const waiter of waiters) waiter.reject(error)
    waiters.clear()
    socket.destroy()
  }

  const skimmer = createFrameSkimmer((skimmed) => {
    const frame: SeenFrame = { ...skimmed, at: readAt }
    if (frame.opcode === PING) socket.write(clientFrame(PONG, frame.tail))
    if (frame.opcode !== TEXT) return
    lastTextAt = readAt
    if (frame.head.toString() === 'ping') socket.write(clientFrame(TEXT, Buffer.from('pong')))
    else if (!started) {
      started = true
      opening.resolve({ subscriber, first: frame })
    }
    for (const waiter of waiters) if (waiter.fits(frame)) waiter.resolve(frame)
  })

  const takeUpgrade = (bytes: Buffer): Buffer => {
    upgrade += bytes.toString('latin1')
    const end = upgrade.indexOf('\r\n\r\n')
    if (end === -1) return Buffer.alloc(0)
    upgraded = true
    if (!upgrade.startsWith('HTTP/1.1 101')) throw new Error(`No upgrade: ${upgrade.slice(0, 300)}`)
    return Buffer.from(upgrade.slice(end + 4), 'latin1')
  }

  const socket = connect({
    host: '127.0.0.1',
    port,
    noDelay: true,
    onread: {
      buffer: Buffer.alloc(READ_BUFFER_BYTES),
      callback: (size, buffer) => {
        readAt = performance.now()
        const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, size)
        try {
          skimmer.take(upgraded ? bytes : takeUpgrade(bytes))
        } catch (error) {
          fail(error instanceof Error ? error : new Error(String(error)))
        }
        return true
      },
    },
  })
  socket.on('connect', () => socket.write(handshake(path)))
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('The socket was closed.')))

  const next: Subscriber['next'] = (fits, deadlineMs = DEADLINE_MS) => {
    const { promise, resolve, reject } = Promise.withResolvers<SeenFrame>()
    const timer = setTimeout(() => reject(new Error('The frame did not come in time.')), deadlineMs)
    const waiter: Waiter = { fits, resolve, reject }
    waiters.add(waiter)
    return promise.finally(() => {
      clearTimeout(timer)
      waiters.delete(waiter)
    })
  }

  const quiet: Subscriber['quiet'] = async (ms) => {
    const since = performance.now()
    for (;;) {
      const left = Math.max(since, lastTextAt) + ms - performance.now()
      if (left <= 0) return
      await delay(left)
    }
  }

  const subscriber: Subscriber = { next, quiet, close: () => void socket.destroy() }
  return opening.promise
}
