// Attacks on JSON (catalogue C, 49 to 63), over REST and over both sockets: the exact answer, nothing changed by it, and
// beside each refusal the same request as it should be, which is taken.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { problemIn } from '../src/conforms.ts'
import { isObject, openFrames, type FrameSocket } from '../src/frames.ts'
import { send, type TextAnswer } from '../src/http.ts'
import { objectsAt, textAt } from '../src/pick.ts'
import { registerAgent, requestTempToken, sampleCard } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'

const hub = sharedHub({
  env: {
    AGENT_WS_INTERVAL: '3600',
    PUBLIC_WS_INTERVAL: '3600',
    AGENT_HEARTBEAT_TIMEOUT: '3600',
    PUBLIC_RATE: '1000000',
    PUBLIC_RATE_BURST: '1000000',
    WS_MAX_PAYLOAD_BYTES: '1048576',
    PUBLIC_WS_MAX_PAYLOAD_BYTES: '1048576',
  },
})

const WITNESS = 'json-witness'
const REGISTER = '/agents/register'
let witnessToken = ''

/** Everything the hub knows, but for the agents these tests register rightfully. */
const state = async (): Promise<unknown> => {
  const { body } = await send(hub(), 'GET', '/agents', { token: witnessToken })
  return objectsAt(body).map((agent) => Object.entries(agent).filter(([name]) => name !== 'last_seen'))
}

beforeAll(async () => {
  witnessToken = (await registerAgent(hub(), WITNESS)).token
})

afterAll(async () => {
  // The witness came through all of it; that the hub did, `sharedHub` looks at.
  expect((await send(hub(), 'POST', `/agents/${WITNESS}/heartbeat`, { token: witnessToken })).status).toBe(200)
})

let made = 0

/** Sends a registration as this text, which may change nothing. */
const attack = async (body: string | Uint8Array<ArrayBuffer>, id = `json-${(made += 1)}`): Promise<TextAnswer> => {
  const before = await state()
  const answer = await send(hub(), 'POST', REGISTER, { token: await requestTempToken(hub(), id), body })
  expect(await state()).toStrictEqual(before)
  return answer
}

/** The same with what is good: it is taken. Removed again, so that the state stays comparable. */
const taken = async (body: string, id: string): Promise<Readonly<Record<string, unknown>>> => {
  const answer = await send(hub(), 'POST', REGISTER, { token: await requestTempToken(hub(), id), body })
  expect(answer.status, answer.text.slice(0, 500)).toBe(200)
  const agent = (await send(hub(), 'GET', `/public/agent/${id}`)).body
  const token = textAt(answer.body, 'access_token')
  expect((await send(hub(), 'DELETE', `/agents/${id}`, { token })).status).toBe(200)
  if (!isObject(agent)) throw new Error('no agent')
  return agent
}

const card = (id: string, changes: Record<string, unknown> = {}): string => JSON.stringify(sampleCard(id, changes))

const invalid = (path: string, message: string) => ({
  slug: 'validation-failed',
  detail: message,
  validation_errors: [{ path, message }],
})

const NOT_JSON = invalid('', 'body: Invalid JSON format')

const openPublic = async (): Promise<FrameSocket> => {
  const socket = await openFrames(`${hub().wsUrl}/public/ws`)
  onTestFinished(() => socket.terminate())
  await socket.nextOfType('welcome')
  return socket
}

const openAgent = async (): Promise<FrameSocket> => {
  const socket = await openFrames(`${hub().wsUrl}/agents/ws`)
  onTestFinished(() => socket.terminate())
  socket.send({ token: witnessToken, live: 1 })
  await socket.nextOfType('auth_success')
  return socket
}

/** The next frame that is no push: agents of other tests come and go. */
const answerTo = async (socket: FrameSocket, frame: unknown): Promise<unknown> => {
  socket.send(frame)
  const { json } = await socket.next(({ json: one }) => !isObject(one) || one['type'] !== 'agents_update')
  return json
}

const error = (message: string, path?: string) => ({ type: 'error', message, ...(path === undefined ? {} : { path }) })
const unknown = (type: string) => error(`Unknown message type: ${type}`)

/** The frame is answered so on both endpoints, and both go on as before. */
const frameAttack = async (text: string, answer: unknown): Promise<void> => {
  for (const socket of [await openPublic(), await openAgent()]) {
    expect(await answerTo(socket, text)).toStrictEqual(answer)
    expect(await answerTo(socket, { type: 'ping' })).toStrictEqual({ type: 'pong', timestamp: expect.any(Number) })
  }
}

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

