/**
 * Owns: what an agent says it needs to run (AgentRequirements) in normalised form.
 * Must not know: how it arrives (object or JSON string); that is the registration parser's business.
 */
import { Type, type Static } from '@sinclair/typebox'
import { AnyJson } from './json-value.ts'
import { Text } from './text.ts'

export const FIELD_TYPES = ['text', 'select', 'multiselect', 'boolean', 'number', 'textarea', 'array'] as const
// Spelled out: a mapped list has no fixed length, and its union would have no members for the compiler.
export const FieldType = Type.Union([
  Type.Literal('text'),
  Type.Literal('select'),
  Type.Literal('multiselect'),
  Type.Literal('boolean'),
  Type.Literal('number'),
  Type.Literal('textarea'),
  Type.Literal('array'),
])
export type FieldType = Static<typeof FieldType>

export const requirementTexts = {
  systemRequirement: Text({ minLength: 1, maxLength: 200 }),
  permission: Text({ minLength: 1, maxLength: 100 }),
  dependency: Text({ minLength: 1, maxLength: 200 }),
  minimumVersion: Text({
    minLength: 1,
    maxLength: 50,
    // Linear: the tail starts with a non-digit, so it never competes with the digits before it.
    pattern: '^[0-9]+(?:\\.[0-9]+)*(?:[a-zA-Z\\-+][a-zA-Z0-9\\-+]*)?$',
    expects: 'a version such as 1.2.3',
  }),
  port: Text({
    minLength: 1,
    maxLength: 11,
    pattern: '^[0-9]{1,5}(?:-[0-9]{1,5})?$',
    expects: 'a port or a range N-M',
  }),
  schemaVersion: Text({ minLength: 3, maxLength: 20, pattern: '^[0-9]+\\.[0-9]+$', expects: 'a version such as 1.0' }),
  fieldName: Text({
    minLength: 1,
    maxLength: 100,
    pattern: '^[a-zA-Z0-9_-]+$',
    expects: 'made of letters, digits, "_" and "-" only',
  }),
  label: Text({ minLength: 1, maxLength: 200 }),
  description: Text({ maxLength: 1000, lines: true }),
  option: Text({ minLength: 1, maxLength: 200 }),
  /** A regular expression: stored, never compiled. */
  validation: Text({ minLength: 1, maxLength: 500 }),
  placeholder: Text({ maxLength: 300 }),
  category: Text({ maxLength: 100 }),
  defaultText: Text({ maxLength: 1000, lines: true }),
}

/** Items a list may have before it is refused. */
export const requirementCounts = {
  system_requirements: 50,
  permissions: 30,
  dependencies: 100,
  network_ports: 20,
  required_fields: 50,
  optional_fields: 100,
  user_configuration: 100,
  options: 50,
  keys: 100,
} as const

/** One field of configuration an agent asks its user for. `category` belongs to optional fields only. */
export const ConfigField = Type.Object({
  name: requirementTexts.fieldName,
  label: requirementTexts.label,
  type: FieldType,
  description: Type.Optional(requirementTexts.description),
  default_value: Type.Optional(
    Type.Union([
      requirementTexts.defaultText,
      Type.Integer(),
      Type.Boolean(),
      Type.Array(requirementTexts.defaultText),
    ]),
  ),
  options: Type.Optional(Type.Array(requirementTexts.option, { maxItems: requirementCounts.options })),
  validation: Type.Optional(requirementTexts.validation),
  placeholder: Type.Optional(requirementTexts.placeholder),
  category: Type.Optional(requirementTexts.category),
})
export type ConfigField = Static<typeof ConfigField>

export const AgentRequirements = Type.Object({
  system_requirements: Type.Array(requirementTexts.systemRequirement, { maxItems: 50 }),
  permissions: Type.Array(requirementTexts.permission, { maxItems: 30 }),
  dependencies: Type.Array(requirementTexts.dependency, { maxItems: 100 }),
  minimum_system_version: Type.Union([requirementTexts.minimumVersion, Type.Null()]),
  minimum_memory_mb: Type.Union([Type.Integer({ minimum: 1, maximum: 1_048_576 }), Type.Null()]),
  minimum_disk_space_mb: Type.Union([Type.Integer({ minimum: 1, maximum: 10_485_760 }), Type.Null()]),
  requires_internet: Type.Boolean(),
  network_ports: Type.Array(requirementTexts.port, { maxItems: 20 }),
  required_fields: Type.Array(ConfigField, { maxItems: 50 }),
  optional_fields: Type.Array(ConfigField, { maxItems: 100 }),
  user_configuration: Type.Record(Type.String(), AnyJson),
  schema_version: requirementTexts.schemaVersion,
})
export type AgentRequirements = Static<typeof AgentRequirements>
