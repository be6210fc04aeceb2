/**
 * Owns: text of a hub to a decoded frame, for clients and tests.
 * Must not know: connections.
 * Compiles its validators with `new Function`: not for pages under a strict content security policy.
 */
import { AgentListFrame } from '../frames/agent-list.ts'
import { DOWN } from '../frames/down.ts'
import type { DownFrames, Endpoint } from '../frames/endpoint.ts'
import { NO_TYPE, type Decoded } from './decoded.ts'
import { decodeByType, frameTable, type FrameTable } from './frame-table.ts'
import { explainJson, parseJsonLimited } from './json.ts'
import { DOWN_LIMITS } from './limits.ts'
import { validatorOf } from './validate.ts'
import { bareWord } from './words.ts'

const TABLES: { readonly [E in Endpoint]: FrameTable<DownFrames[E]> } = {
  public: frameTable(DOWN.public),
  agents: frameTable(DOWN.agents),
  dashboard: frameTable(DOWN.dashboard),
}

/** Decoders of an array, the frame without a type; only the agent endpoint has one (A3). */
const LISTS: { readonly [E in Endpoint]: ((value: readonly unknown[]) => Decoded<DownFrames[E]>) | null } = {
  public: null,
  agents: decodeAgentList,
  dashboard: null,
}

const validateList = validatorOf(AgentListFrame)

function decodeAgentList(value: readonly unknown[]): Decoded<AgentListFrame> {
  const result = validateList(value)
  if (result.ok) return { kind: 'frame', frame: result.value }
  return { kind: 'invalid', type: NO_TYPE, path: result.path, message: result.message }
}

/** Decodes one text frame of a hub. Unknown fields stay in the frame, so that old clients survive newer hubs. */
export function decodeDown<E extends Endpoint>(endpoint: E, text: string): Decoded<DownFrames[E]> {
  const word = bareWord(text)
  if (word !== null) return { kind: word }
  const parsed = parseJsonLimited(text, DOWN_LIMITS)
  if (!parsed.ok) {
    if (parsed.reason === 'not-json') return { kind: 'not-json' }
    return { kind: 'invalid', type: NO_TYPE, path: '', message: explainJson(parsed.reason, DOWN_LIMITS) }
  }
  const decodeList = Array.isArray(parsed.value) ? LISTS[endpoint] : null
  if (decodeList !== null && Array.isArray(parsed.value)) return decodeList(parsed.value)
  return decodeByType(TABLES[endpoint], parsed.value, true)
}