describe('shape', () => {
  it.each([17, 5000, 100_000])('[X49] nested %d deep', async (depth) => {
    await frameAttack(nested(depth), error('JSON is nested deeper than 16 levels', ''))
    await frameAttack(`{"type":"ping","x":${nested(depth)}}`, error('JSON is nested deeper than 16 levels', ''))
    const id = `deep-${depth}`
    const answer = await attack(card(id).replace('{', `{"x":${nested(depth)},`), id)
    expect(problemIn(answer, REGISTER)).toStrictEqual(invalid('', 'body: JSON is nested deeper than 16 levels'))
    await taken(card(id).replace('{', `{"x":${nested(15)},`), id)
    const socket = await openPublic()
    expect(await answerTo(socket, `{"type":"ping","x":${nested(15)}}`)).toMatchObject({ type: 'pong' })
  })

  it('[X49] nested in what is kept', async () => {
    const deep = (depth: number) => ({ metadata: { list: JSON.parse(nested(depth)) as unknown } })
    const answer = await attack(card('deep-metadata', deep(9)), 'deep-metadata')
    expect(problemIn(answer, REGISTER)).toStrictEqual(
      invalid('/metadata/list', 'metadata.list must not be nested deeper than 8 levels'),
    )
    await taken(card('deep-metadata', deep(8)), 'deep-metadata')
  })

  it('[X50] a list of 100,000', async () => {
    const list = `[${Array.from({ length: 100_000 }, () => 0).join(',')}]`
    await frameAttack(list, error('JSON has more than 8192 elements', ''))
    await frameAttack(`{"type":"ping","x":${list}}`, error('JSON has more than 8192 elements', ''))
    const answer = await attack(card('wide').replace('{', `{"x":${list},`), 'wide')
    expect(problemIn(answer, REGISTER)).toStrictEqual(invalid('', 'body: JSON has more than 65536 elements'))
    const metadata = { long: Array.from({ length: 2001 }, () => 0) }
    expect(problemIn(await attack(card('wide', { metadata }), 'wide'), REGISTER)).toStrictEqual(
      invalid('/metadata/long', 'metadata.long must hold at most 2000 values'),
    )
    const short = `[${Array.from({ length: 1000 }, () => 0).join(',')}]`
    await taken(card('wide').replace('{', `{"x":${short},`), 'wide')
  })

  it.each(['[]', '1', 'null', '"x"', 'true', '[{"type":"ping"}]'])('[X63] %s is no object', async (text) => {
    await frameAttack(text, unknown('(none)'))
    expect(problemIn(await attack(text), REGISTER)).toStrictEqual(invalid('', 'body must be a JSON object'))
    await taken(card('object'), 'object')
  })

  it.each([
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    ['data behind it', (text: string) => `${text} x`],
    ['a second value behind it', (text: string) => `${text}${text}`],
    ['a comment', (text: string) => `/* hello */${text}`],
    ['a comma too many', (text: string) => text.replace(/\}$/, ',}')],
    ['single quotes', (text: string) => text.replaceAll('"', "'")],
    ['a NUL behind it', (text: string) => `${text}\0`],
    ['nothing', () => ''],
  ])('[X57] JSON with %s', async (_, spoil) => {
    await frameAttack(spoil('{"type":"ping"}'), error('Invalid JSON format'))
    expect(problemIn(await attack(spoil(card('spoilt')), 'spoilt'), REGISTER)).toStrictEqual(NOT_JSON)
    await taken(` \r\n\t${card('spoilt')}\n`, 'spoilt')
  })

  it.each(['NaN', 'Infinity', '-Infinity', '01', '.5', '+1', '0x10', '1_000'])(
    '[X56] %s is no number',
    async (number) => {
      await frameAttack(`{"type":"get_discovery","page":${number}}`, error('Invalid JSON format'))
      const body = card('number').replace('{', `{"max_tokens":${number},`)
      expect(problemIn(await attack(body, 'number'), REGISTER)).toStrictEqual(NOT_JSON)
      await taken(card('number').replace('{', '{"max_tokens":16,'), 'number')
    },
  )

  it.each(['1e400', '-1e400', '9007199254740993', '1e-400', '-0', '1.5', '1e308'])(
    '[X56] %s is a number, and not one of those',
    async (number) => {
      const socket = await openPublic()
      const page = `{"type":"get_discovery","page":${number}}`
      // A zero in any spelling is a whole number, clamped like every page below 1.
      if (['1e-400', '-0'].includes(number)) {
        expect(await answerTo(socket, page)).toMatchObject({ data: { pagination: { current_page: 1 } } })
      } else {
        expect(await answerTo(socket, page)).toStrictEqual(
          error('page must be an integer, or a string of digits', '/page'),
        )
      }
      const body = card('number').replace('{', `{"max_tokens":${number},`)
      expect(problemIn(await attack(body, 'number'), REGISTER)).toStrictEqual(
        invalid('/max_tokens', 'max_tokens must be an integer from 1 to 1000000'),
      )
    },
  )

  it('[X56] numbers in metadata are finite, and come back as they were', async () => {
    const body = (number: string) => card('number').replace('"metadata":{', `"metadata":{"n":${number},`)
    expect(problemIn(await attack(body('1e400'), 'number'), REGISTER)).toStrictEqual(
      invalid('/metadata/n', 'metadata.n must be a finite number'),
    )
    expect(problemIn(await attack(body('[1,[-1e999]]'), 'number'), REGISTER)).toStrictEqual(
      invalid('/metadata/n', 'metadata.n must hold finite numbers only'),
    )
    const kept = await taken(body('[1e308,-0.5,9007199254740991]'), 'number')
    expect(kept['metadata']).toStrictEqual({ n: [1e308, -0.5, 9_007_199_254_740_991], suite: 'interop' })
  })
})

