// From the environment to a running hub, and from a signal to a stopped one.

import { resolve } from 'node:path'

import { banner } from './banner.ts'
import type * as Composed from './compose.ts'
import type { Hub } from './compose.ts'
import { processEnv, readConfig, setHeaderLimit } from './config/load.ts'
import type { Config } from './config/options.ts'
import { reviewEnv } from './config/review-env.ts'
import { prepareDataDir, readAgentKeys, resolveSecrets } from './config/secrets.ts'
import { readTls } from './config/tls.ts'
import { createLogBook } from './domain/log-book.ts'
import type { Logger } from './kernel/logger.ts'
import { systemRandom } from './kernel/random.ts'
import { feedLogBook } from './telemetry/log-entries.ts'
import { createLogger } from './telemetry/logger.ts'

export interface RunOptions {
  readonly version: string
  readonly refuse: (lines: readonly string[]) => never
}

export const run = async ({ version, refuse }: RunOptions): Promise<void> => {
  const env = processEnv()
  if (!env.ok) return refuse(env.error)
  const read = readConfig(env.value)
  if (!read.ok) return refuse(read.error)
  const config = read.value
  const directory = prepareDataDir(config.ARCP_DATA_DIR)
  if (!directory.ok) return refuse([directory.error])
  const secrets = resolveSecrets(config, systemRandom)
  if (!secrets.ok) return refuse(secrets.error)

  const tls = readTls(config)
  if (!tls.ok) return refuse([tls.error])

  const pretty = config.ARCP_LOG_FORMAT === 'pretty' || (config.ARCP_LOG_FORMAT === 'auto' && process.stdout.isTTY)
  const logs = createLogBook({
    maxEntries: config.DASHBOARD_LOG_BUFFER_MAXLEN,
    maxMessage: config.DASHBOARD_LOG_MESSAGE_MAXLEN,
  })
  const logger = createLogger({ level: config.LOG_LEVEL, pretty, tap: feedLogBook(logs) })
  onFaults(logger)
  const host =
    config.ARCP_HOST === '' ? (config.ENVIRONMENT === 'development' ? '127.0.0.1' : '0.0.0.0') : config.ARCP_HOST

  // The transport reads this limit when it is loaded, so the hub is loaded after it is set.
  setHeaderLimit(config.MAX_HEADER_SIZE)
  const composed = await import('./compose.ts').catch((cause: unknown) => cause)
  if (!hasStartHub(composed)) {
    return refuse([
      `the WebSocket library does not load on Node ${process.versions.node}: run the hub with Node 22 ` +
        `(${composed instanceof Error ? composed.message.split('\n')[0] : 'unknown reason'})`,
    ])
  }
  const hub = await composed.startHub({ config, secrets: secrets.value, logger, logs, version, host, tls: tls.value })
  if (!hub.ok) {
    const { error } = hub
    return refuse([error.kind === 'store' ? error.reason : listenFault(error.code, host, config.ARCP_PORT)])
  }
  const kept = secrets.value.keep()
  if (!kept.ok) return refuse([kept.error])
  onSignals(hub.value, config, logger)

  const shownHost = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  const url = `${tls.value === undefined ? 'http' : 'https'}://${shownHost.includes(':') ? `[${shownHost}]` : shownHost}:${hub.value.port}`
  const shown = banner({
    version,
    url,
    dataDir: config.ARCP_DATA_DIR,
    dataPath: resolve(config.ARCP_DATA_DIR),
    store: hub.value.store,
    fresh: secrets.value.fresh,
    admin: { user: config.ADMIN_USERNAME, passwordFromEnvironment: config.ADMIN_PASSWORD !== '' },
    keyFromEnvironment: config.AGENT_KEYS.length > 0 || config.AGENT_KEYS_FILE !== '',
  })
  // In production JSON lines are read by programs, and nothing was made that must be shown.
  if (pretty || config.ENVIRONMENT !== 'production') process.stdout.write(shown)
  if (config.ENVIRONMENT === 'production' && config.TRUSTED_HOSTS.length === 0) {
    logger.warn('hosts_not_checked', { reason: 'TRUSTED_HOSTS is not set: the hub answers to any Host' })
  }
  for (const { event, name, reason } of reviewEnv(env.value).notices) logger.warn(event, { setting: name, reason })
  const { kind: store, agents } = hub.value.store
  logger.info('listening', { url, version, environment: config.ENVIRONMENT, store, agents, pid: process.pid })
}

const listenFault = (code: string, host: string, port: number): string => {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use by another program: stop that, or set ARCP_PORT (0 takes a free port)`
    case 'EADDRNOTAVAIL':
      return `${host} is not an address of this machine: set ARCP_HOST to one that is, or to 0.0.0.0 for all`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is not a known host name: set ARCP_HOST to an address of this machine, or to 0.0.0.0 for all`
    case 'EACCES':
      return `this user may not take port ${port} on ${host}: set ARCP_PORT to 1024 or more`
    default:
      return `port ${port} on ${host} cannot be taken (${code}): set ARCP_PORT or ARCP_HOST`
  }
}

// The transport's library is native: on a Node it was not built for, loading it throws.
const hasStartHub = (module: unknown): module is typeof Composed =>
  typeof module === 'object' && module !== null && 'startHub' in module

/** The first SIGTERM or SIGINT drains, the second ends the process at once; SIGHUP reads the agent keys again. */
const onSignals = (hub: Hub, config: Config, logger: Logger): void => {
  const drain = async (): Promise<void> => {
    logger.info('draining', { deadline_s: config.DRAIN_DEADLINE_S })
    await hub.drain()
    logger.info('stopped')
    process.exit(0)
  }
  let asked = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(1)
      asked = true
      void drain()
    })
  }
  process.on('SIGHUP', () => {
    if (config.AGENT_KEYS_FILE === '')
      return logger.info('agent_keys_unchanged', { reason: 'AGENT_KEYS_FILE is not set' })
    const keys = readAgentKeys(config)
    if (!keys.ok) return logger.error('agent_keys_not_read', { reason: keys.error.join('; ') })
    hub.replaceAgentKeys(keys.value)
    logger.info('agent_keys_read', { keys: keys.value.length })
  })
  // Without a listener Node opens its inspector on this signal.
  process.on('SIGUSR1', () => logger.warn('signal_ignored', { signal: 'SIGUSR1' }))
}

/** A bug that nobody caught: said once, with its stack, and the process ends. */
const onFaults = (logger: Logger): void => {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (cause: unknown) => {
      logger.error(event === 'uncaughtException' ? 'uncaught_exception' : 'unhandled_rejection', {}, cause)
      process.exit(1)
    })
  }
}
