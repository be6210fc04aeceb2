// Reads the configuration: the only reader of process.env. Every bad variable is reported at once.

import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

import { err, ok, type Result } from '../kernel/result.ts'
import { embeddingFaults } from './embedding-faults.ts'
import { isSet, type Env } from './env.ts'
import { KNOWN_SETTINGS } from './known-settings.ts'
import type { Option } from './option.ts'
import { OPTIONS, type Config } from './options.ts'
import { reviewEnv } from './review-env.ts'
import { weakSecrets } from './weak-secrets.ts'

/** One line per bad variable; values of secrets are never repeated. */
export type ConfigFaults = readonly string[]

const table: readonly (readonly [string, Option<unknown>])[] = Object.entries(OPTIONS)

/**
 * Reads every option from `env`. An empty value counts as not set.
 *
 * @returns the whole configuration, or every fault at once
 */
export const readConfig = (env: Env): Result<Config, ConfigFaults> => {
  const faults: string[] = []
  const values = new Map<string, unknown>()
  for (const [name, option] of table) {
    const source = [name, option.inherits].find((key) => key !== undefined && isSet(env, key))
    if (source === undefined) {
      values.set(name, option.fallback)
      continue
    }
    const read = option.read((env[source] ?? '').trim())
    if (read.ok) values.set(name, read.value)
    // An inherited value is reported once, under the name it was set by.
    else if (source === name) faults.push(faultLine(name, option, env[name] ?? ''))
    // What is known and not honoured may hold what this option does not take.
    else if (KNOWN_SETTINGS.has(source)) values.set(name, option.fallback)
  }
  faults.push(...reviewEnv(env).refusals, ...missingSecrets(values), ...weakSecrets(values), ...weakPassword(values))
  faults.push(...embeddingFaults(values))
  if (faults.length > 0) return err(faults)
  const config = Object.fromEntries(values)
  if (!isConfig(config)) throw new Error('an option of the table was not read')
  return ok(config)
}

// Where several hubs must agree, or nobody looks at the terminal, no secret is made.
const missingSecrets = (values: ReadonlyMap<string, unknown>): ConfigFaults => {
  const where = secretsMustBeSet(values)
  if (where === undefined) return []
  const keys = values.get('AGENT_KEYS')
  const missing = [
    ...(values.get('JWT_SECRET') === '' ? ['JWT_SECRET'] : []),
    ...(Array.isArray(keys) && keys.length === 0 && values.get('AGENT_KEYS_FILE') === ''
      ? ['AGENT_KEYS or AGENT_KEYS_FILE']
      : []),
    ...(values.get('ADMIN_PASSWORD') === '' ? ['ADMIN_PASSWORD'] : []),
  ]
  return missing.map((name) => `${name} must be set ${where}; "openssl rand -base64 48" makes a good one`)
}

/** What everybody tries first. */
const WEAK =
  /^(?:(?:arcp|admin|administrator|root|pass|password|changeme|letmein|secret|qwerty|welcome)+[\d!._-]*|\d{1,12}|(.)\1*)$/i
const PASSWORD_MIN = 8

const weakPassword = (values: ReadonlyMap<string, unknown>): ConfigFaults => {
  const password = values.get('ADMIN_PASSWORD')
  if (values.get('ENVIRONMENT') !== 'production' || typeof password !== 'string' || password === '') return []
  if (password.length < PASSWORD_MIN) {
    return [`ADMIN_PASSWORD must have at least ${PASSWORD_MIN} characters in production`]
  }
  const guessed = WEAK.test(password) || password.toLowerCase() === String(values.get('ADMIN_USERNAME')).toLowerCase()
  return guessed
    ? ['ADMIN_PASSWORD is one of those that are tried first; "openssl rand -base64 18" makes a good one']
    : []
}

const secretsMustBeSet = (values: ReadonlyMap<string, unknown>): string | undefined => {
  if (values.get('ENVIRONMENT') === 'production') return 'in production, where none is made'
  const redis = values.get('REDIS_URL') !== '' || values.get('REDIS_HOST') !== ''
  return redis ? 'with Redis, where every hub needs the same' : undefined
}

// Each value was read by its own option above, so that every name being there makes it whole.
const isConfig = (values: object): values is Config => table.every(([name]) => Object.hasOwn(values, name))

const faultLine = (name: string, option: Option<unknown>, value: string): string => {
  const got = option.secret ? '' : `, not ${JSON.stringify(value.slice(0, 60))}`
  return `${name} must be ${option.accepts}${got}`
}

/** The process' environment, with `.env` of the working directory filling in what is not set. */
export const processEnv = (): Result<Env, ConfigFaults> => {
  const file = readEnvFile()
  if (!file.ok) return file
  const set = Object.entries(process.env).filter(([name]) => isSet(process.env, name))
  return ok({ ...file.value, ...Object.fromEntries(set) })
}

const readEnvFile = (): Result<Env, ConfigFaults> => {
  try {
    return ok(parseEnv(readFileSync('.env', 'utf8')))
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
    if (code === 'ENOENT') return ok({})
    return err([`.env in the working directory cannot be read (${code}): make it a readable file, or remove it`])
  }
}

/** Heads that are this much above the hub's limit are answered by the hub, with a problem document. */
const HEADER_MARGIN = 8192

/**
 * uWebSockets.js reads its own header limit from the environment when it is loaded. What it refuses gets a page of its
 * own, so its limit lies above the hub's.
 */
export const setHeaderLimit = (bytes: number): void => {
  process.env['UWS_HTTP_MAX_HEADERS_SIZE'] = String(bytes + HEADER_MARGIN)
}
