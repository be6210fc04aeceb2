/** Owns: the `health` frame of `/dashboard/ws` (D4). Must not know: how health is judged. */
import { Type, type Static } from '@sinclair/typebox'
import { HealthReport } from '../model/health.ts'
import { IsoTime } from '../model/time.ts'

export const HealthFrame = Type.Object({ type: Type.Literal('health'), timestamp: IsoTime, data: HealthReport })
export type HealthFrame = Static<typeof HealthFrame>
