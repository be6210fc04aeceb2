// The two connections to Redis, one for commands and one that listens. A command that got no answer is never sent
// again: whether it was carried out is not known, and the caller must be told so.

import { createHash } from 'node:crypto'

import { Redis } from 'ioredis'

import { err, ok, type Result } from '../../kernel/result.ts'

export interface RedisAddress {
  readonly url: string
  /** Hash tag of every key (`REDIS_PREFIX`). */
  readonly prefix: string
}

export interface Connection {
  /** Runs a script on the keys of this prefix. Rejects when there is no answer in time. */
  readonly run: (script: string, ...args: readonly string[]) => Promise<unknown>
  readonly commands: Redis
  readonly subscriber: Redis
  readonly channel: string
  readonly key: string
  /** Its address, without user and password. */
  readonly address: string
  /** Why there is no answer, in words; `cause` is what the command failed with. */
  readonly reason: (cause: unknown) => string
  /** Whether Redis answered, and what it was asked for is at fault: a record it holds, or what this user may do. */
  readonly isRefusal: (cause: unknown) => boolean
  /** Cuts the listening connection; it is made anew. Cut, not ended: nobody may be there to end it with. */
  readonly listenAgain: () => void
  readonly close: () => void
}

/** A command without an answer for so long counts as not answered, in milliseconds. */
const COMMAND_TIMEOUT_MS = 2000
const CONNECT_TIMEOUT_MS = 3000

const options = (random: () => number) => ({
  protocol: 2 as const,
  lazyConnect: true,
  connectTimeout: CONNECT_TIMEOUT_MS,
  commandTimeout: COMMAND_TIMEOUT_MS,
  // Said at once instead of being queued: the caller answers 503 and nothing is done behind its back.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  keepAlive: 10_000,
  retryStrategy: (times: number) => Math.min(1000, 50 * 2 ** Math.min(times, 5)) * (0.5 + random() / 2),
})

/** @returns one line that says why Redis cannot be used, and what to do */
export const connect = async (
  { url, prefix }: RedisAddress,
  random: () => number,
): Promise<Result<Connection, string>> => {
  const parsed = parseUrl(url)
  if (parsed === undefined) {
    return err(
      'REDIS_URL is no address: it looks like redis://user:password@host:6379/0, with what is special in a password as %40',
    )
  }
  const commands = new Redis(url, options(random))
  const subscriber = new Redis(url, { ...options(random), autoResubscribe: true })
  let reason = ''
  for (const each of [commands, subscriber]) {
    each.on('error', (cause: Error) => {
      reason = describe(cause)
    })
  }
  const close = (): void => {
    commands.disconnect()
    subscriber.disconnect()
  }
  try {
    await commands.connect()
    // The library goes on with database 0 when it was refused another one.
    await commands.select(commands.options.db ?? 0)
    const fault = await unusable(commands)
    if (fault !== undefined) {
      close()
      return err(`Redis at ${shownAddress(url)} ${fault}`)
    }
    await subscriber.connect()
  } catch (cause) {
    close()
    const why = reason === '' ? describe(cause) : reason
    return err(`Redis at ${shownAddress(url)} cannot be used (${why}): ${advice(why, url)}`)
  }
  const key = `{${prefix}}`
  return ok({
    run: runner(commands, key),
    commands,
    subscriber,
    channel: `${key}:changes`,
    key,
    address: shownAddress(url),
    reason: (cause) => (commands.status === 'ready' || reason === '' ? describe(cause) : reason),
    isRefusal,
    listenAgain: () => subscriber.stream.destroy(),
    close,
  })
}

// EVALSHA first; a Redis that does not know the script has not run it, so sending it whole is safe.
const runner = (commands: Redis, key: string): Connection['run'] => {
  const digests = new Map<string, string>()
  return async (script, ...args) => {
    const digest = digests.get(script) ?? createHash('sha1').update(script).digest('hex')
    digests.set(script, digest)
    try {
      return await commands.evalsha(digest, 1, key, ...args)
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause
      if (cause.message.startsWith('NOSCRIPT')) return commands.eval(script, 1, key, ...args)
      // What waits behind a command without an answer would pile up, and be carried out long after it was refused.
      if (cause.message === 'Command timed out') commands.stream.destroy()
      throw cause
    }
  }
}

