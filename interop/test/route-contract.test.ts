// Every route of the protocol's table is asked once on a real hub, and its answer is what the table promises.
import type { ProblemSlug } from '@arcp/protocol'
import type { RouteName } from '@arcp/protocol/rest'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { expect, it } from 'vitest'
import { commonHeaders, COMMON_HEADERS } from '../src/common-headers.ts'
import { conforming, problemIn } from '../src/conforms.ts'
import { wasAnswered } from '../src/contract.ts'
import { createRouteCalls, pathOf, ROUTE_NAMES, routeNamed } from '../src/route-calls.ts'
import { sharedHub } from '../src/shared-hub.ts'

const hub = sharedHub({ env: { DASHBOARD_WS_INTERVAL: '0.05' } })
const { success } = createRouteCalls(hub)

/** Routes that answer a problem by design: what they are for is off. */
const OFF: Partial<Record<RouteName, ProblemSlug>> = {
  validateCompliance: 'tpr-disabled',
  validationStatus: 'not-found',
}
const PLAIN = ROUTE_NAMES.filter((name) => OFF[name] === undefined)

/** What is the same for everybody may be kept for a while. */
const CACHED: Partial<Record<RouteName, Readonly<Record<string, string>>>> = {
  jwks: { 'cache-control': 'public, max-age=3600' },
  openApi: { 'cache-control': 'public, max-age=300' },
  asyncApi: { 'cache-control': 'public, max-age=300' },
  schema: { 'cache-control': 'public, max-age=300' },
}

it.each(PLAIN)('%s answers as its schema says', async (name) => {
  const answer = await success[name]()
  const route = routeNamed(name)
  const schema = Type.Union([route.answers[route.success] ?? []].flat())
  expect(answer.status).toBe(route.success)
  expect(answer.headers.get('content-type')?.split(';')[0]).toBe(route.produces ?? 'application/json')
  expect(answer.headers.get('x-request-id')).toMatch(/^[A-Za-z0-9_-]{16}$/)
  expect(commonHeaders(answer)).toStrictEqual({ ...COMMON_HEADERS, ...CACHED[name] })
  const body = conforming(schema, answer.body)
  // Nothing is sent that the protocol does not name.
  expect(Value.Clean(schema, structuredClone(body))).toStrictEqual(body)
})

it.each(ROUTE_NAMES.filter((name) => OFF[name] !== undefined))('%s answers that it is off', async (name) => {
  expect(problemIn(await success[name](), pathOf(name)).slug).toBe(OFF[name])
})

it('every route of the table was asked, and its answer held', () => {
  expect(PLAIN.filter((name) => !wasAnswered(name, routeNamed(name).success))).toStrictEqual([])
})
