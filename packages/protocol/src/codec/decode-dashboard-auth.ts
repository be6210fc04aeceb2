/**
 * Owns: the first frame of `/dashboard/ws` (D1).
 * Must not know: how a token is verified.
 */
import { DashboardAuthFrame } from '../frames/dashboard-auth.ts'
import type { ClientPongFrame, PingFrame } from '../frames/ping.ts'
import { isJsonObject, ownValue, parseJsonLimited } from './json.ts'
import { FRAME_LIMITS } from './limits.ts'
import { validatorOf } from './validate.ts'
import { bareWord } from './words.ts'

/**
 * - `ok`: a token to verify; `live` when live frames are wanted
 * - `ping` / `pong`: the bare words, good in any state (C2)
 * - `frame`: a JSON ping or pong, good in any state (C3)
 * - `other`: no auth frame, whatever else it is
 * - `no-token`: an auth frame without a token
 * - `bad-token`: a token that is no string
 */
export type DecodedDashboardAuth =
  | { readonly kind: 'ok'; readonly token: string; readonly live: boolean }
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'frame'; readonly frame: PingFrame | ClientPongFrame }
  | { readonly kind: 'other' }
  | { readonly kind: 'no-token' }
  | { readonly kind: 'bad-token' }

const validate = validatorOf(DashboardAuthFrame)

/** Decodes a frame of a dashboard socket that is not authenticated yet. */
export function decodeDashboardAuth(text: string): DecodedDashboardAuth {
  const word = bareWord(text)
  if (word !== null) return { kind: word }
  const parsed = parseJsonLimited(text, FRAME_LIMITS)
  if (!parsed.ok || !isJsonObject(parsed.value)) return { kind: 'other' }
  const type = ownValue(parsed.value, 'type')
  if (type === 'ping' || type === 'pong') return { kind: 'frame', frame: { type } }
  if (type !== 'auth') return { kind: 'other' }
  const token = ownValue(parsed.value, 'token')
  if (token === undefined || token === null || token === '') return { kind: 'no-token' }
  if (typeof token !== 'string') return { kind: 'bad-token' }
  const live = ownValue(parsed.value, 'live')
  const result = validate({ type, token, ...(live === undefined ? {} : { live }) })
  return result.ok ? { kind: 'ok', token: result.value.token, live: result.value.live === 1 } : { kind: 'other' }
}
