import { createHash } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import type { Env } from './env.ts'
import { readConfig } from './load.ts'
import { OPTIONS, type Config } from './options.ts'

const read = (env: Env = {}): Config => {
  const config = readConfig(env)
  if (!config.ok) throw new Error(config.error.join('\n'))
  return config.value
}

const faults = (env: Env): readonly string[] => {
  const config = readConfig(env)
  return config.ok ? [] : config.error
}

describe('defaults', () => {
  it("are those of the guide's table", () => {
    expect(read()).toMatchObject({
      WEBSOCKET_INTERVAL: 30,
      WEBSOCKET_TIMEOUT: 30,
      WEBSOCKET_PING_INTERVAL: 30,
      WEBSOCKET_MAX_CONNECTIONS: 100,
      DASHBOARD_WS_INTERVAL: 5,
      DASHBOARD_WS_TIMEOUT: 30,
      DASHBOARD_WS_PING_INTERVAL: 30,
      DASHBOARD_WS_MAX_CONNECTIONS: 5,
      AGENT_WS_INTERVAL: 5,
      AGENT_WS_TIMEOUT: 30,
      AGENT_WS_PING_INTERVAL: 30,
      AGENT_WS_MAX_CONNECTIONS: 100,
      PUBLIC_WS_INTERVAL: 30,
      PUBLIC_WS_TIMEOUT: 30,
      PUBLIC_WS_PING_INTERVAL: 30,
      PUBLIC_WS_MAX_CONNECTIONS: 100,
    })
  })

  it("of limits are those of the protocol's table", () => {
    expect(read()).toMatchObject({
      ENVIRONMENT: 'development',
      WS_MAX_PAYLOAD_BYTES: 65_536,
      PUBLIC_WS_MAX_PAYLOAD_BYTES: 4096,
      WS_MAX_PENDING_AUTH: 1000,
      WS_MAX_PENDING_AUTH_PER_ADDRESS: 64,
      WS_FRAMES_PER_S: 50,
      WS_FRAMES_BURST: 100,
      WS_PINGS_PER_S: 10,
      WS_MAX_BACKPRESSURE_BYTES: 1024 ** 2,
      WS_SLOW_CONSUMER_S: 15,
      WS_MAX_BUFFERED_TOTAL: 512 * 1024 ** 2,
      WS_LEGACY_LIST_MAX: 1000,
      BROADCAST_INTERVAL_MS: 100,
      AGENT_MAX_BYTES: 32 * 1024,
      PUBLIC_RATE: 600,
      PUBLIC_RATE_BURST: 120,
      LOGIN_MAX_FAILURES: 5,
      RATE_LIMIT_BURST: 20,
      MAX_HEADER_SIZE: 8192,
      MAX_JSON_SIZE: 1024 ** 2,
      DRAIN_DEADLINE_S: 30,
      DRAIN_SPREAD_S: 10,
      CHANGE_HISTORY: 100_000,
      LEASE_MASS_LOSS_RATIO: 0.3,
      TRUSTED_PROXIES: [],
      ALLOWED_ORIGINS: [],
      PUBLIC_WS_CHECK_ORIGIN: false,
      JWT_EXPIRE_MINUTES: 3600,
      AGENT_KEY_MAX_AGENTS: 0,
    })
  })

  it('every one of them would be accepted as a value', () => {
    for (const [name, option] of Object.entries(OPTIONS)) {
      const text = Array.isArray(option.fallback) ? option.fallback.join(',') : String(option.fallback)
      if (text !== '') expect([name, faults({ [name]: text })]).toEqual([name, []])
    }
  })

  it('an empty value counts as not set, blanks around one do not count', () => {
    expect(read({ ARCP_PORT: '', AGENT_WS_INTERVAL: '  ', LOG_LEVEL: '\t' })).toEqual(read())
    expect(read({ ARCP_PORT: ' 80 ' }).ARCP_PORT).toBe(80)
  })

  it('what is not an option is not looked at', () => {
    expect(read({ SOMETHING_ELSE: 'x', constructor: 'y', __proto__: 'z' })).toEqual(read())
  })
})

