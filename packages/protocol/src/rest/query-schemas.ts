/** Owns: the query parameters of routes as schemas, for contracts. Must not know: how they are read (`query.ts`). */
import { Type } from '@sinclair/typebox'

const agent_type = Type.Optional(Type.String({ maxLength: 200 }))
/** Repeated, one value each. */
const capabilities = Type.Optional(Type.Array(Type.String(), { maxItems: 50 }))

export const ListAgentsParameters = Type.Object({
  agent_type,
  status: Type.Optional(Type.String({ maxLength: 200, examples: ['alive', 'dead'] })),
  capabilities,
  include_metrics: Type.Optional(Type.Boolean({ default: false })),
  /** With either of these the answer is a page. */
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
})

export const GetAgentParameters = Type.Object({ include_metrics: Type.Optional(Type.Boolean({ default: true })) })

export const DiscoverParameters = Type.Object({
  agent_type,
  capabilities,
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, default: 50 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
})

export const RequestReportParameters = Type.Object({
  /** Seconds. */
  response_time: Type.Number({ minimum: 0, maximum: 3600 }),
  success: Type.Optional(Type.Boolean({ default: true })),
})

export const SearchParameters = Type.Object({
  query: Type.String({ minLength: 2, maxLength: 1000 }),
  top_k: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 3 })),
  min_similarity: Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: 0.5 })),
  capabilities,
  weighted: Type.Optional(Type.Boolean({ default: false })),
  agent_type,
})

export const DashboardConfigParameters = Type.Object({ tz: Type.Optional(Type.String({ maxLength: 200 })) })

export const PostedTokenParameters = Type.Object({ token: Type.String() })
