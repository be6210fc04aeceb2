import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Random } from '../kernel/random.ts'
import type { Env } from './env.ts'
import { readConfig } from './load.ts'
import type { Config } from './options.ts'
import { prepareDataDir, readAgentKeys, resolveSecrets } from './secrets.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'arcp-secrets-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

const counting = (): Random => {
  let made = 0
  return {
    token: (bytes) => {
      made += 1
      return `${made}`.repeat(bytes).slice(0, bytes)
    },
  }
}

const configOf = (env: Env = {}): Config => {
  const config = readConfig({ ARCP_DATA_DIR: directory, ...env })
  if (!config.ok) throw new Error(config.error.join('\n'))
  return config.value
}

const password = { ADMIN_PASSWORD: 'correct horse battery' }
const file = (): string => join(directory, 'secrets.json')
const modeOf = (path: string): number => statSync(path).mode & 0o777

const resolved = (env: Env = {}, random = counting()) => {
  const secrets = resolveSecrets(configOf(env), random)
  if (!secrets.ok) throw new Error(secrets.error.join('\n'))
  return secrets.value
}

const faults = (env: Env = {}): readonly string[] => {
  const secrets = resolveSecrets(configOf(env), counting())
  return secrets.ok ? [] : secrets.error
}

describe('secrets', () => {
  it('development makes those that are missing, and shows them once they are kept', () => {
    const first = resolved()
    expect(first.fresh.map(([name]) => name)).toEqual(['JWT_SECRET', 'AGENT_KEYS', 'ADMIN_PASSWORD'])
    expect(first.jwtSecret.length).toBeGreaterThanOrEqual(32)
    expect(first.agentKeys).toHaveLength(1)
    expect(existsSync(file())).toBe(false)
    expect(first.keep()).toEqual({ ok: true, value: undefined })

    const second = resolved({}, counting())
    expect(second.fresh).toEqual([])
    expect([second.jwtSecret, second.agentKeys]).toEqual([first.jwtSecret, first.agentKeys])
  })

  it('[S15] the file can be read by its owner alone, whatever it was before', () => {
    writeFileSync(file(), '{}', { mode: 0o644 })
    chmodSync(file(), 0o644)
    resolved().keep()
    expect(modeOf(file())).toBe(0o600)
    expect(readdirSync(directory)).toEqual(['secrets.json'])
  })

  it('given secrets are taken as they are, nothing is made or written', () => {
    const given = resolved({ JWT_SECRET: 's'.repeat(40), AGENT_KEYS: 'key-number-1,key-number-2', ...password })
    expect(given).toMatchObject({ jwtSecret: 's'.repeat(40), agentKeys: ['key-number-1', 'key-number-2'], fresh: [] })
    given.keep()
    expect(existsSync(file())).toBe(false)
  })

  it('only what is missing is made, given ones are not written down', () => {
    const half = resolved({ JWT_SECRET: 's'.repeat(40) })
    expect(half.fresh.map(([name]) => name)).toEqual(['AGENT_KEYS', 'ADMIN_PASSWORD'])
    half.keep()
    expect(readFileSync(file(), 'utf8')).not.toContain('ssss')
    // Later without it: the secret is made then, and the key stays.
    const later = resolved()
    expect(later.fresh.map(([name]) => name)).toEqual(['JWT_SECRET'])
    expect([later.agentKeys, later.adminPassword]).toEqual([half.agentKeys, half.adminPassword])
    later.keep()
    expect(resolved().fresh).toEqual([])
  })

  it.each([
    '{',
    '',
    'null',
    '[]',
    '"x"',
    '{"JWT_SECRET":7}',
    '{"JWT_SECRET":""}',
    '{"JWT_SECRET":"short"}',
    '{"AGENT_KEYS":"short"}',
    '{"ADMIN_PASSWORD":""}',
  ])('a damaged file (%s) stops the start and stays as it is', (text) => {
    writeFileSync(file(), text)
    const [line = '', ...more] = faults()
    expect(more).toEqual([])
    expect(line).toContain(file())
    expect(line).toMatch(/damaged/)
    expect(readFileSync(file(), 'utf8')).toBe(text)
  })

  it('a damaged file does not matter where every secret is given', () => {
    writeFileSync(file(), '{')
    expect(faults({ JWT_SECRET: 's'.repeat(40), AGENT_KEYS: 'key-number-1', ...password })).toEqual([])
  })

  it('a directory that takes no file is told in one line, and leaves no draft', () => {
    mkdirSync(file())
    const [line = ''] = faults()
    expect(line).toContain('EISDIR')
    rmSync(file(), { recursive: true })
    const made = resolved()
    rmSync(directory, { recursive: true })
    expect(made.keep()).toMatchObject({ ok: false, error: expect.stringContaining('ENOENT') })
  })
})

describe('the data directory', () => {
  it('is made for its owner alone, with what leads to it', () => {
    const deep = join(directory, 'a', 'b')
    expect(prepareDataDir(deep).ok).toBe(true)
    expect(modeOf(deep)).toBe(0o700)
    expect(prepareDataDir(deep).ok).toBe(true)
  })

  it('says in one line why it cannot be', () => {
    const path = join(directory, 'file')
    writeFileSync(path, '')
    const below = prepareDataDir(join(path, 'below'))
    expect(below.ok ? '' : below.error).toMatch(/^ARCP_DATA_DIR ".*" cannot be written to \(E[A-Z]+\)/)
    expect(prepareDataDir(path)).toEqual({
      ok: false,
      error: `ARCP_DATA_DIR ${JSON.stringify(path)} is a file: set ARCP_DATA_DIR to a directory`,
    })
  })
})

describe('agent keys from a file', () => {
  const keysFrom = (text: string, env: Env = {}) => {
    const path = join(directory, 'keys')
    writeFileSync(path, text)
    return readAgentKeys(configOf({ AGENT_KEYS_FILE: path, ...env }))
  }

  it('one a line; blank lines and comments do not count; those of AGENT_KEYS come first', () => {
    const text = '# agents of team a\nkey-number-1\r\n\n  key,with,commas  \n#key-number-9\n'
    expect(keysFrom(text)).toEqual({ ok: true, value: ['key-number-1', 'key,with,commas'] })
    expect(keysFrom('key-number-2', { AGENT_KEYS: 'key-number-1' })).toEqual({
      ok: true,
      value: ['key-number-1', 'key-number-2'],
    })
  })

  it('[S15] a key of the wrong length is reported without itself', () => {
    const read = keysFrom(`key-number-1\nshort\n${'k'.repeat(201)}\n`)
    expect(read).toEqual({ ok: false, error: [expect.stringContaining('2 key(s)')] })
    expect(JSON.stringify(read)).not.toContain('short"')
  })

  it('a file that holds none, or is missing, stops the start', () => {
    expect(keysFrom('# none\n')).toEqual({ ok: false, error: [expect.stringContaining('holds no key')] })
    const missing = readAgentKeys(configOf({ AGENT_KEYS_FILE: join(directory, 'nowhere') }))
    expect(missing).toEqual({ ok: false, error: [expect.stringContaining('ENOENT')] })
  })
})
