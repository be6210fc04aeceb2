/**
 * Owns: carrying out what the connection's machine decides: socket, timers, signs of life.
 * Must not know: which frames exist.
 */
import { PING, PONG } from '@arcp/protocol'
import type { Environment, WebSocketConstructor, WebSocketLike } from '../environment.ts'
import { isObject } from '../json.ts'
import { IDLE, step, type ConnectionEvent, type ConnectionStatus, type Effect, type State } from './connection-state.ts'

/** Milliseconds without a frame after which the hub is asked, and how long it may take to answer. */
export const SILENCE_MS = 25_000
export const MAX_PING_DELAY_MS = 10_000

/** As a browser reports a connection that ended without a close frame. */
const ABNORMAL = 1006

export interface ConnectionDeps {
  readonly environment: Pick<Environment, 'after' | 'now' | 'random'>
  readonly WebSocket: WebSocketConstructor
  readonly url: string
  /** Milliseconds an attempt may take. */
  readonly timeoutMs: number
  /** A text frame that is no ping or pong. */
  readonly onText: (text: string) => void
  readonly onStatus: (status: ConnectionStatus) => void
}

export interface Connection {
  readonly start: () => void
  /** False when there is no open connection. */
  readonly send: (text: string) => boolean
  readonly draining: (spreadMs: number) => void
  readonly stop: () => void
}

export function driveConnection(deps: ConnectionDeps): Connection {
  const { environment } = deps
  let state: State = IDLE
  let socket: WebSocketLike | null = null
  let callOff = () => {}

  const arm = (ms: number, act: () => void) => {
    callOff()
    callOff = environment.after(ms, act)
  }

  const dispatch = (event: ConnectionEvent) => {
    const next = step(state, event)
    state = next.state
    for (const effect of next.effects) perform(effect)
  }

  const closed = (code: number, reason: string) =>
    dispatch({ type: 'closed', code, reason, at: environment.now(), random: environment.random() })

  const perform = (effect: Effect) => {
    switch (effect.type) {
      case 'connect':
        return open()
      case 'wait':
        return arm(effect.ms, () => dispatch({ type: 'due' }))
      case 'release':
        return release()
      case 'report':
        return deps.onStatus(effect.status)
    }
  }

  const release = () => {
    callOff()
    callOff = () => {}
    const old = socket
    socket = null
    // Harmless on a socket that is closed already.
    old?.close(1000)
  }

  /** Any frame proves life; after a silence the hub is asked, and what stays silent is given up. */
  const watch = () => {
    arm(SILENCE_MS, () => {
      socket?.send(PING)
      arm(MAX_PING_DELAY_MS, () => closed(ABNORMAL, 'No sign of life'))
    })
  }

  const open = () => {
    const opened = createSocket(deps)
    if (opened === null) return closed(ABNORMAL, 'Cannot open a socket')
    socket = opened
    // What an abandoned socket still says is not heard.
    const listen = (type: 'open' | 'message' | 'close', act: (event: unknown) => void) =>
      opened.addEventListener(type, (event) => {
        if (socket === opened) act(event)
      })
    arm(deps.timeoutMs, () => closed(ABNORMAL, 'No connection within the deadline'))
    listen('open', () => {
      watch()
      dispatch({ type: 'opened', at: environment.now() })
    })
    listen('message', (event) => {
      watch()
      receive(opened, event)
    })
    listen('close', (event) => closed(numberIn(event, 'code') ?? ABNORMAL, textIn(event, 'reason') ?? ''))
    // `close` follows and says more; without a listener some implementations throw.
    opened.addEventListener('error', () => {})
  }

  const receive = (from: WebSocketLike, event: unknown) => {
    const text = textIn(event, 'data')
    if (text === null) return
    const word = text.length <= 8 ? text.trim().toLowerCase() : ''
    if (word === PING) from.send(PONG)
    else if (word !== PONG) deps.onText(text)
  }

  return {
    start: () => dispatch({ type: 'start' }),
    send: (text) => {
      if (state.kind !== 'open' || socket === null) return false
      socket.send(text)
      return true
    },
    draining: (spreadMs) => dispatch({ type: 'draining', spreadMs }),
    stop: () => dispatch({ type: 'stop' }),
  }
}

/** Null where a constructor throws, as it does on a blocked port. */
function createSocket({ WebSocket, url }: ConnectionDeps): WebSocketLike | null {
  try {
    return new WebSocket(url)
  } catch {
    return null
  }
}

/** Events are objects with getters on their prototype: own keys would not do here. */
function textIn(event: unknown, key: string): string | null {
  const value = isObject(event) ? event[key] : undefined
  return typeof value === 'string' ? value : null
}

function numberIn(event: unknown, key: string): number | null {
  const value = isObject(event) ? event[key] : undefined
  return typeof value === 'number' ? value : null
}
