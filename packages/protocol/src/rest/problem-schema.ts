/** Owns: the problem document as a schema, for contracts. Must not know: which problems there are. */
import { Type } from '@sinclair/typebox'
import { IsoTime } from '../model/time.ts'

/** RFC 9457 members plus `timestamp`; extension members pass. Its type is `ProblemDocument`. */
export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.String(),
  instance: Type.Optional(Type.String()),
  timestamp: IsoTime,
})
