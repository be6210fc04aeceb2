/**
 * Owns: text of a client to a decoded frame; never throws, never casts.
 * Must not know: what is done with the frame.
 */
import { UP } from '../frames/up.ts'
import type { Endpoint, UpFrames } from '../frames/endpoint.ts'
import { NO_TYPE, type Decoded } from './decoded.ts'
import { decodeByType, frameTable, type FrameTable } from './frame-table.ts'
import { explainJson, isJsonObject, parseJsonLimited } from './json.ts'
import { FRAME_LIMITS } from './limits.ts'
import { bareWord } from './words.ts'

const TABLES: { readonly [E in Endpoint]: FrameTable<UpFrames[E]> } = {
  public: frameTable(UP.public),
  agents: frameTable(UP.agents),
  dashboard: frameTable(UP.dashboard),
}

/** On the agent endpoint a frame with a token and no type is an auth frame (A2). */
function withAgentType(value: unknown): unknown {
  if (!isJsonObject(value) || Object.hasOwn(value, 'type') || !Object.hasOwn(value, 'token')) return value
  return { ...value, type: 'auth' }
}

/**
 * Decodes one text frame of a client: strict about known fields, blind to unknown ones. The text is scanned for depth
 * and size before it is parsed, so the work is linear in its length. For the outcomes see `Decoded`.
 */
export function decodeUp<E extends Endpoint>(endpoint: E, text: string): Decoded<UpFrames[E]> {
  const word = bareWord(text)
  if (word !== null) return { kind: word }
  const parsed = parseJsonLimited(text, FRAME_LIMITS)
  if (!parsed.ok) {
    if (parsed.reason === 'not-json') return { kind: 'not-json' }
    return { kind: 'invalid', type: NO_TYPE, path: '', message: explainJson(parsed.reason, FRAME_LIMITS) }
  }
  const value = endpoint === 'agents' ? withAgentType(parsed.value) : parsed.value
  return decodeByType(TABLES[endpoint], value, false)
}
