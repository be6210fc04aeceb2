/**
 * Owns: the body of `POST /agents/register`, untrusted to normalised (AgentRegistration).
 * Must not know: tokens, storage, what happens to an agent.
 */
import { isJsonObject, ownValue } from '../codec/json.ts'
import { agentTexts, type AgentRegistration, type CommunicationMode } from '../model/agent.ts'
import { AgentIdText, AgentTypeText, isAgentId, isReservedAgentId } from '../model/ids.ts'
import { codePointLength, textRules, type TextSchema } from '../model/text.ts'
import { parseMetadata } from './parse-metadata.ts'
import { parseRequirements } from './parse-requirements.ts'
import { createReport, finish, type Parsed, type Report } from './parsed.ts'
import { optionalInteger, optionalText, readText, readTexts } from './read-fields.ts'

/** `allowedTypes` are compared without regard to case. */
export interface RegistrationRules {
  readonly allowedTypes: readonly string[]
}

const MODES: readonly CommunicationMode[] = ['remote', 'local', 'hybrid']

/**
 * Reads a registration. Texts are trimmed first, unknown keys ignored, at most `MAX_ISSUES` issues reported; the work is bounded
 * by the limits of each field, not by the size of the input.
 */
export function parseRegistration(input: unknown, rules: RegistrationRules): Parsed<AgentRegistration> {
  const report = createReport()
  if (!isJsonObject(input)) {
    report.add('', 'must be a JSON object')
    return { ok: false, issues: report.issues }
  }
  const field = (name: string) => ownValue(input, name)
  const id = readText(report, input, 'agent_id', AgentIdText)
  if (isReservedAgentId(id)) report.add('/agent_id', 'is reserved: choose another')
  const described = {
    name: readText(report, input, 'name', agentTexts.name),
    agent_type: readType(report, input, rules),
    endpoint: readText(report, input, 'endpoint', agentTexts.endpoint),
    context_brief: readText(report, input, 'context_brief', agentTexts.context_brief),
    capabilities: readCapabilities(report, field('capabilities')),
    owner: readText(report, input, 'owner', agentTexts.owner),
    public_key: readText(report, input, 'public_key', agentTexts.public_key),
    metadata: parseMetadata(report, field('metadata')),
    version: readText(report, input, 'version', agentTexts.version),
    communication_mode: readMode(report, field('communication_mode')),
  }
  const optional = {
    features: droppingList(report, '/features', field('features'), 100, agentTexts.feature),
    max_tokens: optionalInteger(report, '/max_tokens', field('max_tokens'), 1, 1_000_000),
    language_support: readLanguages(report, field('language_support')),
    rate_limit: optionalInteger(report, '/rate_limit', field('rate_limit'), 1, 10_000),
    requirements: parseRequirements(report, field('requirements')),
    policy_tags: droppingList(report, '/policy_tags', field('policy_tags'), 20, agentTexts.policy_tag),
    ai_context: optionalText(report, '/ai_context', field('ai_context'), agentTexts.ai_context),
  }
  // The brand needs proof for the compiler; a bad id has been reported above.
  if (!isAgentId(id)) return { ok: false, issues: report.issues }
  return finish(report, { agent_id: id, ...described, ...optional })
}

function readType(report: Report, fields: Readonly<Record<string, unknown>>, rules: RegistrationRules): string {
  const before = report.issues.length
  const type = readText(report, fields, 'agent_type', AgentTypeText)
  if (report.issues.length > before) return type
  const lower = type.toLowerCase()
  if (!rules.allowedTypes.some((allowed) => allowed.toLowerCase() === lower)) {
    report.add('/agent_type', `must be one of the types this hub allows: ${rules.allowedTypes.slice(0, 20).join(', ')}`)
  }
  return type
}

function readCapabilities(report: Report, value: unknown): string[] {
  if (value === undefined || value === null) {
    report.add('/capabilities', 'is required')
    return []
  }
  const before = report.issues.length
  const texts = readTexts(report, '/capabilities', value, {
    maxItems: 50,
    item: agentTexts.capability,
    dropMisfits: false,
  })
  if (texts.length === 0 && report.issues.length === before) {
    report.add('/capabilities', 'must have at least one entry that is not blank')
  }
  return texts
}

function readMode(report: Report, value: unknown): CommunicationMode {
  if (value === undefined || value === null) report.add('/communication_mode', 'is required')
  else {
    const lower = typeof value === 'string' && value.length <= 64 ? value.trim().toLowerCase() : ''
    const mode = MODES.find((known) => known === lower)
    if (mode !== undefined) return mode
    report.add('/communication_mode', `must be one of ${MODES.join(', ')}`)
  }
  return 'remote'
}

function readLanguages(report: Report, value: unknown): string[] | null {
  const given = droppingList(report, '/language_support', value, 20, agentTexts.language)
  const { maxLength } = textRules(agentTexts.language)
  // A few letters become two when they are made small: what is too long then is dropped like what was too long before.
  const languages = given
    .map((language) => language.toLowerCase())
    .filter((language) => codePointLength(language) <= maxLength)
  return languages.length === 0 ? null : languages
}

function droppingList(report: Report, path: string, value: unknown, maxItems: number, item: TextSchema): string[] {
  return readTexts(report, path, value, { maxItems, item, dropMisfits: true })
}
