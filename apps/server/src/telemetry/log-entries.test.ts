import { LogEntry } from '@arcp/protocol/model'
import { Value } from '@sinclair/typebox/value'
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest'

import { createLogBook } from '../domain/log-book.ts'
import { feedLogBook, toLogEntry } from './log-entries.ts'
import { createLogger } from './logger.ts'

const line = (level: string, event: string, fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ level, time: '2026-01-02T03:04:05.678Z', ...fields, event })

const setUp = (maxEntries = 100) => {
  const book = createLogBook({ maxEntries, maxMessage: 2048 })
  const logger = createLogger({ level: 'error', pretty: true, tap: feedLogBook(book) })
  return { book, logger }
}

describe('[D6] entries of the log', () => {
  it.each([
    ['info', 'agent_registered', { agent_id: 'a-1', agent_type: 'testing' }, 'SUCS', 'Agent a-1 (testing) registered'],
    ['info', 'agent_died', { agent_id: 'a-1' }, 'WARN', 'Agent a-1 fell silent and counts as dead'],
    ['error', 'store_away', { reason: 'disk full' }, 'CRIT', 'Nothing can be stored: disk full'],
    ['info', 'store_back', {}, 'SUCS', 'The store is back'],
    [
      'info',
      'request_refused',
      { route: 'POST /agents/register', problem: 'token-invalid', detail: 'expired' },
      'WARN',
      'POST /agents/register refused (token-invalid): expired',
    ],
    ['info', 'request_refused', { route: 'GET /x', problem: 'invalid-input', detail: 'no' }, 'INFO', undefined],
    ['warn', 'alert_raised', { severity: 'critical', title: 'Storage', message: 'away' }, 'CRIT', 'Storage: away'],
    ['info', 'alert_raised', { severity: 'info', title: 'T', message: 'm' }, 'INFO', 'T: m'],
    ['warn', 'some_new_event', { count: 3, request_id: 'x' }, 'WARN', 'Some new event: count 3'],
    ['error', 'request_failed', { err: { message: 'bad', stack: 'long' } }, 'ERR', 'Request failed: bad'],
    ['info', 'constructor', {}, 'INFO', 'Constructor'],
  ] as const)('%s %s %j', (level, event, fields, shownLevel, message) => {
    const entry = toLogEntry(line(level, event, fields))
    expect(Value.Check(LogEntry, entry)).toBe(true)
    expect(entry).toMatchObject({ level: shownLevel, timestamp: '2026-01-02T03:04:05.678Z', event_type: event })
    if (message !== undefined) expect(entry?.message).toBe(message)
  })

  it('say of whom they are, in fields that fit', () => {
    const whom = { agent_id: 'a-1', agent_type: 'testing', client_ip: '192.0.2.1' }
    expect(toLogEntry(line('info', 'agent_registered', whom))).toMatchObject(whom)
    const long = toLogEntry(line('info', 'agent_registered', { agent_id: 'x'.repeat(5000) }))
    expect(long).not.toHaveProperty('agent_id')
    expect(Value.Check(LogEntry, long)).toBe(true)
  })

  it('[X140] carry nothing that a terminal or a line would obey', () => {
    const detail = 'a\r\nb\u001B[2J\u202Eevil\u2028'
    const entry = toLogEntry(line('info', 'request_refused', { detail, client_ip: detail }))
    expect(JSON.stringify(entry)).not.toMatch(/\\[rn]|\\u001b|\u202E|\u2028/i)
    expect(entry?.message).toContain('\\u{1b}[2J')
  })

  it('what is no line of the hub is no entry', () => {
    for (const text of ['1', 'null', '"x"', '[]', '{}', '{"time":1,"event":"x"}'])
      expect(toLogEntry(text)).toBeUndefined()
  })
})

describe('the logger feeds the book', () => {
  let written: MockInstance
  beforeEach(() => {
    written = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('[D6] with what is from info up, also when the output shows errors only', () => {
    const { book, logger } = setUp()
    logger.debug('debugging')
    logger.info('agent_registered', { agent_id: 'a-1', agent_type: 'testing' })
    logger.error('store_away', { reason: 'full' })
    expect(book.newest(9).map(({ event_type: type }) => type)).toEqual(['store_away', 'agent_registered'])
    expect(written).toHaveBeenCalledTimes(1)
  })

  it('[S15] without secrets, whatever field they come in', () => {
    const { book, logger } = setUp()
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJjNG40cnkiOjF9.c4n4ry'
    logger.info('request_refused', { route: 'GET /x', problem: 'p', detail: `Bearer ${jwt}`, password: 'c4n4ry' })
    logger.info('agent_registered', { agent_id: jwt, agent_type: 'token=c4n4ry' })
    logger.error('request_failed', {}, new Error(`agent_key=c4n4ry ${jwt}`))
    expect(book.newest(9)).toHaveLength(3)
    expect(JSON.stringify(book.newest(9))).not.toMatch(/c4n4ry|eyJ/)
  })

  it('and never itself: a reader that logs makes one entry, not a storm', () => {
    const { book, logger } = setUp()
    book.onEntry(() => logger.info('somebody_reads'))
    logger.info('stopped')
    expect(book.newest(9).map(({ event_type: type }) => type)).toEqual(['somebody_reads', 'stopped'])
  })
})
