/**
 * Owns: the ledger of what the wire looked like.
 * Must not know: schemas; `test/schema-hash.test.ts` computes their hash and compares it with the last line.
 */

export interface WireVersion {
  /** Grows when an old client or hub could misread the new wire; additions keep it. */
  readonly version: number
  /** ISO day. */
  readonly date: string
  /** SHA-256 in hex over the canonical JSON of every frame and model schema. */
  readonly schemaHash: string
  readonly note: string
}

/** One line a change, oldest first; lines of a published package are never edited. */
export const WIRE_VERSIONS: readonly WireVersion[] = [
  {
    version: 1,
    date: '2026-11-23',
    schemaHash: '97a45f54a9ef20e993c0c9c8d275c81717d01b65c05ca0b733314e446050d4fe',
    note: "The guide's frames on three endpoints, `live` offered, heartbeat, draining.",
  },
]

/** The version this package speaks. */
export const WIRE_VERSION = 1
