import { expect, it } from 'vitest'

import { readConfig } from './load.ts'
import { OPTIONS } from './options.ts'
import { viewConfig } from './view.ts'

// One embedding service at a time.
const AZURE = { AZURE_API_BASE: 'https://a.example', AZURE_API_VERSION: '1', AZURE_EMBEDDING_DEPLOYMENT: 'd' }
const OTHER = { EMBEDDINGS_URL: 'https://b.example', EMBEDDINGS_MODEL: 'm' }

it.each([
  ['EMBEDDINGS_API_KEY', AZURE],
  ['AZURE_API_KEY', OTHER],
])('[X149] the view of the configuration has every setting and no secret (without %s)', (without, service) => {
  const secrets = Object.entries(OPTIONS).flatMap(([name, { secret }]) => (secret && name !== without ? [name] : []))
  const env = Object.fromEntries(secrets.map((name) => [name, `canary-${name}-of-more-than-32-characters`]))
  const read = readConfig({ ...env, ...service, REDIS_URL: 'redis://canary:canary@host', ARCP_PORT: '9000' })
  if (!read.ok) throw new Error(read.error.join('\n'))
  const view = viewConfig(read.value)
  expect(view.map(({ name }) => name).toSorted()).toEqual(Object.keys(OPTIONS).toSorted())
  expect(JSON.stringify(view)).not.toContain('canary')
  for (const name of secrets) expect(view).toContainEqual(expect.objectContaining({ name, value: 'set', secret: true }))
  expect(view.find(({ name }) => name === 'ARCP_PORT')).toMatchObject({ group: 'Hub', value: 9000, byDefault: false })
  expect(view.find(({ name }) => name === 'ALLOWED_ORIGINS')).toMatchObject({ value: [], byDefault: true })
})
