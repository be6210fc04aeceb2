import { describe, expect, it } from 'vitest'
import { holdToContract, wasAnswered } from './contract.ts'
import type { Answer } from './http.ts'

const answer = (status: number, body: unknown, contentType = 'application/json'): Answer => ({
  status,
  headers: new Headers({ 'content-type': contentType }),
  body,
})

const problem = (changes: Readonly<Record<string, unknown>> = {}): Answer =>
  answer(
    404,
    {
      type: 'https://arcp.0x001.tech/docs/problems/agent-not-found',
      title: 'Agent Not Found',
      status: 404,
      detail: 'No such agent',
      instance: '/public/agent/nobody',
      timestamp: new Date().toISOString(),
      ...changes,
    },
    'application/problem+json',
  )

describe('an answer is held to', () => {
  it('the schema of its status, and is remembered', () => {
    expect(wasAnswered('livez', 200)).toBe(false)
    expect(() => holdToContract('GET', '/livez', answer(200, { status: 'dead' }))).toThrow('GET /livez: 200')
    expect(wasAnswered('livez', 200)).toBe(false)
    holdToContract('GET', '/livez', answer(200, { status: 'ok' }))
    expect(wasAnswered('livez', 200)).toBe(true)
  })

  it('one of several schemas', () => {
    holdToContract('POST', '/tokens/validate', answer(200, { valid: true, payload: {} }))
    holdToContract('POST', '/tokens/validate', answer(200, { valid: false, error: 'The token is not valid' }))
    expect(() => holdToContract('POST', '/tokens/validate', answer(200, { valid: true }))).toThrow('200')
  })

  it('the statuses of its route, or a problem document', () => {
    expect(() => holdToContract('GET', '/livez', answer(201, { status: 'ok' }))).toThrow('neither in the route table')
    holdToContract('GET', '/public/agent/nobody', problem())
    for (const wrong of [{ title: 'Gone' }, { status: 410 }, { instance: '/else' }, { timestamp: 'now' }]) {
      expect(() => holdToContract('GET', '/public/agent/nobody', problem(wrong))).toThrow()
    }
  })

  it('its content type', () => {
    expect(() => holdToContract('GET', '/livez', answer(200, { status: 'ok' }, 'text/html'))).toThrow('as text/html')
  })

  it('the route of a fixed path, before one with a placeholder', () => {
    const registered = { status: 'success', message: 'Registered', agent_id: 'one', access_token: 'token' }
    holdToContract('POST', '/agents/register', answer(200, registered))
    expect(() => holdToContract('GET', '/agents/one', answer(200, registered))).toThrow('GET /agents/one: 200')
  })
})

it('a path that is not in the table answers what it likes, and refuses by a good problem', () => {
  holdToContract('GET', '/dashboard', answer(200, '<html>', 'text/html'))
  expect(() => holdToContract('GET', '/nowhere', problem())).toThrow('/nowhere')
  expect(() => holdToContract('GET', '/nowhere', answer(404, { detail: 'Not Found' }))).toThrow('nor a problem')
  holdToContract('GET', '/nowhere', problem({ instance: '/nowhere' }))
})
