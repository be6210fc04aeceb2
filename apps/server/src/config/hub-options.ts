// What a hub is, where it keeps what, how it stops, what it writes.

import { bytes, choice, integer, interval, list, text } from './option.ts'

const NO_RESUME_YET = 'Kept, and not asked for yet: this version has no resume.'

export const hub = {
  ENVIRONMENT: choice({
    choices: ['development', 'testing', 'production'],
    fallback: 'development',
    text: 'In development missing secrets are made, only this machine can connect, and localhost pages are trusted.',
  }),
  ARCP_HOST: text({
    fallback: '',
    shown: '127.0.0.1 in development, else 0.0.0.0',
    pattern: /^[A-Za-z0-9.:_-]+$/,
    accepts: 'a host name or address',
    text: 'Address the hub listens on.',
  }),
  ARCP_PORT: integer({ fallback: 8001, min: 0, max: 65_535, text: 'Port the hub listens on; 0 takes a free one.' }),
  ALLOWED_AGENT_TYPES: list({
    fallback: ['security', 'monitoring', 'automation', 'networking', 'testing'],
    item: /^[A-Za-z0-9_-]{2,50}$/,
    accepts: 'a comma list of types, each 2-50 of A-Z a-z 0-9 _ -',
    text: 'Agent types that may register.',
  }),
} as const

export const store = {
  ARCP_DATA_DIR: text({
    fallback: '.data',
    accepts: 'a directory',
    text: 'Directory for what the hub keeps: its agents, generated secrets.',
  }),
  ARCP_STORE: choice({
    choices: ['sqlite', 'memory'],
    fallback: 'sqlite',
    text: 'Where agents are kept: arcp.sqlite in ARCP_DATA_DIR, or memory, which forgets them when the hub stops.',
  }),
  SQLITE_SYNCHRONOUS: choice({
    choices: ['full', 'normal'],
    fallback: 'full',
    text:
      'full: what was answered survives a power cut. normal: it survives the end of the process, a power cut may ' +
      'cost the last commits, and the history starts anew unless the hub was stopped in order.',
  }),
  REDIS_URL: text({
    fallback: '',
    shown: 'none',
    secret: true,
    pattern: /^rediss?:\/\/\S+$/,
    accepts: 'an address like redis://user:password@host:6379/0',
    text: 'Redis in which several hubs keep their agents together. Set, it is the store.',
  }),
  REDIS_HOST: text({
    fallback: '',
    shown: 'none',
    accepts: 'a host name',
    text: 'Host of Redis, where REDIS_URL is not set.',
  }),
  REDIS_PORT: integer({ fallback: 6379, min: 1, max: 65_535, text: 'Port of Redis on REDIS_HOST.' }),
  REDIS_DB: integer({ fallback: 0, min: 0, max: 10_000, text: 'Database of Redis on REDIS_HOST.' }),
  REDIS_PASSWORD: text({
    fallback: '',
    shown: 'none',
    secret: true,
    accepts: 'a password',
    text: 'Password of Redis on REDIS_HOST.',
  }),
  REDIS_PREFIX: text({
    fallback: 'arcp',
    pattern: /^[A-Za-z0-9_.-]{1,64}$/,
    accepts: '1-64 of A-Z a-z 0-9 _ . -',
    text: 'Hubs with the same prefix in the same Redis are one cluster.',
  }),
  CHANGE_HISTORY: integer({
    fallback: 100_000,
    min: 10,
    max: 10_000_000,
    text: `Changes kept in the history. ${NO_RESUME_YET}`,
  }),
  CHANGE_HISTORY_BYTES: bytes(67_108_864, 65_536, `Bytes of changes kept in the history. ${NO_RESUME_YET}`),
  TOMBSTONES_MAX: integer({
    fallback: 200_000,
    min: 100,
    max: 100_000_000,
    text: 'Removed agent ids that are remembered, each for at most 30 days.',
  }),
} as const

export const stopping = {
  DRAIN_DEADLINE_S: interval(30, 'Seconds a stopping hub waits at most.'),
  DRAIN_SPREAD_S: interval(10, 'Seconds over which a stopping hub spreads the closing of its sockets.'),
} as const

export const logs = {
  LOG_LEVEL: choice({
    choices: ['debug', 'info', 'warn', 'error'],
    fallback: 'info',
    aliases: { warning: 'warn', critical: 'error' },
    text: 'Least important log line that is written; WARNING and CRITICAL count as warn and error.',
  }),
  ARCP_LOG_FORMAT: choice({
    choices: ['auto', 'json', 'pretty'],
    fallback: 'auto',
    inherits: 'LOG_FORMAT',
    text: 'auto is pretty on a terminal and JSON lines everywhere else.',
  }),
} as const