describe('inheritance', () => {
  const SUFFIXES = ['INTERVAL', 'TIMEOUT', 'PING_INTERVAL', 'MAX_CONNECTIONS'] as const
  const ENDPOINTS = ['DASHBOARD_WS', 'AGENT_WS', 'PUBLIC_WS'] as const

  it('a value of one endpoint falls back to the common one, then to its own default', () => {
    for (const suffix of SUFFIXES) {
      const config = read({ [`WEBSOCKET_${suffix}`]: '7', [`AGENT_WS_${suffix}`]: '9', [`PUBLIC_WS_${suffix}`]: '' })
      expect([suffix, ...ENDPOINTS.map((endpoint) => config[`${endpoint}_${suffix}`])]).toEqual([suffix, 7, 9, 7])
    }
  })

  it('one endpoint never falls back to another', () => {
    expect(read({ AGENT_WS_INTERVAL: '9' })).toMatchObject({
      DASHBOARD_WS_INTERVAL: 5,
      PUBLIC_WS_INTERVAL: 30,
      WEBSOCKET_INTERVAL: 30,
    })
  })

  it('a bad common value is reported once, under its own name', () => {
    const found = faults({ WEBSOCKET_INTERVAL: 'soon' })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^WEBSOCKET_INTERVAL must be a number/)
  })

  it('a bad common value is reported also where every endpoint sets its own', () => {
    const own = { DASHBOARD_WS_INTERVAL: '1', AGENT_WS_INTERVAL: '1', PUBLIC_WS_INTERVAL: '1' }
    expect(faults({ ...own, WEBSOCKET_INTERVAL: '0' })).toHaveLength(1)
  })
})

