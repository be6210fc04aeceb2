// What the hub needs of an embedding service: texts in, vectors out.

import type { Result } from '../kernel/result.ts'

export interface EmbeddingFault {
  /**
   * - `away`: no answer, or one that says to come again
   * - `refused`: the service does not take this request
   * - `garbage`: an answer that holds no usable vectors
   */
  readonly kind: 'away' | 'refused' | 'garbage'
  /** For the log; no address, no key, no text. */
  readonly reason: string
}

export interface Embeddings {
  /**
   * One vector for each text, in their order, all of one dimension and of length 1. Ends within `patienceMs`, whatever
   * the service does; tries again within it when `tries` allows.
   */
  readonly embed: (
    texts: readonly string[],
    limits: { readonly patienceMs: number; readonly tries: number },
  ) => Promise<Result<readonly Float32Array[], EmbeddingFault>>
}

export interface EmbeddingStatus {
  readonly configured: boolean
  /** The last request to the service went well. */
  readonly available: boolean
  /** Agents with a vector. */
  readonly stored: number
  /** Agents that wait for theirs. */
  readonly queued: number
}
