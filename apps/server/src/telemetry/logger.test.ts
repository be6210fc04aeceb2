import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createLogger, prettyLine } from './logger.ts'

describe('pretty lines', () => {
  const line = (fields: Readonly<Record<string, unknown>>): string =>
    prettyLine(JSON.stringify({ level: 'info', time: '2026-01-02T03:04:05.678Z', event: 'something', ...fields }))

  it('are one short line with the time of day', () => {
    expect(line({ agent_id: 'agent-a', count: 3, ok: true, none: null })).toBe(
      '03:04:05  info   something  agent_id=agent-a  count=3  ok=true  none=null\n',
    )
    expect(line({})).toBe('03:04:05  info   something\n')
  })

  it('[X140] a value cannot begin a line of its own or give orders to the terminal', () => {
    const hostile = [
      'a\nb',
      'a\r\nb',
      '\u001B[2J',
      '\u009B31m',
      '\u0007',
      '\u2028',
      '\u202Eevil',
      'a\u200Bb',
      'x=1  admin=true',
    ]
    for (const value of hostile) {
      const text = line({ path: value })
      expect(text.slice(0, -1)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
      expect(text.split('\n')).toHaveLength(2)
    }
    expect(line({ path: 'x=1  admin=true' })).not.toMatch(/ admin=true(?!")/)
  })

  it('an error keeps its stack, set in, without orders to the terminal', () => {
    const text = line({ err: { type: 'Error', message: 'bad', stack: 'Error: bad \u001B[31m\n    at here' } })
    expect(text.split('\n')).toHaveLength(4)
    expect(text).toContain('\n  Error: bad')
    expect(text).toContain('\n      at here')
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{C}/u)
  })

  it('what is no record is shown as it is', () => {
    expect(prettyLine('"text"')).toBe('"text"')
  })
})

describe('the logger', () => {
  let written: string[] = []
  beforeEach(() => {
    written = []
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text))
      return true
    })
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('[S15] never writes a secret under the names secrets have', () => {
    const logger = createLogger({ level: 'debug', pretty: true })
    const names = ['token', 'authorization', 'agent_key', 'password', 'secret', 'jwt_secret', 'pin']
    for (const name of names) logger.warn('refused', { [name]: 'c4n4ry', client_ip: '192.0.2.1' })
    expect(written).toHaveLength(names.length)
    expect(written.join('')).not.toContain('c4n4ry')
    expect(written.every((line) => line.includes('[redacted]') && line.includes('client_ip=192.0.2.1'))).toBe(true)
  })

  it('leaves out what is less important than its level', () => {
    const logger = createLogger({ level: 'warn', pretty: true })
    logger.debug('a')
    logger.info('b')
    logger.warn('c')
    logger.error('d')
    expect(written.map((line) => line.split(/ +/)[1])).toEqual(['warn', 'error'])
  })

  it('an error line keeps the cause with its stack, whatever was thrown', () => {
    const logger = createLogger({ level: 'info', pretty: true })
    logger.error('failed', { path: '/agents' }, new TypeError('no such thing'))
    expect(written[0]).toMatch(/error {2}failed {2}path=\/agents\n {2}TypeError: no such thing\n/)
    logger.error('failed', {}, 'a text')
    logger.error('failed', {}, undefined)
    expect(written).toHaveLength(3)
  })

  it('[S15] never writes what looks like a credential, however deep it lies and whatever its name is', () => {
    const lines: string[] = []
    const logger = createLogger({ level: 'info', pretty: true, tap: (line) => void lines.push(line) })
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJjNG40cnkiOjF9.c4n4ry'
    const cause = Object.assign(new Error(`no: Bearer ${jwt}`), { request: { headers: { authorization: 'c4n4ry' } } })
    logger.info('refused', { detail: `Bearer c4n4ry-opaque`, path: `/x?token=${jwt}` })
    logger.error('failed', { reason: jwt }, cause)
    expect(lines).toHaveLength(2)
    for (const text of [...lines, ...written]) {
      expect(text).not.toMatch(/c4n4ry|eyJ/)
      expect(text).toContain('[redacted]')
    }
  })

  it('[D6] is tapped from info up, whatever its own level is; debug stays out', () => {
    const lines: string[] = []
    const tap = (line: string) => void lines.push(line)
    const quiet = createLogger({ level: 'error', pretty: true, tap })
    for (const level of ['debug', 'info', 'warn', 'error'] as const) quiet[level](level)
    expect(written.map((line) => line.split(/ +/)[1])).toEqual(['error'])
    const loud = createLogger({ level: 'debug', pretty: true, tap })
    for (const level of ['debug', 'info'] as const) loud[level](level)
    expect(written.map((line) => line.split(/ +/)[1])).toEqual(['error', 'debug', 'info'])
    const events = lines.map((line): unknown => JSON.parse(line).event)
    expect(events).toEqual(['info', 'warn', 'error', 'info'])
  })

  it('a tap that throws does not break logging', () => {
    const logger = createLogger({
      level: 'info',
      pretty: true,
      tap: () => {
        throw new Error('no')
      },
    })
    logger.info('still-written')
    expect(written.join('')).toContain('still-written')
  })
})
