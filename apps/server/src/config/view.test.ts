import { expect, it } from 'vitest'

import { readConfig } from './load.ts'
import { OPTIONS } from './options.ts'
import { viewConfig } from './view.ts'

it('[X149] the view of the configuration has every setting and no secret', () => {
  const secrets = Object.entries(OPTIONS).flatMap(([name, { secret }]) => (secret ? [name] : []))
  const env = Object.fromEntries(secrets.map((name) => [name, `canary-${name}-of-more-than-32-characters`]))
  const read = readConfig({ ...env, REDIS_URL: 'redis://canary:canary@host', ARCP_PORT: '9000' })
  if (!read.ok) throw new Error(read.error.join('\n'))
  const view = viewConfig(read.value)
  expect(view.map(({ name }) => name).toSorted()).toEqual(Object.keys(OPTIONS).toSorted())
  expect(JSON.stringify(view)).not.toContain('canary')
  for (const name of secrets) expect(view).toContainEqual(expect.objectContaining({ name, value: 'set', secret: true }))
  expect(view.find(({ name }) => name === 'ARCP_PORT')).toMatchObject({ group: 'Hub', value: 9000, byDefault: false })
  expect(view.find(({ name }) => name === 'ALLOWED_ORIGINS')).toMatchObject({ value: [], byDefault: true })
})
