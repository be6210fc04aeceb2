// Search by meaning: keeps a vector of every alive agent, made by an embedding service in the background, and compares
// the query's with them. The service may fail at any time: then there is no meaning, and nobody waits for one.

import type { AgentRegistration } from '@arcp/protocol/model'

import type { Clock, Scheduler } from '../kernel/clock.ts'
import { sha256Hex } from '../kernel/digest.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Meter } from '../kernel/meter.ts'
import type { EmbeddingFault, Embeddings, EmbeddingStatus } from './embeddings.ts'
import type { Meaning } from './search.ts'
import { embeddedText } from './search-words.ts'
import { createVectors } from './vectors.ts'

export interface AgentMeanings extends Meaning {
  /** Begins to ask the service. */
  readonly start: () => void
  /** An alive agent, new or changed. */
  readonly put: (id: string, card: AgentRegistration) => void
  readonly remove: (id: string) => void
  readonly status: () => EmbeddingStatus
  readonly stop: () => void
}

export interface MeaningDeps {
  readonly embeddings: Embeddings
  /** The card of an alive agent. */
  readonly card: (id: string) => AgentRegistration | undefined
  /** Ids of alive agents: looked through when more agents came than the queue holds. */
  readonly ids: () => Iterable<string>
  readonly clock: Pick<Clock, 'monotonic'>
  readonly scheduler: Pick<Scheduler, 'after' | 'soon'>
  readonly logger: Logger
  readonly meter: Pick<Meter, 'limited' | 'embedded'>
  readonly settings: MeaningSettings
}

export interface MeaningSettings {
  /** Agents that may wait for their vector (`EMBEDDINGS_QUEUE_MAX`). */
  readonly queueMax: number
  /** Queries that may be embedded at a time (`EMBEDDINGS_QUERIES_MAX`). */
  readonly queriesMax: number
  /** Milliseconds a search waits for its vector (`EMBEDDINGS_QUERY_TIMEOUT`). */
  readonly queryMs: number
  /** Milliseconds for a batch of agents (`EMBEDDINGS_TIMEOUT`). */
  readonly batchMs: number
}

const BATCH = 32
const BATCH_TRIES = 3
/** Failures of one text alone, of a service that is there each time before it, until it goes without a vector. */
const TRIES_ALONE = 3
/** Pause after a failure: it doubles up to the second. */
const PAUSE_MS = { first: 1000, longest: 60_000 }
/** Queries whose vectors are remembered. */
const REMEMBERED_QUERIES = 500
const PROBE = 'agent'

interface Job {
  readonly id: string
  readonly text: string
  readonly digest: string
}

