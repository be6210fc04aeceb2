import { describe, expect, it } from 'vitest'

import { invalid, isProblem, json, jsonText, problem, problemAnswer, retryAfter } from './answer.ts'

const NOW = '2026-01-02T03:04:05.000Z'

describe('answers', () => {
  it('JSON, made or prepared', () => {
    expect(json({ a: null })).toEqual({
      status: 200,
      headers: [['content-type', 'application/json']],
      body: '{"a":null}',
    })
    expect(jsonText('[]', 202, [['x-a', 'b']])).toEqual({
      status: 202,
      headers: [
        ['content-type', 'application/json'],
        ['x-a', 'b'],
      ],
      body: '[]',
    })
  })

  it('a problem document has type, title, status, detail, instance, timestamp and its own members', () => {
    const answer = problemAnswer(
      problem('rate-limit-exceeded', 'Wait', { retry_after: 7 }, retryAfter(7)),
      '/public/stats',
      NOW,
    )
    expect(answer.status).toBe(429)
    expect(answer.headers).toEqual([
      ['content-type', 'application/problem+json'],
      ['retry-after', '7'],
    ])
    expect(JSON.parse(String(answer.body))).toEqual({
      type: 'https://arcp.0x001.tech/docs/problems/rate-limit-exceeded',
      title: 'Rate Limit Exceeded',
      status: 429,
      detail: 'Wait',
      instance: '/public/stats',
      timestamp: NOW,
      retry_after: 7,
    })
  })

  it('a validation problem says the first issue in its detail and lists all', () => {
    const issues = [
      { path: '/name', message: 'name is required' },
      { path: '/version', message: 'version is required' },
    ]
    expect(invalid(issues)).toMatchObject({
      slug: 'validation-failed',
      detail: 'name is required',
      extensions: { validation_errors: issues },
    })
  })

  it('tells problems from answers', () => {
    expect(isProblem(problem('not-found', 'Nothing'))).toBe(true)
    expect(isProblem(json({ slug: 'x' }))).toBe(false)
  })
})