describe('faults', () => {
  it('all come at once, each with its name and what is accepted', () => {
    const found = faults({
      ARCP_PORT: '99999',
      AGENT_WS_TIMEOUT: 'x',
      ENVIRONMENT: 'staging',
      PUBLIC_RATE: '1e3',
      LOG_LEVEL: 'loud',
    })
    expect(found.map((line) => line.split(' ')[0] ?? '').toSorted()).toEqual(
      ['AGENT_WS_TIMEOUT', 'ARCP_PORT', 'ENVIRONMENT', 'LOG_LEVEL', 'PUBLIC_RATE'].toSorted(),
    )
    expect(found.find((line) => line.startsWith('ARCP_PORT'))).toBe(
      'ARCP_PORT must be a whole number from 0 to 65535, not "99999"',
    )
  })

  it('[S15] values of secrets are never repeated', () => {
    const secret = 'c4n4ry'
    const env = {
      JWT_SECRET: secret,
      AGENT_KEYS: `good-key-0001,${secret}`,
      METRICS_SCRAPE_TOKEN: `${secret} ${secret}`,
    }
    const found = faults(env)
    expect(found).toHaveLength(3)
    expect(found.join('\n')).not.toContain(secret)
  })

  it('a long value is cut, control characters are escaped', () => {
    const [line = ''] = faults({ ARCP_PORT: `\u001B[31m\n${'9'.repeat(10_000)}` })
    expect(line.length).toBeLessThan(200)
    expect(line).not.toMatch(/\p{C}/u)
  })

  it.each([
    ['ARCP_PORT', '-1', '1.5', '0x50', '80a', 'Infinity'],
    ['AGENT_WS_INTERVAL', '0', '-5', 'NaN', '1e3', '.5', '86401'],
    ['LEASE_MASS_LOSS_RATIO', '0', '1.01', '-0.3'],
    ['AGENT_KEYS', 'short', 'good-key-0001,short', 'k'.repeat(201)],
    ['JWT_SECRET', 'x'.repeat(31)],
    ['JWT_ALGORITHM', 'none', 'HS512', 'RS256'],
    ['ALLOWED_ORIGINS', '*', 'app.example', 'https://app.example/', 'https://app.example/path', 'ftp://app.example'],
    ['ALLOWED_AGENT_TYPES', 'a b', 'x', 'ok,<script>'],
    ['TRUSTED_PROXIES', 'localhost', '999.0.0.1', '10.0.0.0/33', '::1/129', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.0/-1'],
    ['PUBLIC_WS_CHECK_ORIGIN', 'maybe', '2'],
    ['TRUSTED_HOSTS', 'https://arcp.example.com', 'a b', 'example.com:8001', '*.*.example', 'a,*.'],
    ['BLOCKED_IPS', 'localhost', '10.0.0.0/33'],
    ['ALLOWED_IP_RANGES', 'intranet', '::1/129'],
    ['ARCP_HOST', 'http://localhost', 'a b', '/'],
  ])('%s takes none of what is wrong', (name, ...values) => {
    for (const value of values) expect([value, faults({ [name]: value }).length]).toEqual([value, 1])
  })

  it.each<[keyof Config, string, unknown]>([
    ['TRUSTED_PROXIES', '10.0.0.0/8, ::1,,2001:db8::/32 ', ['10.0.0.0/8', '::1', '2001:db8::/32']],
    ['AGENT_KEYS', ' key-number-1 ,key-number-2,', ['key-number-1', 'key-number-2']],
    ['PUBLIC_WS_CHECK_ORIGIN', 'YES', true],
    ['PUBLIC_WS_CHECK_ORIGIN', '0', false],
    ['ENVIRONMENT', 'Testing', 'testing'],
    ['LOG_LEVEL', 'WARN', 'warn'],
    ['LOG_LEVEL', 'WARNING', 'warn'],
    ['LOG_LEVEL', 'CRITICAL', 'error'],
    ['TRUSTED_HOSTS', 'arcp.example.com,*.example.org,10.0.0.0/8', ['arcp.example.com', '*.example.org', '10.0.0.0/8']],
    ['BLOCKED_IPS', '192.0.2.7,2001:db8::/32', ['192.0.2.7', '2001:db8::/32']],
    ['AGENT_WS_MAX_CONNECTIONS', '0', 0],
    ['AGENT_HEARTBEAT_TIMEOUT', '0.5', 0.5],
    ['ALLOWED_ORIGINS', 'https://a.example,http://b.example:8080', ['https://a.example', 'http://b.example:8080']],
  ])('%s takes %j', (name, value, expected) => {
    expect(read({ [name]: value })[name]).toEqual(expected)
  })
})

describe('production', () => {
  const set = {
    ENVIRONMENT: 'production',
    JWT_SECRET: 'Zx81-kLm3-Qw7e-Rt5y-Uo9p-Bn2v-Hg',
    AGENT_KEYS: 'blue-heron-77',
    ADMIN_PASSWORD: 'correct horse battery',
  }

  it('[X146] starts with its secrets and lists those that are missing', () => {
    expect(faults(set)).toEqual([])
    expect(faults({ ...set, AGENT_KEYS: '', AGENT_KEYS_FILE: '/run/keys' })).toEqual([])
    expect(faults({ ENVIRONMENT: 'production' })).toEqual([
      expect.stringMatching(/^JWT_SECRET must be set in production/),
      expect.stringMatching(/^AGENT_KEYS or AGENT_KEYS_FILE must be set in production/),
      expect.stringMatching(/^ADMIN_PASSWORD must be set in production/),
    ])
  })

  it('[X146] a weak secret is reported once, beside every other fault', () => {
    const found = faults({ ...set, JWT_SECRET: 'weak', ARCP_PORT: 'x' })
    expect(found).toHaveLength(2)
    expect(found.filter((line) => line.startsWith('JWT_SECRET'))).toHaveLength(1)
  })

  it.each([
    'ARCP',
    'short-1',
    'password',
    'Password123',
    'admin2026',
    'changeme',
    '12345678',
    'aaaaaaaaaa',
    'arcparcp',
  ])('[X146] refuses %j as the password of the administrator, without repeating it', (ADMIN_PASSWORD) => {
    const [line = '', ...more] = faults({ ...set, ADMIN_PASSWORD })
    expect([line.startsWith('ADMIN_PASSWORD '), more]).toEqual([true, []])
    expect(line).not.toContain(ADMIN_PASSWORD)
    expect(faults({ ADMIN_PASSWORD })).toEqual([])
  })

  it('[X146] refuses the name of the administrator as the password', () => {
    const ADMIN_USERNAME = 'operations@example.org'
    expect(faults({ ...set, ADMIN_USERNAME, ADMIN_PASSWORD: 'Operations@example.org' })).toHaveLength(1)
    expect(faults({ ...set, ADMIN_USERNAME })).toEqual([])
  })

  it.each([
    ['[X146]', 'JWT_SECRET', 's'.repeat(40), 'change-me-change-me-change-me-now', 'your-secret-key-of-32-characters-x'],
    ['[X147]', 'AGENT_KEYS', 'test-agent-001', 'good-hare-0417,test-agent-002', 'changeme-2024', '1111111111'],
    ['[X146]', 'METRICS_SCRAPE_TOKEN', 'default-scrape-token'],
  ])('%s %s that others know or can guess is refused, and not in development', (_id, name, ...values) => {
    for (const value of values) {
      const refused = faults({ ...set, [name]: value })
      expect([value, refused]).toEqual([value, [expect.stringMatching(new RegExp(`^${name} holds one that others`))]])
      expect(refused.join()).not.toContain(value)
      expect(faults({ [name]: value })).toEqual([])
    }
  })

  it('[X146] a secret that was made is never taken for one that was copied', () => {
    // As good as random, and the same in every run.
    const made = (what: string): Buffer => createHash('sha512').update(what).digest()
    for (let round = 0; round < 2000; round += 1) {
      const JWT_SECRET = made(`secret ${round}`).subarray(0, 36).toString('base64url')
      const AGENT_KEYS = made(`key ${round}`).subarray(0, 12).toString('hex')
      expect([JWT_SECRET, faults({ ...set, JWT_SECRET, AGENT_KEYS })]).toEqual([JWT_SECRET, []])
    }
  })
})
