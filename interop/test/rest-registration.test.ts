// What POST /agents/register takes and what it refuses, field by field: the answer names the field and what it must be,
// never what was sent, and nothing is registered.
import { describe, expect, it } from 'vitest'
import { problemIn } from '../src/conforms.ts'
import { isObject } from '../src/frames.ts'
import { send, type TextAnswer } from '../src/http.ts'
import { requestTempToken, sampleCard } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'

const hub = sharedHub({ env: { AGENT_MAX_BYTES: '16384' } })

let made = 0
const freshId = (): string => `card-${(made += 1)}`

const PATH = '/agents/register'

interface Tried {
  readonly id: string
  readonly answer: TextAnswer
}

const register = async (changes: Record<string, unknown>, id = freshId()): Promise<Tried> => {
  const token = await requestTempToken(hub(), id)
  const body = JSON.stringify(sampleCard(id, changes))
  return { id, answer: await send(hub(), 'POST', PATH, { token, body }) }
}

const known = async (id: string): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const { status, body } = await send(hub(), 'GET', `/public/agent/${id}`)
  if (status === 404) return undefined
  if (!isObject(body)) throw new Error(`no agent: ${status}`)
  return body
}

const issues = (...given: readonly (readonly [path: string, message: string])[]): unknown => ({
  slug: 'validation-failed',
  detail: given[0]?.[1],
  validation_errors: given.map(([path, message]) => ({ path, message })),
})

/** A word that is part of every refused value and may be in no answer. */
const MARK = 'Zq7markzQ'
const ROCKET = '\u{1F680}'