describe('keys', () => {
  it('[X51] __proto__, constructor and prototype at every level', async () => {
    await frameAttack('{"__proto__":{"type":"ping"}}', unknown('(none)'))
    await frameAttack('{"type":"__proto__"}', unknown('__proto__'))
    await frameAttack('{"type":"constructor"}', unknown('constructor'))
    const socket = await openPublic()
    const poisoned = '{"type":"get_discovery","__proto__":{"page":7},"constructor":{"prototype":{"page":8}}}'
    expect(await answerTo(socket, poisoned)).toMatchObject({ data: { pagination: { current_page: 1, page_size: 30 } } })

    // Required fields by way of a prototype are missing fields.
    const { name: _, ...rest } = sampleCard('proto')
    const inherited = JSON.stringify(rest).replace('{', '{"__proto__":{"name":"Inherited"},')
    expect(problemIn(await attack(inherited, 'proto'), REGISTER)).toStrictEqual(invalid('/name', 'name is required'))
    const inMetadata = card('proto').replace('"metadata":{', '"metadata":{"__proto__":1,')
    expect(problemIn(await attack(inMetadata, 'proto'), REGISTER)).toStrictEqual(
      invalid('/metadata', 'metadata must have plain keys of 1 to 100 characters'),
    )
    const deeper = card('proto').replace('"metadata":{', '"metadata":{"list":[{"__proto__":{"polluted":1}}],')
    expect(problemIn(await attack(deeper, 'proto'), REGISTER)).toStrictEqual(
      invalid('/metadata/list', 'metadata.list must have plain keys of 1 to 100 characters'),
    )
    // At the top they are unknown keys; as keys of metadata `constructor` and `prototype` are keys like any other.
    const agent = await taken(
      card('proto', { metadata: { constructor: 'c', prototype: { x: 1 }.x } }).replace(
        '{',
        '{"__proto__":{"status":"dead"},',
      ),
      'proto',
    )
    expect(agent['metadata']).toStrictEqual({ constructor: 'c', prototype: 1 })
    expect(agent['status']).toBe('alive')
    expect(Object.keys(agent)).not.toContain('polluted')
  })

  it('[X60] toString, hasOwnProperty and then are no types, and only data as keys', async () => {
    for (const name of ['toString', 'hasOwnProperty', 'then', 'valueOf', 'length']) {
      await frameAttack(JSON.stringify({ type: name }), unknown(name))
    }
    const odd = Object.fromEntries(
      [...['toString', 'hasOwnProperty', 'then', 'valueOf', 'length'].entries()].map(([n, name]) => [name, n]),
    )
    const agent = await taken(card('inherit', { ...odd, metadata: odd }), 'inherit')
    expect(agent['metadata']).toStrictEqual(odd)
    for (const name of Object.keys(odd)) expect(Object.hasOwn(agent, name)).toBe(false)
    const list = await send(hub(), 'GET', '/agents', { token: witnessToken })
    expect(list.status).toBe(200)
  })

  it('[X52] of equal keys the last one counts, everywhere', async () => {
    const socket = await openPublic()
    const twice = '{"type":"clear_logs","page":5,"type":"get_discovery","page":2}'
    expect(await answerTo(socket, twice)).toMatchObject({ data: { pagination: { current_page: 2 } } })
    const agent = await taken(card('twice').replace('{', '{"name":"First name","agent_id":"somebody-else",'), 'twice')
    expect(agent['name']).toBe('Sample agent')
    // The last one is checked, too: a good one before it does not help.
    const body = card('twice').replace(/\}$/, `,"agent_id":${JSON.stringify(WITNESS)}}`)
    expect(problemIn(await attack(body, 'twice'), REGISTER)).toStrictEqual({
      slug: 'insufficient-permissions',
      detail: 'This token is not for that agent',
      agent_id: 'twice',
      target_agent_id: WITNESS,
    })
  })

  it('[X61] a key of 10 KB', async () => {
    const key = 'k'.repeat(10_240)
    const socket = await openPublic()
    expect(await answerTo(socket, { type: 'ping', [key]: 1 })).toMatchObject({ type: 'pong' })
    const answer = await attack(card('long-key', { metadata: { [key]: 1 } }), 'long-key')
    expect(problemIn(answer, REGISTER)).toStrictEqual(
      invalid('/metadata', 'metadata must have plain keys of 1 to 100 characters'),
    )
    expect(answer.text).not.toContain('kkkk')
    const kept = await taken(card('long-key', { [key]: 1, metadata: { [key.slice(0, 100)]: 1 } }), 'long-key')
    expect(kept['metadata']).toStrictEqual({ [key.slice(0, 100)]: 1 })
  })

  it.each(Object.keys(sampleCard('x')))('[X59] without %s', async (field) => {
    const answer = await attack(card('missing', { [field]: undefined }), 'missing')
    expect(problemIn(answer, REGISTER)).toStrictEqual(invalid(`/${field}`, `${field} is required`))
  })

  it('[X59] fields nobody asked for are ignored, those of the hub itself too', async () => {
    const extra = {
      status: 'dead',
      registered_at: '2000-01-01',
      last_seen: 'x',
      similarity: 1,
      inc: 99,
      st: 'dead',
      own: 1,
    }
    const agent = await taken(card('extra', { ...extra, metrics: { success_rate: 5 }, agentId: 'x' }), 'extra')
    expect(agent).toMatchObject({ status: 'alive', similarity: null, metrics: null })
    for (const key of ['inc', 'st', 'own', 'agentId']) expect(Object.hasOwn(agent, key)).toBe(false)
    expect(String(agent['registered_at']).startsWith('2000')).toBe(false)
    const socket = await openPublic()
    expect(await answerTo(socket, { type: 'ping', admin: true, timestamp: 5 })).toStrictEqual({
      type: 'pong',
      timestamp: expect.any(Number),
    })
  })
})

