/**
 * Owns: the body of `POST /tokens/mint`.
 * Must not know: whether such an agent, key or user exists.
 */
import { Type, type Static } from '@sinclair/typebox'
import { isJsonObject, ownValue } from '../codec/json.ts'
import { AgentIdText, AgentTypeText } from '../model/ids.ts'
import { Text } from '../model/text.ts'
import { createReport, finish, type Parsed, type Report } from './parsed.ts'
import { optionalText, readText, readTexts } from './read-fields.ts'

const UserId = Text({
  minLength: 2,
  maxLength: 100,
  pattern: '^[a-zA-Z0-9_@.-]+$',
  expects: 'made of letters, digits and _ @ . - only',
})
const Scope = Text({
  maxLength: 100,
  pattern: '^[a-zA-Z0-9_.:-]+$',
  expects: 'made of letters, digits and _ . : - only',
})
const KeyHash = Text({ minLength: 64, maxLength: 64, pattern: '^[a-fA-F0-9]+$', expects: '64 hex digits' })
const UsedKey = Text({ minLength: 3, maxLength: 100 })
const Claim = Text({ maxLength: 100 })
const MAX_SCOPES = 50

const ROLES = ['user', 'agent', 'admin'] as const
export type MintRole = (typeof ROLES)[number]

export const TokenMintBody = Type.Object({
  user_id: UserId,
  agent_id: AgentIdText,
  scopes: Type.Optional(Type.Array(Scope, { maxItems: MAX_SCOPES })),
  role: Type.Optional(Type.Union(ROLES.map((role) => Type.Literal(role)))),
  temp_registration: Type.Optional(Type.Boolean()),
  agent_type: Type.Optional(AgentTypeText),
  used_key: Type.Optional(UsedKey),
  agent_key_hash: Type.Optional(KeyHash),
  aud: Type.Optional(Claim),
  token_type: Type.Optional(Claim),
})
export type TokenMintBody = Static<typeof TokenMintBody>

export interface TokenMintRequest {
  readonly user_id: string
  readonly agent_id: string
  readonly scopes: readonly string[]
  readonly role: MintRole
  readonly temp_registration: boolean
  /** In lower case. */
  readonly agent_type: string | null
  /** In lower case. */
  readonly agent_key_hash: string | null
}

type Fields = Readonly<Record<string, unknown>>

function readRole(report: Report, fields: Fields): MintRole {
  const value = ownValue(fields, 'role')
  const role = ROLES.find((one) => one === value)
  if (role === undefined && value !== undefined && value !== null)
    report.add('/role', `must be one of ${ROLES.join(', ')}`)
  return role ?? 'user'
}

function readFlag(report: Report, fields: Fields, field: string): boolean {
  const value = ownValue(fields, field)
  if (typeof value === 'boolean') return value
  if (value !== undefined && value !== null) report.add(`/${field}`, 'must be true or false')
  return false
}

/** Reads the body of a mint. `used_key`, `aud` and `token_type` are checked and have no effect. */
export function parseTokenMint(input: unknown): Parsed<TokenMintRequest> {
  const report = createReport()
  const fields: Fields = isJsonObject(input) ? input : {}
  if (!isJsonObject(input)) report.add('', 'must be a JSON object')
  const optional = (field: string, schema: ReturnType<typeof Text>): string | null =>
    optionalText(report, `/${field}`, ownValue(fields, field), schema)
  const value = {
    user_id: readText(report, fields, 'user_id', UserId),
    agent_id: readText(report, fields, 'agent_id', AgentIdText),
    scopes: readTexts(report, '/scopes', ownValue(fields, 'scopes'), {
      maxItems: MAX_SCOPES,
      item: Scope,
      dropMisfits: false,
    }),
    role: readRole(report, fields),
    temp_registration: readFlag(report, fields, 'temp_registration'),
    agent_type: optional('agent_type', AgentTypeText)?.toLowerCase() ?? null,
    agent_key_hash: optional('agent_key_hash', KeyHash)?.toLowerCase() ?? null,
  }
  optional('used_key', UsedKey)
  optional('aud', Claim)
  optional('token_type', Claim)
  return finish(report, value)
}