const unusable = async (commands: Redis): Promise<string | undefined> => {
  const role = /^role:(\S+)/m.exec(await commands.info('replication'))?.[1]
  if (role !== undefined && role !== 'master') {
    return `is a replica, which takes no writes: point REDIS_URL at the primary`
  }
  const version = /^redis_version:(\d+)\.(\d+)/m.exec(await commands.info('server'))
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)]
  if (major < 6 || (major === 6 && minor < 2)) return `is version ${major}.${minor}: 6.2 or newer is needed`
  return undefined
}

/** What a Redis that works may still cost, each in one line that says what to set. */
export const riskyBecause = async (
  { commands }: { readonly commands: { readonly info: (section: string) => Promise<string> } },
  url: string,
): Promise<string[]> => {
  const info = `${await commands.info('persistence')}\n${await commands.info('memory')}`
  const value = (name: string): string | undefined => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1]
  const policy = value('maxmemory_policy')
  return [
    ...(value('aof_enabled') === '0'
      ? ['appendonly is no, so what it acknowledged is lost when it ends: set appendonly yes']
      : []),
    ...(policy !== undefined && policy !== 'noeviction'
      ? [`maxmemory-policy is ${policy}, so it drops keys when its memory is full: set noeviction`]
      : []),
    ...(isOpenToOthers(url)
      ? ['it is on another machine and asks for no password: set one, and REDIS_URL with it']
      : []),
  ]
}

const isOpenToOthers = (url: string): boolean => {
  const { hostname, password } = new URL(url)
  return password === '' && !/^(localhost|127\..*|\[::1\])$/.test(hostname)
}

/** The answers of a Redis that cannot serve, in words. */
const IN_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(Stream isn't writeable|Connection is closed)/, 'the connection was lost'],
  [/^Command timed out/, 'no answer in time'],
  [/^OOM /, 'it is full: raise maxmemory, or free memory'],
  [/^READONLY /, 'it is a replica now, which takes no writes'],
  [/^LOADING /, 'it is still reading its data'],
  [/^MISCONF /, 'it cannot write to its disk'],
  [/^BUSY /, 'it is busy with a script of somebody else'],
  [/^(NOAUTH|WRONGPASS) /, 'it asks for another password'],
  [/^NOREPLICAS /, 'it has fewer replicas than it must have'],
]

const isRefusal = (cause: unknown): boolean =>
  cause instanceof Error && cause.name === 'ReplyError' && !IN_WORDS.some(([pattern]) => pattern.test(cause.message))

const describe = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'unknown reason'
  const known = IN_WORDS.find(([pattern]) => pattern.test(cause.message))
  if (known !== undefined) return known[1]
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

const advice = (why: string, url: string): string => {
  if (url.startsWith('rediss:') && /TIMEDOUT|SSL|EPROTO|ECONNRESET|closed/i.test(why)) {
    return 'does this port speak TLS? Without it the address begins with redis://'
  }
  if (/password|WRONGPASS|NOAUTH/i.test(why)) return 'set user and password in REDIS_URL'
  if (/NOPERM/.test(why)) return 'the user needs the commands of scripting, hashes, sorted sets, streams and pub/sub'
  if (/DB index|out of range/i.test(why)) return 'choose a database that exists'
  return 'start it, or correct REDIS_URL; without REDIS_URL the hub keeps its agents in a file of its own'
}

const parseUrl = (url: string): URL | undefined => {
  try {
    const parsed = new URL(url)
    decodeURIComponent(`${parsed.username}${parsed.password}`)
    return parsed
  } catch {
    return undefined
  }
}

/** Without user and password. */
const shownAddress = (url: string): string => {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}