describe('types', () => {
  const wrong: readonly unknown[] = [null, 5, true, 'text', [], {}, [['nested']], { a: { b: 1 } }]
  const good: Readonly<Record<string, readonly unknown[]>> = {
    // What a field takes of these; everything else must be refused by the field's own name.
    name: ['text'],
    owner: ['text'],
    features: [null, []],
    policy_tags: [null, []],
    language_support: [null, []],
    max_tokens: [null, 5],
    rate_limit: [null, 5],
    ai_context: [null, 'text'],
    requirements: [null, {}, { a: { b: 1 } }],
  }
  const fields = [...Object.keys(sampleCard('x')).filter((field) => field !== 'agent_id'), ...Object.keys(good)]

  it.each([...new Set(fields)])('[X58] %s of every wrong type', async (field) => {
    for (const value of wrong) {
      const accepted = (good[field] ?? []).some((one) => JSON.stringify(one) === JSON.stringify(value))
      const body = card('typed', { [field]: value })
      if (accepted) await taken(body, 'typed')
      else {
        const problem = problemIn(await attack(body, 'typed'), REGISTER)
        expect([problem.slug, problem.detail.startsWith(field)], JSON.stringify(value)).toStrictEqual([
          'validation-failed',
          true,
        ])
        expect(textAt(problem['validation_errors'], 0, 'path').startsWith(`/${field}`)).toBe(true)
      }
    }
  })

  it('[X58] the type and the fields of frames, of every wrong type', async () => {
    for (const value of [null, 5, true, [], {}, ['ping'], { ping: 1 }]) {
      await frameAttack(JSON.stringify({ type: value }), unknown('(none)'))
    }
    const socket = await openPublic()
    for (const field of ['page', 'page_size']) {
      for (const value of [null, true, 'text', [], {}, [1], 1.5, '', ' ', '1 ']) {
        expect(await answerTo(await openPublic(), { type: 'get_discovery', [field]: value })).toStrictEqual(
          error(`${field} must be an integer, or a string of digits`, `/${field}`),
        )
      }
    }
    expect(await answerTo(socket, { type: 'get_discovery', page: 1 })).toMatchObject({ type: 'discovery_data' })
  })
})

