/** Owns: the shapes of REST answers, by the keys callers steer by. Must not know: routes, statuses. */
import type {
  AgentRecord,
  AgentTypesAnswer,
  HealthAnswer,
  HeartbeatAnswer,
  PublicInfo,
  PublicStats,
  RefreshAnswer,
  RegisterAnswer,
  TempTokenAnswer,
  TokenInvalid,
  TokenValid,
  UnregisterAnswer,
} from '@arcp/protocol'
import { hasNumbers, hasTexts, isListOf, isObject, isText } from '../json.ts'

export function isAgentRecord(value: unknown): value is AgentRecord {
  return (
    isObject(value) &&
    hasTexts(value, ['agent_id', 'name', 'agent_type', 'endpoint', 'last_seen', 'registered_at']) &&
    (value['status'] === 'alive' || value['status'] === 'dead') &&
    isListOf(value['capabilities'], isText)
  )
}

export function isAgentRecords(value: unknown): value is AgentRecord[] {
  return isListOf(value, isAgentRecord)
}

export function isTempToken(value: unknown): value is TempTokenAnswer {
  return isObject(value) && hasTexts(value, ['temp_token']) && hasNumbers(value, ['expires_in'])
}

export function isRegistered(value: unknown): value is RegisterAnswer {
  return isObject(value) && value['status'] === 'success' && hasTexts(value, ['agent_id', 'access_token'])
}

export function isHeartbeat(value: unknown): value is HeartbeatAnswer {
  return isObject(value) && value['status'] === 'success' && hasTexts(value, ['agent_id', 'last_seen'])
}

export function isUnregistered(value: unknown): value is UnregisterAnswer {
  return isObject(value) && value['status'] === 'success'
}

export function isTokenVerdict(value: unknown): value is TokenValid | TokenInvalid {
  if (!isObject(value)) return false
  return value['valid'] === true
    ? hasTexts(value, ['agent_id']) && isObject(value['payload'])
    : value['valid'] === false && hasTexts(value, ['error'])
}

export function isRefreshed(value: unknown): value is RefreshAnswer {
  return isObject(value) && hasTexts(value, ['access_token'])
}

export function isPublicStats(value: unknown): value is PublicStats {
  return (
    isObject(value) &&
    hasNumbers(value, ['alive_agents', 'total_agents', 'agent_types']) &&
    hasTexts(value, ['system_status', 'last_updated'])
  )
}

export function isAgentTypes(value: unknown): value is AgentTypesAnswer {
  return isObject(value) && isListOf(value['allowed_agent_types'], isText)
}

export function isPublicInfo(value: unknown): value is PublicInfo {
  return isObject(value) && hasTexts(value, ['service', 'version']) && isObject(value['public_api'])
}

export function isHealth(value: unknown): value is HealthAnswer {
  return isObject(value) && hasTexts(value, ['status', 'version', 'timestamp']) && isObject(value['agents'])
}
