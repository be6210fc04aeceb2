/** The door `@arcp/client`: the client, its errors and the types it hands out. No side effects, no `node:`. */
export { createClient, type Client, type ClientOptions } from './create-client.ts'
export { ArcpError, isArcpError, type ArcpErrorCode } from './arcp-error.ts'
export type { FetchLike, FetchResponse, WebSocketConstructor, WebSocketLike } from './environment.ts'
export type { ConnectionStatus } from './live/connection-state.ts'
export type { DiscoveryRequest, PublicFrames, PublicFramesOptions } from './live/public-frames.ts'
export type { AgentCard, AgentsApi, ListOptions, RegisterOptions, TempTokenRequest } from './rest/agents.ts'
export type { CallOptions } from './rest/call.ts'
export type { DiscoverOptions } from './rest/discovery.ts'
export type { TokensApi } from './rest/tokens.ts'
export type {
  AgentRecord,
  HealthAnswer,
  HeartbeatAnswer,
  LegacyAgentView,
  ProblemDocument,
  PublicDown,
  PublicInfo,
  PublicStats,
  RegisterAnswer,
  RegistryStats,
  TempTokenAnswer,
  TokenInvalid,
  TokenValid,
  UnregisterAnswer,
} from '@arcp/protocol'
