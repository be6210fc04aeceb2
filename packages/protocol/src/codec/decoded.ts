/** Owns: the outcomes of decoding one text frame. Must not know: how they come about. */

/**
 * - `frame`: a known type with good fields
 * - `ping` / `pong`: the bare words (C2)
 * - `not-json`: answer `error` "Invalid JSON format" (C5)
 * - `unknown`: answer `error` "Unknown message type: <type>"; `type` is already cut and cleaned, `(none)` when missing
 * - `invalid`: answer `error` with `message` and `path` (C6); `path` is a JSON pointer, '' for the frame as a whole
 */
export type Decoded<F> =
  | { readonly kind: 'frame'; readonly frame: F }
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'not-json' }
  | { readonly kind: 'unknown'; readonly type: string }
  | { readonly kind: 'invalid'; readonly type: string; readonly path: string; readonly message: string }

/** Stands for a type that is missing or not a string. */
export const NO_TYPE = '(none)'
