// Secrets that development makes for itself: kept in ARCP_DATA_DIR/secrets.json (mode 0600), reported as fresh once.

import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Random } from '../kernel/random.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { Config } from './options.ts'

export interface Secrets {
  readonly jwtSecret: string
  readonly agentKeys: readonly string[]
  /** What was made by this start and must be shown once, name and value. */
  readonly fresh: readonly (readonly [name: string, value: string])[]
}

const FILE = 'secrets.json'
/** As the `agent_key` of a request: 10 to 200 code points. */
const KEY_LENGTH = /^.{10,200}$/u

/** @returns one line that says what to do, when the directory cannot be made or written to */
export const prepareDataDir = (directory: string): Result<void, string> => {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    accessSync(directory, constants.W_OK | constants.X_OK)
    return ok(undefined)
  } catch (cause) {
    return err(
      `ARCP_DATA_DIR ${JSON.stringify(directory)} cannot be written to (${reason(cause)}): ` +
        'make it writable for this user, or set ARCP_DATA_DIR to a directory that is',
    )
  }
}

/** Resolves the secrets of the configuration; in development the missing ones are made and kept. */
export const resolveSecrets = (config: Config, random: Random): Result<Secrets, readonly string[]> => {
  const keys = readAgentKeys(config)
  if (!keys.ok) return keys
  const missing = [config.JWT_SECRET === '' ? 'JWT_SECRET' : '', keys.value.length === 0 ? 'AGENT_KEYS' : ''].filter(
    (name) => name !== '',
  )
  if (missing.length === 0) return ok({ jwtSecret: config.JWT_SECRET, agentKeys: keys.value, fresh: [] })
  if (config.ENVIRONMENT === 'production') {
    return err(missing.map((name) => `${name} must be set in production: no secret is made there`))
  }
  const path = join(config.ARCP_DATA_DIR, FILE)
  const kept = readKept(path)
  if (!kept.ok) return err([kept.error])
  const made: Record<string, string> = {}
  const secret = (name: string, make: () => string): string => kept.value[name] ?? (made[name] = make())
  const jwtSecret = config.JWT_SECRET === '' ? secret('JWT_SECRET', () => random.token(48)) : config.JWT_SECRET
  const agentKeys = keys.value.length === 0 ? [secret('AGENT_KEYS', () => `dev-${random.token(18)}`)] : keys.value
  const fresh = Object.entries(made)
  if (fresh.length > 0) {
    const written = keep(path, { ...kept.value, ...made })
    if (!written.ok) return err([written.error])
  }
  return ok({ jwtSecret, agentKeys, fresh })
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
    return ok([...config.AGENT_KEYS, ...keys])
  } catch (cause) {
    return err([`AGENT_KEYS_FILE ${JSON.stringify(path)} cannot be read (${reason(cause)})`])
  }
}

const readKept = (path: string): Result<Readonly<Record<string, string>>, string> => {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof parsed !== 'object' || parsed === null) return err(damaged(path))
    const entries = Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    return ok(Object.fromEntries(entries))
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? ok({}) : err(damaged(path))
  }
}

const damaged = (path: string): string =>
  `${path} cannot be read as JSON: mend it, or remove it to have new secrets made (agents then need the new key)`

const keep = (path: string, secrets: Readonly<Record<string, string>>): Result<void, string> => {
  try {
    writeFileSync(path, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 })
    return ok(undefined)
  } catch (cause) {
    return err(`${path} cannot be written (${reason(cause)})`)
  }
}

const reason = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
