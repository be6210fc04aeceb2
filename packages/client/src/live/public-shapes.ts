/** Owns: the shapes of the frames of `/public/ws`, by the keys readers steer by. Must not know: connections. */
import type { LegacyAgentView, PublicDown } from '@arcp/protocol'
import { hasNumbers, hasTexts, isListOf, isObject, isText, parseJson, type Json } from '../json.ts'

type Check = (frame: Json) => boolean

const COUNTS = ['total_agents', 'alive_agents', 'dead_agents', 'agent_types_count']

function isAgent(value: unknown): value is LegacyAgentView {
  return (
    isObject(value) &&
    hasTexts(value, ['agent_id', 'name', 'agent_type', 'endpoint', 'last_seen', 'status']) &&
    isListOf(value['capabilities'], isText)
  )
}

/** `data` of the frame, an empty object when there is none. */
function dataOf(frame: Json): Json {
  const data = frame['data']
  return isObject(data) ? data : {}
}

// One entry a frame: leaving one out does not compile. A `Map`, so that `constructor` is not a frame.
const checks: Readonly<Record<PublicDown['type'], Check>> = {
  welcome: (frame) => hasTexts(frame, ['message']),
  stats_update: (frame) =>
    hasNumbers(frame, ['timestamp']) &&
    hasNumbers(dataOf(frame), COUNTS) &&
    isListOf(dataOf(frame)['available_types'], isText),
  discovery_data: (frame) => {
    const { agents, pagination } = dataOf(frame)
    return (
      hasNumbers(frame, ['timestamp']) &&
      isListOf(agents, isAgent) &&
      isObject(pagination) &&
      hasNumbers(pagination, ['current_page', 'page_size', 'total_agents', 'total_pages'])
    )
  },
  agents_update: (frame) =>
    hasNumbers(frame, ['timestamp']) &&
    isListOf(dataOf(frame)['agents'], isAgent) &&
    hasNumbers(dataOf(frame), ['total_count']),
  pong: (frame) => hasNumbers(frame, ['timestamp']),
  error: (frame) => hasTexts(frame, ['message']),
  draining: (frame) => hasNumbers(frame, ['deadline_ms', 'spread_ms']),
}

const byType: ReadonlyMap<string, Check> = new Map(Object.entries(checks))

function isPublicDown(value: unknown): value is PublicDown {
  if (!isObject(value) || typeof value['type'] !== 'string') return false
  return byType.get(value['type'])?.(value) === true
}

/** The frame, or null for what this version does not know: newer hubs may say more. */
export function readPublicFrame(text: string): PublicDown | null {
  const value = parseJson(text)
  return isPublicDown(value) ? value : null
}
