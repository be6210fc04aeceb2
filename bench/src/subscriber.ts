// One WebSocket as raw TCP: frames are stamped when their last byte arrives and skimmed, never parsed as a whole.
// Answers pings, so that a server keeps it.
import { connect } from 'node:net'

import { afterUpgrade, clientFrame, handshake, OPCODES, textFrame } from './client-frames.ts'
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
  let upgrade: Buffer = Buffer.alloc(0)
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
    if (frame.opcode === OPCODES.ping) socket.write(clientFrame(OPCODES.pong, frame.tail))
    if (frame.opcode !== OPCODES.text) return
    lastTextAt = readAt
    if (frame.head.toString() === 'ping') socket.write(textFrame('pong'))
    else if (!started) {
      started = true
      opening.resolve({ subscriber, first: frame })
    }
    for (const waiter of waiters) if (waiter.fits(frame)) waiter.resolve(frame)
  })

  const takeUpgrade = (bytes: Buffer): Buffer => {
    upgrade = Buffer.concat([upgrade, bytes])
    const rest = afterUpgrade(upgrade)
    upgraded = rest !== undefined
    return rest ?? Buffer.alloc(0)
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