describe('texts', () => {
  const FREE = 'must be free of control, bidirectional and invisible characters'
  const bad: readonly (readonly [id: string, what: string, text: string])[] = [
    ['X53', 'a lone high surrogate', '\uD800'],
    ['X53', 'a lone low surrogate', '\uDC00'],
    ['X54', 'NUL', '\0'],
    ['X54', 'C0', '\u001B'],
    ['X54', 'DEL', '\u007F'],
    ['X54', 'C1', '\u0085'],
    ['X55', 'a bidi override', '\u202E'],
    ['X55', 'a bidi isolate', '\u2066'],
    ['X55', 'a zero width space', '\u200B'],
    ['X55', 'a byte order mark inside', '\uFEFF'],
    ['X55', 'a tag character', '\u{E0041}'],
    ['X55', 'a line separator', '\u2028'],
  ]

  it.each(bad)('[%s] %s', async (_, __, character) => {
    const text = `ab${character}cd`
    for (const field of ['name', 'owner']) {
      const answer = await attack(card('texts', { [field]: text }), 'texts')
      expect(problemIn(answer, REGISTER)).toStrictEqual(invalid(`/${field}`, `${field} ${FREE}`))
      expect(answer.text).not.toContain('ab')
    }
    const metadata = await attack(card('texts', { metadata: { text } }), 'texts')
    expect(problemIn(metadata, REGISTER)).toStrictEqual(
      invalid('/metadata/text', 'metadata.text must be at most 1000 characters without control characters'),
    )
    const key = await attack(card('texts', { metadata: { [text]: 1 } }), 'texts')
    expect(problemIn(key, REGISTER)).toStrictEqual(
      invalid('/metadata', 'metadata must have plain keys of 1 to 100 characters'),
    )
    // As an id it is refused before anybody could read it: with a temp token, and in the body.
    const asked = await send(hub(), 'POST', '/auth/agent/request_temp_token', {
      body: JSON.stringify({ agent_id: text, agent_type: 'testing', agent_key: hub().agentKey }),
    })
    expect(problemIn(asked, '/auth/agent/request_temp_token').slug).toBe('validation-failed')
    expect(asked.text).not.toContain('ab')
    // A frame's type comes back without it.
    await frameAttack(JSON.stringify({ type: text }), unknown('abcd'))
    await taken(card('texts', { name: 'ab\u200Dcd é 中 🚀' }), 'texts')
  })

  it('[X55] an id that only looks like another one is refused', async () => {
    for (const id of [
      'json-witness\u200B',
      'json-w\u0456tness',
      '\u202Ejson-witness',
      'JSON‑witness',
      'json-wítness',
    ]) {
      const answer = await attack(card(id), 'looks-like')
      expect(problemIn(answer, REGISTER)).toStrictEqual(invalid('/agent_id', expectIdMessage(id)))
    }
    // Case counts: this one is another agent, and the witness stays who it is.
    await taken(card('JSON-WITNESS'), 'JSON-WITNESS')
  })

  const expectIdMessage = (id: string): string =>
    /[\u200B\u202E]/u.test(id) ? `agent_id ${FREE}` : 'agent_id must be made of letters, digits, "_" and "-" only'

  it('[X35] bytes that are no UTF-8', async () => {
    const [head = '', tail = ''] = card('bytes', { name: 'xx@@xx' }).split('@@')
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80]]) {
      const body = Uint8Array.from([...Buffer.from(head), ...bytes, ...Buffer.from(tail)])
      expect(problemIn(await attack(body, 'bytes'), REGISTER)).toStrictEqual(invalid('', 'body must be UTF-8'))
    }
    await taken(card('bytes', { name: 'xxäxx' }), 'bytes')
  })

  it('[X62] strings at their limit in characters of four bytes', async () => {
    const rocket = '\u{1F680}'
    const limits: readonly (readonly [field: string, least: number, limit: number])[] = [
      ['name', 2, 32],
      ['owner', 2, 50],
      ['context_brief', 10, 1000],
      ['ai_context', 1, 5000],
    ]
    for (const [field, least, limit] of limits) {
      const kept = await taken(card('rockets', { [field]: rocket.repeat(limit) }), 'rockets')
      expect(kept[field]).toBe(rocket.repeat(limit))
      const answer = await attack(card('rockets', { [field]: rocket.repeat(limit + 1) }), 'rockets')
      expect(problemIn(answer, REGISTER)).toStrictEqual(
        invalid(`/${field}`, `${field} must be ${least} to ${limit} characters long`),
      )
    }
    await frameAttack(JSON.stringify({ type: rocket.repeat(65) }), unknown(rocket.repeat(64)))
  })
})
