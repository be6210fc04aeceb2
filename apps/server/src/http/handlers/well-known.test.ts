import { expect, it } from 'vitest'

import { isProblem } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import { contractHandlers } from './contract.ts'
import { wellKnownHandlers } from './well-known.ts'

const never = async (): Promise<never> => {
  throw new Error('not asked in these tests')
}

const exchange = (scheme: 'http' | 'https', host: string, name = ''): Exchange => ({
  request: {
    method: 'GET',
    path: '/',
    query: '',
    headers: new Map([['host', [host]]]),
    address: '192.0.2.1',
    scheme,
    body: never,
  },
  agentId: '',
  params: { name },
  query: new URLSearchParams(),
  token: undefined,
  json: never,
})

const answerOf = async (answering: ReturnType<ReturnType<typeof wellKnownHandlers>['jwks']>) => {
  const answer = await answering
  if (isProblem(answer)) return { slug: answer.slug, headers: new Map(), body: {} }
  const body: unknown = JSON.parse(String(answer.body))
  return { slug: 'none', headers: new Map(answer.headers), body }
}

it('there are no keys to show, and that may be kept for an hour', async () => {
  const { jwks } = wellKnownHandlers({ issuer: 'arcp', version: '1.2.3' })
  const { body, headers } = await answerOf(jwks(exchange('http', 'hub')))
  expect(body).toEqual({ keys: [] })
  expect(headers.get('cache-control')).toBe('public, max-age=3600')
})

it.each([
  ['arcp', 'http', 'localhost:8001', 'http://localhost:8001'],
  ['arcp', 'https', 'arcp.example.com', 'https://arcp.example.com'],
  ['https://hub.example.com', 'http', 'localhost:8001', 'https://hub.example.com'],
  ['https://hub.example.com/', 'http', 'localhost:8001', 'https://hub.example.com'],
] as const)('with the issuer %s, asked by %s as %s, everything is at %s', async (issuer, scheme, host, base) => {
  const { arcpConfiguration } = wellKnownHandlers({ issuer, version: '1.2.3' })
  const { body, headers } = await answerOf(arcpConfiguration(exchange(scheme, host)))
  expect(body).toMatchObject({
    issuer: base,
    jwks_uri: `${base}/.well-known/jwks.json`,
    registration_endpoint: `${base}/agents/register`,
    three_phase_registration_enabled: false,
    service_version: '1.2.3',
  })
  // It depends on who asks how.
  expect(headers.has('cache-control')).toBe(false)
})

it('[decision 14] documents are given by name, and what is none is not found', async () => {
  const { openApi, asyncApi, schema } = contractHandlers('1.2.3')
  const at = (name: string) => answerOf(schema(exchange('http', 'hub', name)))
  expect((await answerOf(openApi(exchange('http', 'hub')))).body).toMatchObject({ info: { version: '1.2.3' } })
  expect((await answerOf(asyncApi(exchange('http', 'hub')))).body).toMatchObject({ info: { version: '1.2.3' } })
  expect((await at('AgentRecord')).body).toMatchObject({ $id: '/schemas/AgentRecord.json', type: 'object' })
  for (const name of ['', 'Nothing', 'constructor', '__proto__', '../AgentRecord']) {
    expect([name, (await at(name)).slug]).toEqual([name, 'not-found'])
  }
})
