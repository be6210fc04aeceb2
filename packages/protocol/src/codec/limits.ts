/**
 * Owns: how much JSON a decoder looks at, and the sizes of the wire (C7, C12).
 * Must not know: sockets or HTTP.
 */

/** Bounds on the shape of one JSON text, checked before it is parsed. */
export interface JsonLimits {
  /** Arrays and objects inside each other. */
  readonly maxDepth: number
  /** Structure characters outside strings: one for each `{`, `[`, `,` and `:`. */
  readonly maxTokens: number
}

/**
 * For WebSocket frames. 8192 tokens are far above any frame of ours (100 alerts of 6 keys are about 1300) and keep the
 * dearest frame of 64 KiB near a tenth of a millisecond.
 */
export const FRAME_LIMITS: JsonLimits = { maxDepth: 16, maxTokens: 8192 }

/** For REST bodies, which may be up to 1 MiB. */
export const BODY_LIMITS: JsonLimits = { maxDepth: 16, maxTokens: 65_536 }

/** For frames a client reads: lists of up to 1,000,000 bytes, or 8 MB on the dashboard. */
export const DOWN_LIMITS: JsonLimits = { maxDepth: 64, maxTokens: 4_000_000 }

/** Bytes of one inbound frame above which a socket is closed with 1009 (C7). */
export const MAX_PAYLOAD_BYTES = { public: 4096, agents: 65_536, dashboard: 65_536 } as const

/** Bytes of one legacy frame to a public or agent socket (C12). */
export const LEGACY_FRAME_MAX_BYTES = 1_000_000

/** Bytes of one `agents` frame to a dashboard socket (D5). */
export const DASHBOARD_FRAME_MAX_BYTES = 8_000_000

/** Code points of an unknown type that are echoed (C5). */
export const TYPE_ECHO_MAX = 64
