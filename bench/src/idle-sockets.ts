// Thousands of WebSockets that only listen: raw TCP, frames skimmed, protocol pings answered as any library does.
import { connect, type Socket } from 'node:net'

import { afterUpgrade, clientFrame, handshake, OPCODES } from './client-frames.ts'
import { createFrameSkimmer } from './frame-skimmer.ts'

export interface IdleKind {
  readonly path: string
  /** Sent once the socket is upgraded. */
  readonly first?: (index: number) => Buffer
  /** The beginning of a text frame that says the socket is in; without one the upgrade is enough. */
  readonly inAt?: string
}

export interface IdleSockets {
  /** How many the server ended since they were in. */
  readonly lost: () => number
  /** Text frames that came since the sockets were in, all together. */
  readonly frames: () => number
  readonly close: () => Promise<void>
}

/** Half of the ports of an address are cheap to bind, 14,000 on Linux; and a hub may count sockets by address. */
const PER_ADDRESS = 4000
const LANES = 100
const DEADLINE_MS = 30_000
const READ_BUFFER_BYTES = 1 << 16

// Read on one thread, one socket after the other: one buffer does for all.
const sharedBuffer = Buffer.alloc(READ_BUFFER_BYTES)

/** 127.0.0.2 for the first sockets, 127.0.0.3 for the next. */
export const sourceAddress = (index: number): string => `127.0.0.${2 + Math.floor(index / PER_ADDRESS)}`

/** By a reset: ports that wait for late packets make every later bind to that address slow. */
const leave = (socket: Socket): void => void socket.resetAndDestroy()

interface Opened {
  readonly socket: Socket
  readonly closed: Promise<void>
}

const openOne = (port: number, index: number, kind: IdleKind, onText: () => void): Promise<Opened> => {
  const { promise, resolve, reject } = Promise.withResolvers<Opened>()
  const closing = Promise.withResolvers<void>()
  let head: Buffer | undefined = Buffer.alloc(0)
  let isIn = false

  const arrived = (): void => {
    isIn = true
    clearTimeout(timer)
    resolve({ socket, closed: closing.promise })
  }
  const fail = (error: Error): void => {
    reject(error)
    socket.destroy()
  }
  const timer = setTimeout(() => fail(new Error(`Socket ${index} was not let in in time.`)), DEADLINE_MS)

  const skimmer = createFrameSkimmer(({ opcode, head: begin, tail }) => {
    if (opcode === OPCODES.ping) socket.write(clientFrame(OPCODES.pong, tail))
    if (opcode !== OPCODES.text) return
    if (isIn) onText()
    else if (kind.inAt !== undefined && begin.toString().startsWith(kind.inAt)) arrived()
  })

  const take = (bytes: Uint8Array): void => {
    if (head === undefined) return skimmer.take(bytes)
    head = Buffer.concat([head, bytes])
    const rest = afterUpgrade(head)
    if (rest === undefined) return
    head = undefined
    if (kind.first !== undefined) socket.write(kind.first(index))
    if (kind.inAt === undefined) arrived()
    skimmer.take(rest)
  }

  const socket = connect({
    host: '127.0.0.1',
    port,
    localAddress: sourceAddress(index),
    noDelay: true,
    onread: {
      buffer: sharedBuffer,
      callback: (size, buffer) => {
        try {
          take(Buffer.from(buffer.buffer, buffer.byteOffset, size))
        } catch (error) {
          fail(error instanceof Error ? error : new Error(String(error)))
        }
        return true
      },
    },
  })
  socket.on('connect', () => socket.write(handshake(kind.path)))
  socket.on('error', fail)
  socket.on('close', () => {
    clearTimeout(timer)
    reject(new Error(`Socket ${index} was closed before it was in.`))
    closing.resolve()
  })
  return promise
}

/** Opens sockets number `from` to below `to`, a few at a time, and resolves when all are in. */
export const openIdleSockets = async (port: number, from: number, to: number, kind: IdleKind): Promise<IdleSockets> => {
  const opened: Opened[] = []
  let next = from
  let frames = 0
  let lost = 0
  let closing = false
  const onText = (): void => {
    frames += 1
  }
  const noteEnd = async ({ closed }: Opened): Promise<void> => {
    await closed
    if (!closing) lost += 1
  }
  const lane = async (): Promise<void> => {
    while (next < to) {
      const index = next
      next += 1
      const one = await openOne(port, index, kind, onText)
      opened.push(one)
      void noteEnd(one)
    }
  }
  await Promise.all(Array.from({ length: Math.min(LANES, to - from) }, lane))
  return {
    lost: () => lost,
    frames: () => frames,
    close: async () => {
      closing = true
      for (const { socket } of opened) leave(socket)
      await Promise.all(opened.map(({ closed }) => closed))
    },
  }
}

/** Sockets that come and go, so that a server has compiled its code and its heap has its working size. */
export const churn = async (port: number, count: number, kind: IdleKind): Promise<void> => {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next
      next += 1
      const { socket, closed } = await openOne(port, index, kind, () => undefined)
      leave(socket)
      await closed
    }
  }
  await Promise.all(Array.from({ length: Math.min(20, count) }, lane))
}
