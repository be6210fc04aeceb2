import { describe, expect, it } from 'vitest'

import type { BodyFault, HttpRequest } from '../kernel/http.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { checkFraming, readJson } from './body.ts'

const headersOf = (headers: Readonly<Record<string, string | readonly string[]>>): HttpRequest['headers'] =>
  new Map(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]))

describe('framing', () => {
  const framing = (headers: Readonly<Record<string, string | readonly string[]>>) => checkFraming(headersOf(headers))

  it('one length, chunked, or neither is good', () => {
    for (const good of [
      {},
      { 'content-length': '0' },
      { 'content-length': '1048576' },
      { 'transfer-encoding': 'chunked' },
    ]) {
      expect(framing(good)).toBeUndefined()
    }
    expect(framing({ 'transfer-encoding': 'Chunked' })).toBeUndefined()
  })

  it.each<[string, Readonly<Record<string, string | readonly string[]>>]>([
    ['[X14] two lengths', { 'content-length': ['5', '6'] }],
    ['[X14] the same length twice', { 'content-length': ['5', '5'] }],
    ['[X14] a list of lengths', { 'content-length': '5, 5' }],
    ['[X14] a length that is none', { 'content-length': '' }],
    ['[X14] a signed length', { 'content-length': '+5' }],
    ['[X14] a negative length', { 'content-length': '-5' }],
    ['[X14] a hexadecimal length', { 'content-length': '0x5' }],
    ['[X14] a length beyond counting', { 'content-length': '9'.repeat(16) }],
    ['[X15] xchunked', { 'transfer-encoding': 'xchunked' }],
    ['[X15] chunked, identity', { 'transfer-encoding': 'chunked, identity' }],
    ['[X15] identity', { 'transfer-encoding': 'identity' }],
    ['[X15] gzip, chunked', { 'transfer-encoding': 'gzip, chunked' }],
    ['[X15] a tab before', { 'transfer-encoding': '\tchunked' }],
    ['[X15] a vertical tab', { 'transfer-encoding': '\vchunked' }],
    ['[X15] chunked twice', { 'transfer-encoding': ['chunked', 'chunked'] }],
    ['[X15] empty', { 'transfer-encoding': '' }],
    ['[X16] both', { 'content-length': '5', 'transfer-encoding': 'chunked' }],
  ])('%s is refused and ends the connection', (_name, headers) => {
    expect(framing(headers)).toMatchObject({ slug: 'request-error', headers: [['connection', 'close']] })
  })
})

describe('JSON bodies', () => {
  const JSON_TYPE = { 'content-type': 'application/json' }
  const read = async (
    body: string | Uint8Array | Result<Uint8Array, BodyFault>,
    headers: Readonly<Record<string, string | readonly string[]>> = JSON_TYPE,
  ) => {
    const given = typeof body === 'string' ? ok(Buffer.from(body)) : body instanceof Uint8Array ? ok(body) : body
    let asked = 0
    const result = await readJson(
      {
        method: 'POST',
        path: '/',
        query: '',
        headers: headersOf(headers),
        address: '192.0.2.1',
        scheme: 'http',
        body: async () => {
          asked += 1
          return given
        },
      },
      1000,
    )
    return { result, asked }
  }
  const slugOf = async (...given: Parameters<typeof read>): Promise<string> => {
    const { result } = await read(...given)
    return result.ok ? 'ok' : result.error.slug
  }

  it('are read once', async () => {
    expect(await read('{"a":[1]}')).toEqual({ result: ok({ a: [1] }), asked: 1 })
  })

  it('their type may have parameters and a suffix', async () => {
    for (const type of [
      'application/json; charset=utf-8',
      'Application/JSON',
      'application/merge-patch+json',
      'application/json;x',
    ]) {
      expect([type, await slugOf('{}', { 'content-type': type })]).toEqual([type, 'ok'])
    }
  })

  it('other types are refused unread', async () => {
    for (const type of [
      'text/plain',
      'application/jsonp',
      'text/json',
      'application/x-www-form-urlencoded',
      '',
      'json',
    ]) {
      const { result, asked } = await read('{}', { 'content-type': type })
      expect([type, result.ok ? 'ok' : result.error.slug, asked]).toEqual([type, 'unsupported-media-type', 0])
    }
    expect(await slugOf('{}', {})).toBe('unsupported-media-type')
    expect(await slugOf('{}', { 'content-type': ['application/json', 'application/json'] })).toBe(
      'unsupported-media-type',
    )
  })

  it('[X27] packed bodies are refused unread', async () => {
    for (const encoding of ['gzip', 'identity', 'br']) {
      const { result, asked } = await read('{}', { ...JSON_TYPE, 'content-encoding': encoding })
      expect(result.ok ? 'ok' : result.error.slug).toBe('unsupported-media-type')
      expect(asked).toBe(0)
    }
  })

  it('[X26] one that is too big is 413 and ends the connection', async () => {
    const { result } = await read(err({ kind: 'too-large', limit: 1000 }))
    expect(result).toMatchObject({
      ok: false,
      error: { slug: 'request-too-large', extensions: { max_size: 1000 }, headers: [['connection', 'close']] },
    })
  })

  it('one there is no room for is 503, tells when to come back, and ends the connection', async () => {
    const { result } = await read(err({ kind: 'no-room' }))
    expect(result).toMatchObject({
      ok: false,
      error: {
        slug: 'service-unavailable',
        extensions: { retry_after: 1 },
        headers: [
          ['retry-after', '1'],
          ['connection', 'close'],
        ],
      },
    })
  })

  it('one that ends early is refused', async () => {
    expect(await slugOf(err({ kind: 'aborted' }))).toBe('request-error')
  })

  it.each([
    ['[X57] nothing', ''],
    ['[X57] a byte order mark', '\uFEFF{}'],
    ['[X57] trailing data', '{} {}'],
    ['[X57] a comment', '{/**/}'],
    ['[X56] NaN', '{"a":NaN}'],
    ['[X49] depth', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['[X50] length', `[${'1,'.repeat(100_000)}1]`],
  ])('%s is a validation problem', async (_name, text) => {
    expect(await slugOf(text)).toBe('validation-failed')
  })

  it('[X35] bytes that are not UTF-8 are a validation problem', async () => {
    for (const bytes of [[0xff], [0x22, 0xc0, 0xaf, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xe2, 0x82]]) {
      expect(await slugOf(Uint8Array.from(bytes))).toBe('validation-failed')
    }
  })
})
