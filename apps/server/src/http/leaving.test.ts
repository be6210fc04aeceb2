import { expect, it } from 'vitest'

import type { HttpAnswer, HttpRequest } from '../kernel/http.ts'
import { createLeaving, type Stage } from './leaving.ts'

const request: HttpRequest = {
  method: 'GET',
  path: '/',
  query: '',
  headers: new Map(),
  address: '192.0.2.1',
  scheme: 'http',
  body: async () => {
    throw new Error('unread')
  },
}

const setUp = (body: string) => {
  let stage: Stage = 'open'
  const asked: string[] = []
  const answer = (status: number): HttpAnswer => ({ status, headers: [['x', 'y']], body })
  const handle = createLeaving({
    route: async ({ path }) => {
      asked.push(path)
      return answer(200)
    },
    stage: () => stage,
    refuse: () => answer(503),
  })
  const ask = async (at: Stage) => {
    stage = at
    const { status, headers } = await handle(request)
    return [status, new Map(headers).get('connection')]
  }
  return { ask, asked }
}

it('[C10] an open hub keeps connections, one that drains ends them, one that stopped begins nothing', async () => {
  const { ask, asked } = setUp('{}')
  expect(await ask('open')).toEqual([200, undefined])
  expect(await ask('draining')).toEqual([200, 'close'])
  expect(asked).toHaveLength(2)
  expect(await ask('stopped')).toEqual([503, 'close'])
  expect(asked).toHaveLength(2)
})

it('[C10] what goes out in pieces is not cut for it', async () => {
  const { ask } = setUp('x'.repeat(65_537))
  expect(await ask('draining')).toEqual([200, undefined])
})
