// The Outbound port over HTTP: what may be called, how many at once, and that a fault takes the same time whatever it is.

import type { Outbound, OutboundAnswer, OutboundFault, OutboundRequest } from '../../domain/outbound.ts'
import { createBoundedLog } from '../../kernel/bounded-log.ts'
import type { Clock, Scheduler } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Meter } from '../../kernel/meter.ts'
import { err, ok, type Result } from '../../kernel/result.ts'
import { createLookup } from './lookup.ts'
import { resolveChecked, type Checked, type Resolve } from './resolve.ts'
import { sendRequest, type Ended } from './send-request.ts'
import { hostOf, targetOf } from './target.ts'

export interface OutboundOptions {
  /** Loopback, private ranges, CGNAT and ULA may be called (`ALLOW_PRIVATE_ENDPOINTS`). */
  readonly allowPrivate: boolean
  /** Requests under way at a time (`OUTBOUND_MAX_CONCURRENT`), and to one host and port (`OUTBOUND_MAX_PER_HOST`). */
  readonly maxConcurrent: number
  readonly maxPerHost: number
  readonly version: string
  readonly clock: Pick<Clock, 'monotonic'>
  readonly scheduler: Pick<Scheduler, 'after'>
  readonly meter: Pick<Meter, 'limited' | 'outbound'>
  readonly logger: Pick<Logger, 'info'>
  /** Instead of the system's resolver. */
  readonly resolve?: Resolve
}

/** A request and its answer take at most this long together. */
export const TOTAL_MS = 10_000
/** Resolving and connecting; and when an endpoint that cannot be reached is told, whatever the reason. */
export const CONNECT_MS = 3000

export const createHttpOutbound = (options: OutboundOptions): Outbound => {
  const { allowPrivate, maxConcurrent, maxPerHost, clock, scheduler, meter } = options
  const resolve = createLookup(clock, CONNECT_MS, options.resolve)
  const log = createBoundedLog({ clock, write: options.logger.info })
  const perHost = new Map<string, number>()
  let running = 0

  const count = (host: string, by: 1 | -1): void => {
    running += by
    const now = (perHost.get(host) ?? 0) + by
    if (now === 0) perHost.delete(host)
    else perHost.set(host, now)
  }

  const within = async <T>(promise: Promise<T>, ms: number, late: T): Promise<T> => {
    let cancel = (): void => undefined
    const patience = new Promise<T>((settle) => {
      cancel = scheduler.after(ms, () => settle(late))
    })
    try {
      return await Promise.race([promise, patience])
    } finally {
      cancel()
    }
  }

  const exchange = async (url: URL, { method, body }: OutboundRequest, startedAt: number): Promise<Ended> => {
    const resolving: Promise<Result<readonly Checked[], string>> = resolveChecked(hostOf(url), {
      resolve,
      allowPrivate,
    })
    const addresses = await within(resolving, CONNECT_MS, err('not resolved in time'))
    if (!addresses.ok) return { kind: 'failed', reason: addresses.error }
    const spent = clock.monotonic() - startedAt
    const text = body === undefined ? undefined : JSON.stringify(body)
    return sendRequest(
      { method, url, addresses: addresses.value, body: text, userAgent: `ARCP/${options.version}` },
      { scheduler, connectMs: CONNECT_MS - spent, totalMs: TOTAL_MS - spent },
    )
  }

  const attempt = async (request: OutboundRequest, startedAt: number): Promise<Ended | 'busy'> => {
    const url = targetOf(request.endpoint, request.path)
    if (url === undefined) return { kind: 'failed', reason: 'not allowed' }
    const host = url.host
    if (running >= maxConcurrent || (perHost.get(host) ?? 0) >= maxPerHost) {
      meter.limited(running >= maxConcurrent ? 'outbound' : 'outbound_host')
      return 'busy'
    }
    count(host, 1)
    try {
      return await exchange(url, request, startedAt)
    } finally {
      count(host, -1)
    }
  }

  // The caller is not told why: the operator is.
  const logUnanswered = ({ endpoint, path }: OutboundRequest, ended: Ended): void => {
    if (ended.kind === 'answered' && ended.status === 200) return
    const reason = reasonOf(ended)
    log(ended.kind, 'call_unanswered', { endpoint: endpoint.slice(0, 200), path, reason })
  }

  const send = async (request: OutboundRequest): Promise<Result<OutboundAnswer, OutboundFault>> => {
    const startedAt = clock.monotonic()
    const ended = await attempt(request, startedAt)
    if (ended === 'busy') return err('busy')
    const tookMs = clock.monotonic() - startedAt
    logUnanswered(request, ended)
    if (ended.kind === 'silent') {
      meter.outbound('timeout')
      return err('timeout')
    }
    if (ended.kind === 'answered' && ended.status === 200) {
      meter.outbound('ok')
      return ok({ status: ended.status, tookMs })
    }
    meter.outbound(ended.kind === 'answered' ? 'refused' : 'unreachable')
    // Nobody learns from the time what is closed, filtered, not there or not meant for the hub.
    await new Promise<void>((settle) => scheduler.after(Math.max(0, CONNECT_MS - tookMs), settle))
    return ended.kind === 'answered' ? ok({ status: ended.status, tookMs }) : err('unreachable')
  }

  return { send, running: () => running }
}

const reasonOf = (ended: Ended): string => {
  switch (ended.kind) {
    case 'answered':
      return `status ${ended.status}`
    case 'failed':
      return ended.reason
    case 'silent':
      return 'no answer in time'
  }
}
