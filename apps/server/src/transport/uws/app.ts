// The listening side: uWebSockets.js to the reception of sockets and to the HTTP handler. The only importer of the
// library. Every callback is wrapped: what throws here would end the process.

import uWS, { type HttpResponse, type us_listen_socket, type us_socket_context_t } from 'uWebSockets.js'

import { CLOSE_REASONS } from '@arcp/protocol'

import { internalCode } from '../../channels/end-code.ts'
import type { UpgradeRefusal } from '../../channels/upgrade.ts'
import type { Reception } from '../../channels/receive.ts'
import type { Endpoint, Session } from '../../channels/session.ts'
import type { Publisher } from '../../channels/socket.ts'
import type { HttpAnswer, HttpHandler, HttpRequest } from '../../kernel/http.ts'
import type { Logger } from '../../kernel/logger.ts'
import { ok, type Result } from '../../kernel/result.ts'
import { watchExchange, type WatchedExchange } from './exchange.ts'
import { takePort, type ListenFault } from './listen.ts'
import { createBodyCollector, type BodyBudget } from './body.ts'
import { readHead, type Head } from './request.ts'
import { createSocket, type SocketData } from './socket.ts'

export interface EndpointBinding {
  readonly endpoint: Endpoint
  readonly path: string
  /** Largest frame that is taken; a bigger one is closed with 1009. */
  readonly maxPayload: number
  /** Seconds without a byte either way after which the library cuts, `8` to `960`; longer than the hub itself waits. */
  readonly idleTimeout: number
}

export interface UwsAppDeps {
  readonly endpoints: readonly EndpointBinding[]
  /** PEM files of a hub that speaks TLS itself. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string }
  /** Built after the app, which it publishes through. */
  readonly reception: () => Reception
  /** A socket took what was waiting for it. */
  readonly drained: (session: Session) => void
  readonly checkUpgrade: (endpoint: Endpoint, request: HttpRequest) => UpgradeRefusal | undefined
  readonly refuseUpgrade: (request: HttpRequest, refusal: UpgradeRefusal) => HttpAnswer
  readonly http: HttpHandler
  readonly client: (head: Head) => Pick<HttpRequest, 'address' | 'scheme'>
  /** Bytes of a body that are kept for a request of this method and path. */
  readonly bodyLimit: (method: string, path: string) => number
  readonly bodies: BodyBudget
  readonly logger: Logger
}

export interface UwsApp extends Publisher {
  /** @returns the port that was taken */
  readonly listen: (host: string, port: number) => Promise<Result<number, ListenFault>>
  /** Takes no new connections; open ones go on. */
  readonly stopListening: () => void
  /** Resolves when every request there is now was answered to its last byte, or its peer is gone. */
  readonly idle: () => Promise<void>
  /** Ends every connection that is left, after the answers that are ready were written. */
  readonly close: () => Promise<void>
}

/**
 * The library cuts the connection without a close frame above its own limit, so that limit lies above ours: frames
 * in between are answered with 1009.
 */
const PAYLOAD_MARGIN = 65_536

export const createUwsApp = (deps: UwsAppDeps): UwsApp => {
  const { logger } = deps
  const { tls } = deps
  const app = tls === undefined ? uWS.App() : uWS.SSLApp({ cert_file_name: tls.certFile, key_file_name: tls.keyFile })
  const open = new Set<Promise<void>>()
  let listening: us_listen_socket | undefined

  const guarded = (what: string, run: () => void, failed: () => void): void => {
    try {
      run()
    } catch (cause) {
      logger.error(what, {}, cause)
      failed()
    }
  }

  for (const binding of deps.endpoints) bindEndpoint(app, binding, deps, guarded)

  app.any('/*', (res, req) => {
    const exchange = watchExchange(res)
    open.add(exchange.over)
    void exchange.over.then(() => open.delete(exchange.over))
    guarded(
      'request_failed',
      () => {
        const head = readHead(res, req)
        if (head === undefined) exchange.cut()
        else void serve(deps, res, head, exchange)
      },
      exchange.cut,
    )
  })

  return {
    publish: (topic, text) => void app.publish(topic, text),
    listen: async (host, port) => {
      const taken = await takePort(app, host, port)
      if (!taken.ok) return taken
      listening = taken.value
      return ok(uWS.us_socket_local_port(listening))
    },
    stopListening: () => {
      if (listening !== undefined) uWS.us_listen_socket_close(listening)
      listening = undefined
    },
    idle: async () => {
      // While these are written, connections that are kept may bring more.
      while (open.size > 0) await Promise.all(open)
    },
    close: async () => {
      listening = undefined
      await new Promise(setImmediate)
      app.close()
    },
  }
}