const refused: readonly (readonly [what: string, changes: Record<string, unknown>, path: string, message: string])[] = [
  ['a name of one', { name: 'x' }, '/name', 'name must be 2 to 32 characters long'],
  ['a name of 33', { name: MARK.padEnd(33, 'x') }, '/name', 'name must be 2 to 32 characters long'],
  ['a name of 33 in four bytes each', { name: ROCKET.repeat(33) }, '/name', 'name must be 2 to 32 characters long'],
  ['a blank name', { name: ' \n\t ' }, '/name', 'name must be 2 to 32 characters long'],
  ['a name that is no text', { name: 5 }, '/name', 'name must be a string'],
  ['no name', { name: undefined }, '/name', 'name is required'],
  [
    'a type the hub does not allow',
    { agent_type: MARK },
    '/agent_type',
    'agent_type must be one of the types this hub allows: security, monitoring, automation, networking, testing',
  ],
  [
    'a type with a blank',
    { agent_type: `${MARK} x` },
    '/agent_type',
    'agent_type must be made of letters, digits, "_" and "-" only',
  ],
  [
    'an endpoint of another scheme',
    { endpoint: `javascript:${MARK}()` },
    '/endpoint',
    'endpoint must be an http:// or https:// URL without spaces',
  ],
  [
    'an endpoint with a blank',
    { endpoint: `http://a/${MARK} b` },
    '/endpoint',
    'endpoint must be an http:// or https:// URL without spaces',
  ],
  [
    'an endpoint of 2049',
    { endpoint: `http://${MARK}`.padEnd(2049, 'a') },
    '/endpoint',
    'endpoint must be 8 to 2048 characters long',
  ],
  ['a brief of nine', { context_brief: MARK }, '/context_brief', 'context_brief must be 10 to 1000 characters long'],
  [
    'no capabilities',
    { capabilities: [] },
    '/capabilities',
    'capabilities must have at least one entry that is not blank',
  ],
  [
    'blank capabilities only',
    { capabilities: ['', '   '] },
    '/capabilities',
    'capabilities must have at least one entry that is not blank',
  ],
  [
    '51 capabilities',
    { capabilities: Array.from({ length: 51 }, (_, index) => `${MARK}${index}`) },
    '/capabilities',
    'capabilities must have at most 50 entries',
  ],
  [
    'a capability with a slash',
    { capabilities: ['echo', `${MARK}/x`] },
    '/capabilities/1',
    'capabilities.1 must be made of letters, digits, spaces, "_" and "-" only',
  ],
  ['capabilities that are no list', { capabilities: MARK }, '/capabilities', 'capabilities must be a list of strings'],
  ['an owner of 51', { owner: MARK.padEnd(51, 'o') }, '/owner', 'owner must be 2 to 50 characters long'],
  ['a key of 31', { public_key: MARK.padEnd(31, 'k') }, '/public_key', 'public_key must be 32 to 1024 characters long'],
  [
    'a key with other characters',
    { public_key: `${MARK}!`.padEnd(32, 'k') },
    '/public_key',
    'public_key must be made of letters, digits, white space and + / = - _ only',
  ],
  ['no metadata', { metadata: null }, '/metadata', 'metadata is required'],
  ['metadata without a key', { metadata: {} }, '/metadata', 'metadata must have 1 to 50 keys'],
  ['metadata that is a list', { metadata: [MARK] }, '/metadata', 'metadata must be an object'],
  [
    'a null in metadata',
    { metadata: { ok: 1, 'a/b~c': null } },
    '/metadata/a~1b~0c',
    'metadata.a~1b~0c must be a string, a number, true, false or a list',
  ],
  [
    'an object in metadata',
    { metadata: { deep: { mark: MARK } } },
    '/metadata/deep',
    'metadata.deep must be a string, a number, true, false or a list',
  ],
  [
    'a metadata text of 1001',
    { metadata: { long: MARK.padEnd(1001, 'x') } },
    '/metadata/long',
    'metadata.long must be at most 1000 characters without control characters',
  ],
  ['a version of two parts', { version: '1.0' }, '/version', 'version must be 5 to 64 characters long'],
  [
    'a version with a word',
    { version: `1.0.${MARK}` },
    '/version',
    'version must be a version such as 1.2.3 or 1.2.3-beta1',
  ],
  [
    'an unknown mode',
    { communication_mode: MARK },
    '/communication_mode',
    'communication_mode must be one of remote, local, hybrid',
  ],
  ['max_tokens of 0', { max_tokens: 0 }, '/max_tokens', 'max_tokens must be an integer from 1 to 1000000'],
  ['max_tokens as text', { max_tokens: '5' }, '/max_tokens', 'max_tokens must be an integer from 1 to 1000000'],
  ['a rate_limit of 10001', { rate_limit: 10_001 }, '/rate_limit', 'rate_limit must be an integer from 1 to 10000'],
  [
    '101 features',
    { features: Array.from({ length: 101 }, () => MARK) },
    '/features',
    'features must have at most 100 entries',
  ],
  [
    'an ai_context of 5001',
    { ai_context: MARK.padEnd(5001, 'x') },
    '/ai_context',
    'ai_context must be 1 to 5000 characters long',
  ],
  [
    'requirements that are no JSON',
    { requirements: `{"${MARK}"` },
    '/requirements',
    'requirements must be an object, or a JSON string of one',
  ],
  [
    'a port out of range',
    { requirements: { network_ports: ['80', '70000'] } },
    '/requirements/network_ports',
    'requirements.network_ports must hold ports or ranges N-M from 1 to 65535',
  ],
]

