// What a handler wants to happen. `receive.ts` is the only one who makes it happen.

import type { Topic } from './topics.ts'

export type Outcome =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'reply'; readonly text: string }
  /** The frame was bad: the reply says why, and it counts against the socket (C5). */
  | { readonly kind: 'reject'; readonly text: string }
  | { readonly kind: 'join'; readonly topic: Topic }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string; readonly last?: string }
  | { readonly kind: 'many'; readonly outcomes: readonly Outcome[] }

export const nothing: Outcome = { kind: 'nothing' }
export const reply = (text: string): Outcome => ({ kind: 'reply', text })
export const reject = (text: string): Outcome => ({ kind: 'reject', text })
export const join = (topic: Topic): Outcome => ({ kind: 'join', topic })
export const many = (...outcomes: readonly Outcome[]): Outcome => ({ kind: 'many', outcomes })
export const close = (code: number, reason: string, last?: string): Outcome =>
  last === undefined ? { kind: 'close', code, reason } : { kind: 'close', code, reason, last }