type Guarded = (what: string, run: () => void, failed: () => void) => void

const bindEndpoint = (app: uWS.TemplatedApp, binding: EndpointBinding, deps: UwsAppDeps, guarded: Guarded): void => {
  const { endpoint, path, maxPayload, idleTimeout } = binding
  const reception = deps.reception
  app.ws<SocketData>(path, {
    maxPayloadLength: maxPayload + PAYLOAD_MARGIN,
    // Pings, silence and slow readers are the reception's business: it tells why a socket ends. But a socket it has
    // ended is out of its hands, and a peer that then takes a few bytes makes the library start this clock anew:
    // without one it would live for ever.
    idleTimeout,
    sendPingsAutomatically: false,
    maxBackpressure: 0,
    closeOnBackpressureLimit: false,
    compression: uWS.DISABLED,
    upgrade: (res, req, context) => upgrade(binding, deps, guarded, res, req, context),
    open: (ws) => {
      const data = ws.getUserData()
      guarded(
        'socket_open_failed',
        () => {
          data.session = reception().open(endpoint, createSocket(ws), data.address)
        },
        () => ws.close(),
      )
    },
    message: (ws, message, isBinary) => {
      const { session } = ws.getUserData()
      if (session === undefined) return
      guarded(
        'socket_message_failed',
        () => {
          if (message.byteLength > maxPayload) reception().oversize(session)
          else if (isBinary) reception().binary(session)
          else reception().text(session, Buffer.from(message).toString('utf8'))
        },
        () => reception().close(session, internalCode(endpoint), CLOSE_REASONS.internal),
      )
    },
    ping: (ws) => control(ws),
    pong: (ws) => control(ws),
    drain: (ws) => {
      const { session } = ws.getUserData()
      if (session !== undefined)
        guarded(
          'socket_drain_failed',
          () => deps.drained(session),
          () => undefined,
        )
    },
    close: (ws, code) => {
      const data = ws.getUserData()
      data.closed = true
      const { session } = data
      if (session !== undefined)
        guarded(
          'socket_close_failed',
          () => reception().closed(session, code),
          () => undefined,
        )
    },
  })

  const control = (ws: uWS.WebSocket<SocketData>): void => {
    const { session } = ws.getUserData()
    if (session === undefined) return
    guarded(
      'socket_control_failed',
      () => reception().control(session),
      () => undefined,
    )
  }
}

const upgrade = (
  binding: EndpointBinding,
  deps: UwsAppDeps,
  guarded: Guarded,
  res: HttpResponse,
  req: uWS.HttpRequest,
  context: us_socket_context_t,
): void => {
  const exchange = watchExchange(res)
  guarded(
    'upgrade_failed',
    () => {
      const head = readHead(res, req)
      if (head === undefined) return exchange.cut()
      const body = async (): Promise<never> => {
        throw new Error('a handshake has no body')
      }
      const request: HttpRequest = { ...head, ...deps.client(head), body }
      const refusal = deps.checkUpgrade(binding.endpoint, request)
      if (refusal !== undefined) {
        // What follows a refused handshake was meant as frames: nobody should read it as requests.
        return exchange.answer(deps.refuseUpgrade(request, refusal), { closes: true })
      }
      const data: SocketData = { address: request.address, session: undefined, closed: false }
      const key = head.headers.get('sec-websocket-key')?.[0] ?? ''
      // No subprotocol and no extension is ever agreed to.
      res.upgrade(data, key, '', '', context)
    },
    exchange.cut,
  )
}

const serve = async (deps: UwsAppDeps, res: HttpResponse, head: Head, exchange: WatchedExchange): Promise<void> => {
  const body = createBodyCollector(deps.bodyLimit(head.method, head.path), deps.bodies)
  res.onData(body.push)
  void exchange.aborted.then(body.abort)
  try {
    const answer = await deps.http({ ...head, ...deps.client(head), body: body.read })
    exchange.answer(answer, { headOnly: head.method === 'HEAD' })
  } catch (cause) {
    deps.logger.error('request_failed', { path: head.path }, cause)
    exchange.cut()
  } finally {
    body.release()
  }
}