export const createMeaning = (deps: MeaningDeps): AgentMeanings => {
  const { embeddings, clock, scheduler, logger, meter, settings } = deps
  const vectors = createVectors()
  /** Digest of the text that an agent's vector stands for; of a text the service does not take, too. */
  const digests = new Map<string, string>()
  const queue = new Set<string>()
  const remembered = new Map<string, Float32Array>()
  /** How many texts go together: fewer after a failure, as one text may be its reason. */
  let batch = BATCH
  let suspect = { digest: '', failures: 0 }
  let overflowed = false
  let running = false
  let stopped = false
  let queries = 0
  let available = false
  let pauseMs = 0
  let resumeAt = Number.NEGATIVE_INFINITY
  let cancelPause = (): void => undefined

  const succeeded = (): void => {
    meter.embedded('ok')
    pauseMs = 0
    if (!available) logger.info('embeddings_available')
    available = true
  }

  const failed = ({ reason }: EmbeddingFault): void => {
    meter.embedded('failed')
    pauseMs = Math.min(PAUSE_MS.longest, pauseMs === 0 ? PAUSE_MS.first : pauseMs * 2)
    resumeAt = clock.monotonic() + pauseMs
    if (available || pauseMs === PAUSE_MS.first) logger.warn('embeddings_unavailable', { reason })
    available = false
  }

  const enqueue = (id: string): void => {
    if (queue.has(id)) return
    if (queue.size >= settings.queueMax) {
      meter.limited('embeddings_queue')
      overflowed = true
      return
    }
    queue.add(id)
  }

  // What did not fit into the queue is found again once there is room.
  const refill = (): void => {
    overflowed = false
    for (const id of deps.ids()) if (!digests.has(id)) enqueue(id)
  }

  const takeJobs = (): readonly Job[] => {
    const jobs: Job[] = []
    for (const id of queue) {
      if (jobs.length === batch) break
      const card = deps.card(id)
      if (card !== undefined) jobs.push(jobOf(id, card))
      else queue.delete(id)
    }
    return jobs
  }

  const keep = ({ id, digest, text }: Job, vector: Float32Array | undefined): void => {
    const card = deps.card(id)
    // Changed meanwhile: it stays in the queue for its next vector.
    if (card === undefined || embeddedText(card) !== text) return
    queue.delete(id)
    if (vector === undefined || !vectors.put(id, vector)) vectors.remove(id)
    digests.set(id, digest)
  }

  // A text that a service fails at, rather than refuses, must not keep all others waiting for ever.
  const narrow = (jobs: readonly Job[], reason: string): void => {
    const [first] = jobs
    if (first === undefined) return
    if (jobs.length > 1) {
      batch = Math.ceil(jobs.length / 2)
      return
    }
    suspect = { digest: first.digest, failures: suspect.digest === first.digest ? suspect.failures + 1 : 1 }
    if (suspect.failures < TRIES_ALONE) return
    logger.warn('embedding_refused', { agent_id: first.id, reason })
    keep(first, undefined)
  }

  const embedJobs = async (jobs: readonly Job[]): Promise<void> => {
    const texts = jobs.length === 0 ? [PROBE] : jobs.map(({ text }) => text)
    const made = await embeddings.embed(texts, { patienceMs: settings.batchMs, tries: BATCH_TRIES })
    if (made.ok) {
      succeeded()
      if (jobs.length > 0) batch = Math.min(BATCH, batch * 2)
      for (const [index, job] of jobs.entries()) keep(job, made.value[index])
    } else if (made.error.kind === 'refused' && jobs.length > 1) {
      // One text may be the reason: each is asked for alone.
      for (const job of jobs) if (clock.monotonic() >= resumeAt) await embedJobs([job])
    } else if (made.error.kind === 'refused' && jobs[0] !== undefined) {
      logger.warn('embedding_refused', { agent_id: jobs[0].id, reason: made.error.reason })
      keep(jobs[0], undefined)
    } else {
      failed(made.error)
      narrow(jobs, made.error.reason)
    }
  }

  const work = async (): Promise<void> => {
    for (;;) {
      if (queue.size === 0 && overflowed) refill()
      const idle = queue.size === 0 && available
      if (stopped || idle || clock.monotonic() < resumeAt) return
      // First whether the service is there at all: what it refuses then is a text's fault.
      await embedJobs(available ? takeJobs() : [])
    }
  }

  const run = (): void => {
    if (running || stopped) return
    running = true
    work()
      .catch((cause: unknown) => {
        logger.error('embeddings_failed', {}, cause)
        resumeAt = clock.monotonic() + PAUSE_MS.longest
      })
      .finally(() => {
        running = false
        cancelPause()
        if (stopped || (queue.size === 0 && available)) return
        // Also when the pause ended just now: nobody else would wake it.
        cancelPause = scheduler.after(Math.max(1, resumeAt - clock.monotonic()), run)
      })
  }

  const vectorOf = async (query: string): Promise<Float32Array | undefined> => {
    const known = remembered.get(query)
    if (known !== undefined) {
      remembered.delete(query)
      remembered.set(query, known)
      return known
    }
    if (queries >= settings.queriesMax) {
      meter.limited('embeddings_queries')
      return undefined
    }
    queries += 1
    const made = await embeddings.embed([query], { patienceMs: settings.queryMs, tries: 1 }).finally(() => {
      queries -= 1
    })
    if (!made.ok) {
      // A query the service does not take says nothing about the service.
      if (made.error.kind !== 'refused') failed(made.error)
      run()
      return undefined
    }
    succeeded()
    const [vector] = made.value
    if (vector !== undefined) remembered.set(query, vector)
    for (const oldest of remembered.keys()) {
      if (remembered.size <= REMEMBERED_QUERIES) break
      remembered.delete(oldest)
    }
    return vector
  }

  const pause = (): Promise<void> => new Promise((resolve) => scheduler.soon(resolve))

  return {
    start: run,
    put: (id, card) => {
      if (digests.get(id) === sha256Hex(embeddedText(card))) return
      digests.delete(id)
      enqueue(id)
      // A crowd that registers at once is one batch.
      scheduler.soon(run)
    },
    remove: (id) => {
      queue.delete(id)
      digests.delete(id)
      vectors.remove(id)
    },
    find: async (query) => {
      if (!available || vectors.size() === 0) return undefined
      const vector = await vectorOf(query)
      return vector === undefined ? undefined : vectors.find(vector, pause)
    },
    status: () => ({ configured: true, available, stored: vectors.size(), queued: queue.size }),
    stop: () => {
      stopped = true
      cancelPause()
    },
  }
}

const jobOf = (id: string, card: AgentRegistration): Job => {
  const text = embeddedText(card)
  return { id, text, digest: sha256Hex(text) }
}

/** Without an embedding service. */
export const noMeaning: AgentMeanings = {
  start: () => undefined,
  put: () => undefined,
  remove: () => undefined,
  find: () => Promise.resolve(undefined),
  status: () => ({ configured: false, available: false, stored: 0, queued: 0 }),
  stop: () => undefined,
}
