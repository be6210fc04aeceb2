import { TypeCompiler } from '@sinclair/typebox/compiler'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AgentRegistration } from '../model/agent.ts'
import { parseRegistration } from './parse-registration.ts'
import { parseTempTokenRequest } from './parse-temp-token.ts'
import { MAX_ISSUES } from './parsed.ts'

const rules = { allowedTypes: ['testing', 'Security'] }

const body = {
  agent_id: 'demo-agent-001',
  name: 'Demo',
  agent_type: 'testing',
  endpoint: 'http://localhost:8010',
  capabilities: ['echo'],
  context_brief: 'An agent for unit tests.',
  owner: 'Tests',
  public_key: 'k'.repeat(32),
  metadata: { a: 1 },
  version: '1.0.0',
  communication_mode: 'remote',
}

function registrationWith(fields: object): object {
  return { ...body, ...fields }
}

describe('parseRegistration', () => {
  it('[X55][X128] takes ids of letters, digits, _ and - only', () => {
    for (const agent_id of [
      'a:b:c',
      '{agent}',
      'a*b',
      'a\r\nSET x',
      'agеnt-1',
      'a\u200bgent',
      'a\u202egent',
      '../agent',
    ]) {
      const result = parseRegistration({ ...body, agent_id }, rules)
      expect(result).toMatchObject({ ok: false, issues: [{ path: '/agent_id' }] })
    }
    expect(parseRegistration(body, rules).ok).toBe(true)
  })

  it('[X51] refuses __proto__ as a metadata key and takes no field from a prototype', () => {
    const poisoned: unknown = JSON.parse(JSON.stringify({ ...body, metadata: { x: 1 } }).replace('"x"', '"__proto__"'))
    expect(parseRegistration(poisoned, rules)).toMatchObject({ ok: false, issues: [{ path: '/metadata' }] })
    expect(parseRegistration(Object.create(body), rules).ok).toBe(false)
    const metadata: unknown = JSON.parse('{"constructor":"x","then":1}')
    const own = parseRegistration({ ...body, metadata }, rules)
    expect(own.ok && Object.getPrototypeOf(own.value.metadata)).toBe(Object.prototype)
    expect(own.ok && Object.keys(own.value.metadata)).toStrictEqual(['constructor', 'then'])
  })

  it('[X118] lets no other key through', () => {
    const result = parseRegistration({ ...body, st: 'alive', inc: 7, own: 'x', regAt: 1, status: 'dead' }, rules)
    expect(result.ok && Object.keys(result.value).toSorted()).toStrictEqual(
      Object.keys(AgentRegistration.properties).toSorted(),
    )
  })

  it('[X50] reports at most 16 issues, however many items are bad', () => {
    const bad = Array.from({ length: 20_000 }, () => ({}))
    const result = parseRegistration(
      { ...body, capabilities: bad, features: bad, policy_tags: bad, language_support: bad },
      rules,
    )
    expect(result.ok).toBe(false)
    expect(!result.ok && result.issues.map((issue) => issue.path)).toStrictEqual([
      '/capabilities',
      '/features',
      '/language_support',
      '/policy_tags',
    ])
    const within = parseRegistration({ ...body, features: bad.slice(0, 100) }, rules)
    expect(!within.ok && within.issues.map((issue) => issue.path)).toStrictEqual(
      Array.from({ length: MAX_ISSUES }, (_, index) => `/features/${index}`),
    )
  })

  it('names every missing field of an empty body at once', () => {
    const result = parseRegistration({}, rules)
    expect(!result.ok && result.issues.map((issue) => issue.message)).toStrictEqual(
      [
        'agent_id',
        'name',
        'agent_type',
        'endpoint',
        'context_brief',
        'capabilities',
        'owner',
        'public_key',
        'metadata',
        'version',
        'communication_mode',
      ].map((field) => `${field} is required`),
    )
  })

  it('[X58] never echoes a value', () => {
    const canary = 'CANARY\u0000c0ffee'
    for (const field of Object.keys(AgentRegistration.properties)) {
      const result = parseRegistration({ ...body, [field]: [{ x: canary }, canary, canary.repeat(500)] }, rules)
      expect(result.ok).toBe(false)
      expect(JSON.stringify(result)).not.toContain('CANARY')
    }
  })

  it('compares types without regard to case and names the allowed ones', () => {
    expect(parseRegistration({ ...body, agent_type: 'SECURITY' }, rules)).toMatchObject({
      value: { agent_type: 'SECURITY' },
    })
    expect(parseRegistration({ ...body, agent_type: 'cooking' }, rules)).toMatchObject({
      issues: [{ message: 'agent_type must be one of the types this hub allows: testing, Security' }],
    })
  })

  it('gives what its schema says', () => {
    const check = TypeCompiler.Compile(AgentRegistration)
    const requirements = {
      permissions: ['a'],
      optional_fields: [{ name: 'x', label: 'X', type: 'array', default_value: ['a'] }],
    }
    const result = parseRegistration({ ...body, requirements, language_support: ['EN'], max_tokens: 5 }, rules)
    expect(result.ok && check.Check(result.value)).toBe(true)
  })

  it('drops a language that becomes too long when it is made small', () => {
    const check = TypeCompiler.Compile(AgentRegistration)
    for (const [given, kept] of [
      [['EN', '\u0130\u0130\u0130\u0130\u0130'], ['en']],
      [['\u0130\u0130\u0130\u0130\u0130'], null],
      [['\u0130\u0130'], ['i\u0307i\u0307']],
    ]) {
      const result = parseRegistration({ ...body, language_support: given }, rules)
      expect(result.ok && result.value.language_support).toEqual(kept)
      expect(result.ok && check.Check(result.value)).toBe(true)
    }
  })

  it('never throws on any JSON', () => {
    const check = TypeCompiler.Compile(AgentRegistration)
    const patch = fc.dictionary(fc.constantFrom(...Object.keys(AgentRegistration.properties)), fc.jsonValue())
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), patch.map(registrationWith)), (input) => {
        const result = parseRegistration(input, rules)
        if (result.ok) expect(check.Check(result.value)).toBe(true)
        else expect(result.issues.length).toBeGreaterThan(0)
        expect(typeof parseTempTokenRequest(input).ok).toBe('boolean')
      }),
      { numRuns: 3000 },
    )
  })
})
