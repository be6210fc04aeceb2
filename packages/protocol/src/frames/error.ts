/** Owns: the `error` frame of all three endpoints (C5, C6). Must not know: which mistake it speaks of. */
import { Type, type Static } from '@sinclair/typebox'

/** `path` is a JSON pointer to the bad field, given only for a known type with a bad field (C6). */
export const ErrorFrame = Type.Object({
  type: Type.Literal('error'),
  message: Type.String(),
  path: Type.Optional(Type.String()),
})
export type ErrorFrame = Static<typeof ErrorFrame>
