// Secrets that development makes for itself: kept in ARCP_DATA_DIR/secrets.json (mode 0600), reported as fresh once.

import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import type { Random } from '../kernel/random.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { OPTIONS, type Config } from './options.ts'
import { weakSecrets } from './weak-secrets.ts'

export interface Secrets {
  readonly jwtSecret: string
  readonly agentKeys: readonly string[]
  readonly adminPassword: string
  /** What was made by this start and must be shown once, name and value. */
  readonly fresh: readonly (readonly [name: string, value: string])[]
  /** Writes what was made to ARCP_DATA_DIR/secrets.json. */
  readonly keep: () => Result<void, string>
}

const FILE = 'secrets.json'
/** As the `agent_key` of a request: 10 to 200 code points. */
const KEY_LENGTH = /^.{10,200}$/u

// One level at a time: making all at once never returns below a file system that makes no directories (/proc).
const makeDirectory = (path: string): void => {
  if (existsSync(path)) return
  const parent = dirname(path)
  if (parent !== path) makeDirectory(parent)
  mkdirSync(path, { mode: 0o700 })
}

/** @returns one line that says what to do, when the directory cannot be made or written to */
export const prepareDataDir = (directory: string): Result<void, string> => {
  try {
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === false) {
      return err(`ARCP_DATA_DIR ${JSON.stringify(directory)} is a file: set ARCP_DATA_DIR to a directory`)
    }
    makeDirectory(resolve(directory))
    accessSync(directory, constants.W_OK | constants.X_OK)
    return ok(undefined)
  } catch (cause) {
    return err(
      `ARCP_DATA_DIR ${JSON.stringify(directory)} cannot be written to (${reason(cause)}): ` +
        'make it writable for this user, or set ARCP_DATA_DIR to a directory that is',
    )
  }
}

/**
 * Resolves the secrets of the configuration; in development the missing ones are made. What was made is on disk only
 * after `keep`: a hub that does not come up must not use up the one time its secrets are shown.
 */
export const resolveSecrets = (config: Config, random: Random): Result<Secrets, readonly string[]> => {
  const keys = readAgentKeys(config)
  if (!keys.ok) return keys
  const given = { jwtSecret: config.JWT_SECRET, agentKeys: keys.value, adminPassword: config.ADMIN_PASSWORD }
  if (given.jwtSecret !== '' && given.agentKeys.length > 0 && given.adminPassword !== '') {
    return ok({ ...given, fresh: [], keep: () => ok(undefined) })
  }
  const path = join(config.ARCP_DATA_DIR, FILE)
  const kept = readKept(path)
  if (!kept.ok) return err([kept.error])
  const made: Record<string, string> = {}
  const secret = (name: string, make: () => string): string => kept.value[name] ?? (made[name] = make())
  const jwtSecret = given.jwtSecret === '' ? secret('JWT_SECRET', () => random.token(48)) : given.jwtSecret
  const agentKeys =
    given.agentKeys.length === 0 ? [secret('AGENT_KEYS', () => `dev-${random.token(18)}`)] : given.agentKeys
  const adminPassword =
    given.adminPassword === '' ? secret('ADMIN_PASSWORD', () => random.token(15)) : given.adminPassword
  const fresh = Object.entries(made)
  const keep = () => (fresh.length === 0 ? ok(undefined) : write(path, { ...kept.value, ...made }))
  return ok({ jwtSecret, agentKeys, adminPassword, fresh, keep })
}

/** The agent keys of `AGENT_KEYS` and `AGENT_KEYS_FILE` together. */
export const readAgentKeys = (config: Config): Result<readonly string[], readonly string[]> => {
  const path = config.AGENT_KEYS_FILE
  if (path === '') return ok(config.AGENT_KEYS)
  try {
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.trim())
    const keys = lines.filter((line) => line !== '' && !line.startsWith('#'))
    const short = keys.filter((key) => !KEY_LENGTH.test(key)).length
    if (short > 0) return err([`AGENT_KEYS_FILE holds ${short} key(s) that are not 10-200 characters long`])
    if (keys.length + config.AGENT_KEYS.length === 0) {
      return err([`AGENT_KEYS_FILE ${JSON.stringify(path)} holds no key: put one agent key on each line`])
    }
    const weak = weakSecrets(
      new Map<string, unknown>([
        ['ENVIRONMENT', config.ENVIRONMENT],
        ['AGENT_KEYS_FILE', keys],
      ]),
    )
    return weak.length > 0 ? err(weak) : ok([...config.AGENT_KEYS, ...keys])
  } catch (cause) {
    return err([
      `AGENT_KEYS_FILE ${JSON.stringify(path)} cannot be read (${reason(cause)}): make it readable for this user, ` +
        'or set AGENT_KEYS instead',
    ])
  }
}

const readKept = (path: string): Result<Readonly<Record<string, string>>, string> => {
  const text = readText(path)
  if (!text.ok) return text
  if (text.value === undefined) return ok({})
  const kept = parseKept(text.value)
  return kept === undefined
    ? err(`${path} is damaged: mend it, or remove it to have new secrets made (agents then need the new key)`)
    : ok(kept)
}

const readText = (path: string): Result<string | undefined, string> => {
  try {
    return ok(readFileSync(path, 'utf8'))
  } catch (cause) {
    if (reason(cause) === 'ENOENT') return ok(undefined)
    return err(
      `${path} cannot be read (${reason(cause)}): make it readable for this user, or set ARCP_DATA_DIR to another directory`,
    )
  }
}

/** Undefined unless the text is an object of texts in which our secrets are as good as the environment's must be. */
const parseKept = (text: string): Readonly<Record<string, string>> | undefined => {
  const parsed = parseJson(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
  const entries = Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  if (entries.length < Object.keys(parsed).length) return undefined
  const kept = Object.fromEntries(entries)
  const { JWT_SECRET: secret, AGENT_KEYS: key, ADMIN_PASSWORD: password } = kept
  if (secret !== undefined && !OPTIONS.JWT_SECRET.read(secret).ok) return undefined
  if (password !== undefined && !OPTIONS.ADMIN_PASSWORD.read(password).ok) return undefined
  return key !== undefined && !KEY_LENGTH.test(key) ? undefined : kept
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** In one step, so that a crash leaves the old file or the new one, and never readable for others. */
const write = (path: string, secrets: Readonly<Record<string, string>>): Result<void, string> => {
  const draft = `${path}.${process.pid}.new`
  try {
    writeFileSync(draft, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 })
    renameSync(draft, path)
    return ok(undefined)
  } catch (cause) {
    rmSync(draft, { force: true })
    return err(`${path} cannot be written (${reason(cause)}): make room and make ARCP_DATA_DIR writable for this user`)
  }
}

const reason = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