const taken: readonly (readonly [what: string, changes: Record<string, unknown>, kept: Record<string, unknown>])[] = [
  ['a name of 32 in four bytes each', { name: ROCKET.repeat(32) }, { name: ROCKET.repeat(32) }],
  [
    'a brief of 1000 in four bytes each',
    { context_brief: ROCKET.repeat(1000) },
    { context_brief: ROCKET.repeat(1000) },
  ],
  ['texts with blanks around', { name: '  Trimmed  ', owner: '\tOwner\n' }, { name: 'Trimmed', owner: 'Owner' }],
  ['a type in another case', { agent_type: 'TeStInG' }, { agent_type: 'TeStInG' }],
  ['blank capabilities among others', { capabilities: [' ', 'one two', ''] }, { capabilities: ['one two'] }],
  ['features that are null', { features: null, policy_tags: null }, { features: [], policy_tags: [] }],
  ['an ai_context that is blank', { ai_context: '  ' }, { ai_context: null }],
  ['requirements that are blank', { requirements: ' ' }, { requirements: null }],
  ['languages of which none is left', { language_support: ['x', 'toolong'] }, { language_support: null }],
  ['the longest endpoint', { endpoint: 'http://a'.padEnd(2048, 'a') }, { endpoint: 'http://a'.padEnd(2048, 'a') }],
  ['a version with a suffix', { version: '1.20.300-rc1' }, { version: '1.20.300-rc1' }],
  [
    'requirements as text, with a pattern that is never run',
    {
      requirements: JSON.stringify({
        required_fields: [{ name: 'f', label: 'F', type: 'text', validation: '^(a+)+$' }],
      }),
    },
    {
      requirements: expect.objectContaining({
        required_fields: [{ name: 'f', label: 'F', type: 'text', validation: '^(a+)+$' }],
      }),
    },
  ],
]

describe('registration', () => {
  it.each(refused)('refuses %s', async (_, changes, path, message) => {
    const { id, answer } = await register(changes)
    expect(problemIn(answer, PATH)).toStrictEqual(issues([path, message]))
    expect(answer.text).not.toContain(MARK)
    expect(answer.text).not.toContain(ROCKET)
    expect(await known(id)).toBeUndefined()
  })

  it.each(taken)('takes %s', async (_, changes, kept) => {
    const { id, answer } = await register(changes)
    expect(answer.status).toBe(200)
    const agent = await known(id)
    for (const [name, value] of Object.entries(kept)) expect(agent?.[name]).toStrictEqual(value)
  })

  it('says every fault at once, in the order of the fields', async () => {
    const { answer } = await register({ name: 'x', owner: 'o', version: 'v', communication_mode: 'm', max_tokens: -1 })
    expect(problemIn(answer, PATH)).toStrictEqual(
      issues(
        ['/name', 'name must be 2 to 32 characters long'],
        ['/owner', 'owner must be 2 to 50 characters long'],
        ['/version', 'version must be 5 to 64 characters long'],
        ['/communication_mode', 'communication_mode must be one of remote, local, hybrid'],
        ['/max_tokens', 'max_tokens must be an integer from 1 to 1000000'],
      ),
    )
  })

  it.each(['stats', 'search', 'register', 'report-metrics'])('never gives out the id %s', async (id) => {
    const { answer } = await register({}, id)
    expect(problemIn(answer, PATH)).toStrictEqual(issues(['/agent_id', 'agent_id is reserved: choose another']))
    expect((await register({}, `${id}-2`)).answer.status).toBe(200)
  })

  it('takes ids of 3 and of 100', async () => {
    for (const id of ['x_3', 'x'.repeat(100)]) expect((await register({}, id)).answer.status).toBe(200)
  })

  it('keeps a record up to AGENT_MAX_BYTES and none above', async () => {
    const padded = (bytes: number) => ({
      metadata: Object.fromEntries(
        Array.from({ length: Math.ceil(bytes / 1000) }, (_, index) => [
          `k${index}`,
          'x'.repeat(Math.min(1000, bytes - index * 1000)),
        ]),
      ),
    })
    // Ids of one length, so that only the padding differs.
    const first = (await register(padded(16_000), 'size-1')).answer
    const said = problemIn(first, PATH).detail
    const bytes = Number(/^the record has (\d+) bytes; at most 16384 are kept$/.exec(said)?.[1])
    expect(problemIn(first, PATH)).toStrictEqual(issues(['', said]))
    const spare = 16_000 - (bytes - 16_384)
    const over = (await register(padded(spare + 1), 'size-2')).answer
    expect(problemIn(over, PATH)).toStrictEqual(issues(['', 'the record has 16385 bytes; at most 16384 are kept']))
    expect((await register(padded(spare), 'size-3')).answer.status).toBe(200)
    expect([await known('size-1'), await known('size-2')]).toStrictEqual([undefined, undefined])
    expect(await known('size-3')).toBeDefined()
  })
})
