import { describe, expect, it } from 'vitest'

import { readConfig } from './load.ts'

const AZURE = {
  AZURE_API_KEY: 'canary-key',
  AZURE_API_BASE: 'https://name.openai.azure.com',
  AZURE_API_VERSION: '2024-02-01',
  AZURE_EMBEDDING_DEPLOYMENT: 'text-embedding-3-small',
}
const faultsOf = (env: Readonly<Record<string, string>>): readonly string[] => {
  const read = readConfig(env)
  return read.ok ? [] : read.error
}

describe('settings of the embedding service', () => {
  it('none, one service, or the other', () => {
    expect(faultsOf({})).toEqual([])
    expect(faultsOf(AZURE)).toEqual([])
    expect(faultsOf({ EMBEDDINGS_URL: 'http://127.0.0.1:11434/v1', EMBEDDINGS_MODEL: 'm' })).toEqual([])
  })

  it.each(Object.keys(AZURE))('[decision 18] some of the four and not all: without %s', (name) => {
    const env = Object.fromEntries(Object.entries(AZURE).filter(([key]) => key !== name))
    const faults = faultsOf(env)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(new RegExp(`^${name} must be set with `))
    expect(faults[0]).not.toContain('canary')
  })

  it('names all that are missing', () => {
    expect(faultsOf({ AZURE_API_KEY: 'canary-key' })[0]).toMatch(
      /^AZURE_API_BASE, AZURE_API_VERSION, AZURE_EMBEDDING_DEPLOYMENT must be set with AZURE_API_KEY:/,
    )
  })

  it('two services are one too many, and half a service is none', () => {
    expect(faultsOf({ ...AZURE, EMBEDDINGS_URL: 'http://a.example', EMBEDDINGS_MODEL: 'm' })).toHaveLength(1)
    expect(faultsOf({ EMBEDDINGS_URL: 'http://a.example' })).toEqual([
      'EMBEDDINGS_MODEL must be set with EMBEDDINGS_URL',
    ])
    expect(faultsOf({ EMBEDDINGS_API_KEY: 'k', EMBEDDINGS_MODEL: 'm' })).toEqual([
      'EMBEDDINGS_URL must be set with EMBEDDINGS_API_KEY',
      'EMBEDDINGS_URL must be set with EMBEDDINGS_MODEL',
    ])
    expect(faultsOf({ EMBEDDINGS_URL: 'ftp://a', EMBEDDINGS_MODEL: 'm' })).toHaveLength(1)
  })
})
