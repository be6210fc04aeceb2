/**
 * Owns: an agent as it is registered, and the three shapes its record takes on the wire.
 * Must not know: frames, tokens, storage.
 */
import { Type, type Static } from '@sinclair/typebox'
import { AgentIdText, AgentTypeText } from './ids.ts'
import { AnyJson } from './json-value.ts'
import { AgentMetrics, LegacyAgentMetrics } from './metrics.ts'
import { AgentRequirements } from './requirements.ts'
import { Text } from './text.ts'
import { IsoTime, NaiveTime } from './time.ts'

export const AgentStatus = Type.Union([Type.Literal('alive'), Type.Literal('dead')])
export type AgentStatus = Static<typeof AgentStatus>

export const CommunicationMode = Type.Union([Type.Literal('remote'), Type.Literal('local'), Type.Literal('hybrid')])
export type CommunicationMode = Static<typeof CommunicationMode>

/** Texts of a registration by field, with the limits of the registration body. */
export const agentTexts = {
  name: Text({ minLength: 2, maxLength: 32 }),
  endpoint: Text({
    minLength: 8,
    maxLength: 2048,
    pattern: '^https?://[^\\s/$.?#].[^\\s]*$',
    expects: 'an http:// or https:// URL without spaces',
  }),
  context_brief: Text({ minLength: 10, maxLength: 1000, lines: true }),
  capability: Text({
    minLength: 2,
    maxLength: 100,
    pattern: '^[a-zA-Z0-9_\\-\\s]+$',
    expects: 'made of letters, digits, spaces, "_" and "-" only',
  }),
  owner: Text({ minLength: 2, maxLength: 50 }),
  public_key: Text({
    minLength: 32,
    maxLength: 1024,
    lines: true,
    pattern: '^[a-zA-Z0-9+/=\\-_\\s\\n\\r]+$',
    expects: 'made of letters, digits, white space and + / = - _ only',
  }),
  version: Text({
    minLength: 5,
    maxLength: 64,
    pattern: '^\\d+\\.\\d+\\.\\d+(?:-[a-zA-Z0-9]+)?$',
    expects: 'a version such as 1.2.3 or 1.2.3-beta1',
  }),
  feature: Text({ minLength: 1, maxLength: 100 }),
  language: Text({ minLength: 2, maxLength: 5 }),
  policy_tag: Text({ minLength: 1, maxLength: 50 }),
  ai_context: Text({ minLength: 1, maxLength: 5000, lines: true }),
  metadata_key: Text({ minLength: 1, maxLength: 100 }),
  metadata_text: Text({ maxLength: 1000, lines: true }),
}

/** A metadata value: text up to 1000 code points, finite number, boolean or list. */
export const MetadataValue = Type.Union([agentTexts.metadata_text, Type.Number(), Type.Boolean(), Type.Array(AnyJson)])
export type MetadataValue = Static<typeof MetadataValue>

export const Metadata = Type.Record(Type.String(), MetadataValue, { minProperties: 1, maxProperties: 50 })
export type Metadata = Static<typeof Metadata>

const required = {
  agent_id: AgentIdText,
  name: agentTexts.name,
  agent_type: AgentTypeText,
  endpoint: agentTexts.endpoint,
  capabilities: Type.Array(agentTexts.capability, { minItems: 1, maxItems: 50 }),
}

const described = {
  context_brief: agentTexts.context_brief,
  version: agentTexts.version,
  owner: agentTexts.owner,
  public_key: agentTexts.public_key,
  metadata: Metadata,
  communication_mode: CommunicationMode,
}

const lists = {
  features: Type.Array(agentTexts.feature, { maxItems: 100 }),
  policy_tags: Type.Array(agentTexts.policy_tag, { maxItems: 20 }),
}

const maybe = {
  max_tokens: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  language_support: Type.Array(agentTexts.language, { minItems: 1, maxItems: 20 }),
  rate_limit: Type.Integer({ minimum: 1, maximum: 10_000 }),
  requirements: AgentRequirements,
  ai_context: agentTexts.ai_context,
}

const nullable = {
  max_tokens: Type.Union([maybe.max_tokens, Type.Null()]),
  language_support: Type.Union([maybe.language_support, Type.Null()]),
  rate_limit: Type.Union([maybe.rate_limit, Type.Null()]),
  requirements: Type.Union([maybe.requirements, Type.Null()]),
  ai_context: Type.Union([maybe.ai_context, Type.Null()]),
}

const omissible = {
  max_tokens: Type.Optional(maybe.max_tokens),
  language_support: Type.Optional(maybe.language_support),
  rate_limit: Type.Optional(maybe.rate_limit),
  requirements: Type.Optional(maybe.requirements),
  ai_context: Type.Optional(maybe.ai_context),
}

/** A registration after `parseRegistration`: trimmed, lower-cased where told, optional parts null or empty lists. */
export const AgentRegistration = Type.Object({ ...required, ...described, ...lists, ...nullable })
export type AgentRegistration = Static<typeof AgentRegistration>

/** The record REST answers with: every key present, unknown ones null, times ISO 8601 with `Z`. */
export const AgentRecord = Type.Object({
  ...required,
  ...described,
  ...lists,
  ...nullable,
  status: AgentStatus,
  last_seen: IsoTime,
  registered_at: IsoTime,
  /** 0 to 1 in search results, else null. */
  similarity: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()]),
  metrics: Type.Union([AgentMetrics, Type.Null()]),
})
export type AgentRecord = Static<typeof AgentRecord>

/** The record a hub writes into legacy frames: keys without a value are left out, times naive UTC (P5, C11). */
export const LegacyAgentRecord = Type.Object({
  ...required,
  ...described,
  ...lists,
  ...omissible,
  status: AgentStatus,
  last_seen: NaiveTime,
  registered_at: NaiveTime,
  metrics: Type.Optional(LegacyAgentMetrics),
})
export type LegacyAgentRecord = Static<typeof LegacyAgentRecord>

/** The same with ISO times, as `agents` on the dashboard carries it (D5). */
export const DashboardAgentRecord = Type.Object({
  ...required,
  ...described,
  ...lists,
  ...omissible,
  status: AgentStatus,
  last_seen: IsoTime,
  registered_at: IsoTime,
  metrics: Type.Optional(AgentMetrics),
})
export type DashboardAgentRecord = Static<typeof DashboardAgentRecord>

const describedMaybe = Type.Partial(Type.Object({ ...described, ...lists, ...omissible })).properties

/**
 * What a reader may count on in a legacy record: the guide's samples are abridged, so only the identifying keys are
 * required. Every `LegacyAgentRecord` is one.
 */
export const LegacyAgentView = Type.Object({
  ...required,
  ...describedMaybe,
  status: AgentStatus,
  last_seen: NaiveTime,
  registered_at: Type.Optional(NaiveTime),
  metrics: Type.Optional(LegacyAgentMetrics),
})
export type LegacyAgentView = Static<typeof LegacyAgentView>

/** What a reader may count on in a dashboard record. Every `DashboardAgentRecord` is one. */
export const DashboardAgentView = Type.Object({
  ...required,
  ...describedMaybe,
  status: AgentStatus,
  last_seen: IsoTime,
  registered_at: Type.Optional(IsoTime),
  metrics: Type.Optional(AgentMetrics),
})
export type DashboardAgentView = Static<typeof DashboardAgentView>
