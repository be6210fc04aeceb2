/**
 * Owns: the first frame of `/agents/ws`, which needs no type (A2).
 * Must not know: how a token is verified.
 */
import { AgentAuthFrame } from '../frames/agent-auth.ts'
import type { ClientPongFrame, PingFrame } from '../frames/ping.ts'
import { explainJson, isJsonObject, ownValue, parseJsonLimited } from './json.ts'
import { FRAME_LIMITS } from './limits.ts'
import { validatorOf } from './validate.ts'
import { bareWord } from './words.ts'

/**
 * - `ok`: a token to verify; `live` when live frames are wanted
 * - `ping` / `pong`: the bare words, good in any state (C2)
 * - `frame`: a JSON ping or pong, good in any state (C3)
 * - `not-json`: answer `auth_error` "Invalid JSON"
 * - `no-token`: answer `auth_error` "Token required" (also for what is no object)
 * - `invalid`: a token that is no string, `live` that is not 1, or JSON beyond the limits
 */
export type DecodedAgentAuth =
  | { readonly kind: 'ok'; readonly token: string; readonly live: boolean }
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'frame'; readonly frame: PingFrame | ClientPongFrame }
  | { readonly kind: 'not-json' }
  | { readonly kind: 'no-token' }
  | { readonly kind: 'invalid'; readonly path: string; readonly message: string }

const validate = validatorOf(AgentAuthFrame)

function decodeTyped(type: unknown): DecodedAgentAuth {
  if (type === 'ping') return { kind: 'frame', frame: { type } }
  if (type === 'pong') return { kind: 'frame', frame: { type } }
  return { kind: 'no-token' }
}

/** Decodes a frame of an agent socket that is not authenticated yet; a `type` beside a token is not looked at. */
export function decodeAgentAuth(text: string): DecodedAgentAuth {
  const word = bareWord(text)
  if (word !== null) return { kind: word }
  const parsed = parseJsonLimited(text, FRAME_LIMITS)
  if (!parsed.ok) {
    if (parsed.reason === 'not-json') return { kind: 'not-json' }
    return { kind: 'invalid', path: '', message: explainJson(parsed.reason, FRAME_LIMITS) }
  }
  if (!isJsonObject(parsed.value)) return { kind: 'no-token' }
  const token = ownValue(parsed.value, 'token')
  if (token === undefined || token === null || token === '') return decodeTyped(ownValue(parsed.value, 'type'))
  const live = ownValue(parsed.value, 'live')
  const result = validate({ type: 'auth', token, ...(live === undefined ? {} : { live }) })
  if (!result.ok) return { kind: 'invalid', path: result.path, message: result.message }
  return { kind: 'ok', token: result.value.token, live: result.value.live === 1 }
}
