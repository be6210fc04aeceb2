// The WebSocket side of a hub on fake time and fake sockets, for tests of what crosses its files.

import { createFakeSocket, createFakeTime, type FakeSocket } from '@arcp/testkit'

import type { Channel } from '../src/channels/channel.ts'
import { createFanOut, type FanOut } from '../src/channels/fan-out.ts'
import { nothing, type Outcome } from '../src/channels/outcome.ts'
import { createReception, type Reception } from '../src/channels/receive.ts'
import type { Endpoint, Session } from '../src/channels/session.ts'
import type { ChannelSettings } from '../src/channels/settings.ts'
import type { Topic } from '../src/channels/topics.ts'
import { createWatch, WATCH_TICK_MS } from '../src/channels/watch.ts'
import { silentLogger, type Logger } from '../src/kernel/logger.ts'
import { silentMeter, type Limit, type Meter } from '../src/kernel/meter.ts'

export const testSettings = (over: Partial<ChannelSettings> = {}): ChannelSettings => {
  const endpoint = {
    intervalMs: 5000,
    timeoutMs: 3000,
    pingMs: 10_000,
    maxConnections: 0,
    maxPayload: 4096,
    maxBacklog: 4000,
  }
  return {
    endpoints: { public: endpoint, agents: endpoint, dashboard: endpoint },
    heartbeatTimeoutMs: 60_000,
    framesPerS: 50,
    framesBurst: 100,
    pingsPerS: 10,
    maxPendingAuth: 1000,
    maxPendingAuthPerAddress: 64,
    isProxy: () => false,
    maxBackpressure: 1000,
    maxBufferedTotal: 1_000_000,
    slowConsumerMs: 15_000,
    legacyListMax: 1000,
    broadcastMs: 100,
    ...over,
  }
}

/** An endpoint that says nothing by itself. */
export const testChannel = (endpoint: Endpoint, over: Partial<Channel> = {}): Channel => ({
  endpoint,
  initialState: () => ({ kind: 'open' }),
  admits: () => true,
  refusal: 'full',
  opened: () => nothing,
  heard: () => undefined,
  text: () => nothing,
  gone: () => undefined,
  ...over,
})

export interface Client {
  readonly socket: FakeSocket
  readonly session: Session
  readonly say: (text: string) => void
  /** Answers a protocol ping. */
  readonly pong: () => void
}

export interface RigOptions {
  readonly settings?: Partial<ChannelSettings>
  readonly channels?: (
    rig: Pick<Rig, 'time' | 'reception' | 'fanOut' | 'settings'>,
  ) => Partial<Record<Endpoint, Channel>>
  readonly newest?: (topic: Topic) => string | readonly string[]
  readonly onPending?: (session: Session) => void
}

export interface Rig {
  readonly time: ReturnType<typeof createFakeTime>
  readonly settings: ChannelSettings
  readonly reception: () => Reception
  readonly fanOut: FanOut
  readonly watched: () => number
  readonly limits: Limit[]
  readonly closes: number[]
  readonly errors: string[]
  readonly connect: (endpoint?: Endpoint, address?: string) => Client
  /** Moves time with the wheel turning. */
  readonly pass: (ms: number) => void
}

export const createRig = (options: RigOptions = {}): Rig => {
  const time = createFakeTime()
  // At 0 a session that fell behind could not be told from one that keeps up.
  time.advance(60_000)
  const settings = testSettings(options.settings)
  const sockets = new Set<FakeSocket>()
  const limits: Limit[] = []
  const closes: number[] = []
  const errors: string[] = []
  const meter: Meter = {
    ...silentMeter,
    limited: (limit) => void limits.push(limit),
    closed: (_endpoint, code) => void closes.push(code),
  }
  const logger: Logger = { ...silentLogger, error: (event) => void errors.push(event) }

  let built: Reception | undefined
  const reception = (): Reception => {
    if (built === undefined) throw new Error('used before it was built')
    return built
  }
  const close: Reception['close'] = (session, code, reason) => reception().close(session, code, reason)
  const watch = createWatch({
    clock: time.clock,
    settings,
    close,
    onPending:
      options.onPending ??
      ((session) => {
        session.pending = true
      }),
  })
  const fanOut = createFanOut({
    publisher: {
      publish: (topic, text) => {
        for (const socket of sockets) if (socket.topics.has(topic)) socket.send(text)
      },
    },
    clock: time.clock,
    logger,
    meter: silentMeter,
    maxBackpressure: settings.maxBackpressure,
    maxBufferedTotal: settings.maxBufferedTotal,
    newest: (topic) => [options.newest?.(topic) ?? `newest ${topic}`].flat(),
    onBehind: watch.observe,
    shed: (session) => close(session, 1013, 'shed'),
  })
  const own = options.channels?.({ time, reception, fanOut, settings }) ?? {}
  built = createReception({
    channels: {
      public: testChannel('public'),
      agents: testChannel('agents'),
      dashboard: testChannel('dashboard'),
      ...own,
    },
    settings,
    watch,
    fanOut,
    clock: time.clock,
    logger,
    meter,
  })
  time.scheduler.every(WATCH_TICK_MS, watch.tick)

  return {
    time,
    settings,
    reception,
    fanOut,
    watched: watch.size,
    limits,
    closes,
    errors,
    connect: (endpoint = 'public', address = '192.0.2.1') => {
      const socket = createFakeSocket()
      sockets.add(socket)
      const session = reception().open(endpoint, socket, address)
      if (session === undefined) throw new Error('the socket was turned away')
      return {
        socket,
        session,
        say: (text) => reception().text(session, text),
        pong: () => reception().control(session),
      }
    },
    pass: time.advance,
  }
}

/** Lets promises that wait for nothing but each other settle. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

/** A promise that is settled from outside. */
export const createDeferred = <T>() => {
  let resolve: (value: T) => void = () => undefined
  let reject: (cause: unknown) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

export type { Outcome }
