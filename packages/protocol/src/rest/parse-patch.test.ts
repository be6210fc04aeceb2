import { describe, expect, it } from 'vitest'
import type { AgentRegistration } from '../model/agent.ts'
import { parsePatch } from './parse-patch.ts'
import { parseRegistration } from './parse-registration.ts'

const rules = { allowedTypes: ['testing'] }

const registered = (): AgentRegistration => {
  const parsed = parseRegistration(
    {
      agent_id: 'agent-a',
      name: 'Sample agent',
      agent_type: 'testing',
      endpoint: 'http://localhost:8010',
      context_brief: 'An agent that stands in tests.',
      capabilities: ['echo', 'compute'],
      owner: 'ARCP tests',
      public_key: 'sample-public-key-of-at-least-32-characters',
      metadata: { language: 'typescript', region: 'eu' },
      version: '1.0.0',
      communication_mode: 'remote',
      ai_context: 'Ask it about tests.',
      requirements: { permissions: ['net'], minimum_memory_mb: 64 },
    },
    rules,
  )
  if (!parsed.ok) throw new Error('the sample is good')
  return parsed.value
}

const patched = (patch: unknown): AgentRegistration => {
  const parsed = parsePatch(patch, registered(), rules)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
  return parsed.value
}

const issues = (patch: unknown) => {
  const parsed = parsePatch(patch, registered(), rules)
  return parsed.ok ? [] : parsed.issues
}

describe('a merge patch of a registration', () => {
  it('[decision 14] replaces what it names and leaves the rest', () => {
    expect(patched({ name: '  Other name ', capabilities: ['echo'] })).toStrictEqual({
      ...registered(),
      name: 'Other name',
      capabilities: ['echo'],
    })
    expect(patched({})).toStrictEqual(registered())
    expect(patched({ agent_id: 'agent-a', unknown: 1 })).toStrictEqual(registered())
  })

  it('[decision 14] merges objects inside, and null removes (RFC 7396)', () => {
    expect(patched({ metadata: { region: null, tier: 2 } }).metadata).toStrictEqual({ language: 'typescript', tier: 2 })
    expect(patched({ requirements: { minimum_memory_mb: null } }).requirements).toMatchObject({ permissions: ['net'] })
    expect(patched({ ai_context: null, requirements: null })).toMatchObject({ ai_context: null, requirements: null })
    expect(patched({ metadata: { list: [null, { a: null }] } }).metadata['list']).toStrictEqual([null, { a: null }])
  })

  it('[decision 14] keeps the rules of a registration: null on a required field names it', () => {
    expect(issues({ name: null, metadata: null })).toStrictEqual([
      { path: '/name', message: 'name is required' },
      { path: '/metadata', message: 'metadata is required' },
    ])
    expect(issues({ version: 'one' })).toMatchObject([{ path: '/version' }])
    expect(issues({ agent_type: 'other' })).toMatchObject([{ path: '/agent_type' }])
    expect(issues({ metadata: { language: null, region: null } })).toMatchObject([{ path: '/metadata' }])
  })

  it('[decision 14] never moves the id', () => {
    const fixed = [{ path: '/agent_id', message: 'agent_id cannot be changed: leave it out' }]
    for (const id of ['agent-b', null, 7, { agent_id: 'agent-a' }])
      expect(issues({ agent_id: id })).toStrictEqual(fixed)
  })

  it('[X118] a key of the object prototype is data, and no patch is anything but an object', () => {
    expect(issues(JSON.parse('{"metadata":{"__proto__":{"polluted":true}}}'))).toMatchObject([{ path: '/metadata' }])
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(patched(JSON.parse('{"__proto__":{"name":"Evil name"},"constructor":{}}'))).toStrictEqual(registered())
    for (const patch of [null, [], 'x', 1]) expect(issues(patch)).toMatchObject([{ path: '' }])
  })
})
