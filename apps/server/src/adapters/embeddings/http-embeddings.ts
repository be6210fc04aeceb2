// The Embeddings port over HTTP, for services that speak the API of OpenAI: its own, Azure's, and many others.

import type { EmbeddingFault, Embeddings } from '../../domain/embeddings.ts'
import type { Clock, Scheduler } from '../../kernel/clock.ts'
import { err, type Result } from '../../kernel/result.ts'
import { parseVectors } from './parse-vectors.ts'
import { readBounded } from './read-bounded.ts'

export interface EmbeddingService {
  /** The whole URL that is posted to. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Undefined where the URL names it already. */
  readonly model: string | undefined
}

export interface HttpEmbeddingsOptions extends EmbeddingService {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly scheduler: Pick<Scheduler, 'after'>
}

/** `EMBEDDINGS_URL` is the base, as clients of such services take it: `https://api.example.com/v1`. */
export const openAiService = (base: string, key: string, model: string): EmbeddingService => ({
  url: `${base.replace(/\/+$/, '')}/embeddings`,
  headers: key === '' ? {} : { authorization: `Bearer ${key}` },
  model,
})

export const azureService = (base: string, key: string, version: string, deployment: string): EmbeddingService => ({
  url:
    `${base.replace(/\/+$/, '')}/openai/deployments/${encodeURIComponent(deployment)}/embeddings` +
    `?api-version=${encodeURIComponent(version)}`,
  headers: { 'api-key': key },
  model: undefined,
})

/** Bytes of an answer: 32 vectors of 3072 numbers are 2 MB. */
const MAX_ANSWER = 16 * 1024 ** 2
const PAUSE_MS = 250
const MAX_PAUSE_MS = 5000

type Outcome = Result<readonly Float32Array[], EmbeddingFault>
interface Attempt {
  readonly outcome: Outcome
  /** What the service asks for. */
  readonly retryAfterMs: number
}

export const createHttpEmbeddings = (options: HttpEmbeddingsOptions): Embeddings => {
  const { url, headers, model, clock, scheduler } = options
  let dimension: number | undefined

  const answerOf = async (texts: readonly string[], signal: AbortSignal): Promise<Attempt> => {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify({ ...(model === undefined ? {} : { model }), input: texts }),
      signal,
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      const kind = COME_AGAIN(response.status) ? 'away' : REFUSALS.has(response.status) ? 'refused' : 'garbage'
      const seconds = Number(response.headers.get('retry-after') ?? 0)
      return {
        outcome: err({ kind, reason: `status ${response.status}` }),
        retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0,
      }
    }
    const text = await readBounded(response, MAX_ANSWER)
    const outcome = parseVectors(text, texts.length, dimension)
    if (outcome.ok) dimension = outcome.value[0]?.length
    return { outcome, retryAfterMs: 0 }
  }

  const attempt = async (texts: readonly string[], ms: number): Promise<Attempt> => {
    const abort = new AbortController()
    let late = false
    const cancel = scheduler.after(ms, () => {
      late = true
      abort.abort()
    })
    try {
      return await answerOf(texts, abort.signal)
    } catch (cause) {
      return {
        outcome: err({ kind: 'away', reason: late ? 'no answer in time' : networkReason(cause) }),
        retryAfterMs: 0,
      }
    } finally {
      cancel()
    }
  }

  return {
    embed: async (texts, { patienceMs, tries }) => {
      const until = clock.monotonic() + patienceMs
      for (let tried = 1; ; tried += 1) {
        const { outcome, retryAfterMs } = await attempt(texts, until - clock.monotonic())
        if (outcome.ok || outcome.error.kind !== 'away' || tried >= tries) return outcome
        const pause = Math.min(MAX_PAUSE_MS, Math.max(retryAfterMs, PAUSE_MS * 2 ** (tried - 1)))
        if (clock.monotonic() + pause >= until) return outcome
        await new Promise<void>((resolve) => scheduler.after(pause, resolve))
      }
    },
  }
}

const COME_AGAIN = (status: number): boolean => status === 408 || status === 429 || status >= 500
/** The request is at fault; anything else says that the service is not what it should be. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422])

const networkReason = (cause: unknown): string => {
  const inner = cause instanceof Error ? cause.cause : undefined
  const code = typeof inner === 'object' && inner !== null && 'code' in inner ? inner.code : undefined
  return typeof code === 'string' ? `not reached (${code})` : 'not reached'
}
