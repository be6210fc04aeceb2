import { describe, expect, it } from 'vitest'
import { isProblemSlug, PROBLEMS, problemSlug, problemType } from './problem.ts'
import { ROUTES } from './routes.ts'

describe('problems', () => {
  it('have slugs, titles and error statuses', () => {
    for (const [slug, { title, status }] of Object.entries(PROBLEMS)) {
      expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(title).not.toBe('')
      expect(status).toBeGreaterThanOrEqual(400)
    }
    expect(PROBLEMS['tpr-disabled'].status).toBe(409)
    expect(PROBLEMS['headers-too-large'].status).toBe(431)
    expect(PROBLEMS['agent-gone'].status).toBe(410)
  })

  it('are told by their type URI', () => {
    expect(problemType('agent-not-found')).toBe('https://arcp.0x001.tech/docs/problems/agent-not-found')
    expect(problemSlug(problemType('agent-gone'))).toBe('agent-gone')
    expect(problemSlug('about:blank')).toBeNull()
    expect(isProblemSlug('constructor')).toBe(false)
  })
})

describe('routes', () => {
  it('name each method and path once', () => {
    const keys = Object.values(ROUTES).map((route) => `${route.method} ${route.path}`)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toContain('POST /agents/register')
  })
})
