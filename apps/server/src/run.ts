// From the environment to a running hub, and from a signal to a stopped one.

import { relative } from 'node:path'

import { banner } from './banner.ts'
import type * as Composed from './compose.ts'
import { helpText } from './config/help.ts'
import { processEnv, readConfig, setHeaderLimit } from './config/load.ts'
import { prepareDataDir, readAgentKeys, resolveSecrets } from './config/secrets.ts'
import { systemRandom } from './kernel/random.ts'
import { createLogger } from './telemetry/logger.ts'

export interface RunOptions {
  readonly version: string
  readonly wantsHelp: boolean
  readonly refuse: (lines: readonly string[]) => never
}

export const run = async ({ version, wantsHelp, refuse }: RunOptions): Promise<void> => {
  if (wantsHelp) {
    process.stdout.write(helpText())
    return
  }
  const read = readConfig(processEnv())
  if (!read.ok) return refuse(read.error)
  const config = read.value
  const directory = prepareDataDir(config.ARCP_DATA_DIR)
  if (!directory.ok) return refuse([directory.error])
  const secrets = resolveSecrets(config, systemRandom)
  if (!secrets.ok) return refuse(secrets.error)

  const pretty = config.ARCP_LOG_FORMAT === 'pretty' || (config.ARCP_LOG_FORMAT === 'auto' && process.stdout.isTTY)
  const logger = createLogger({ level: config.LOG_LEVEL, pretty })
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
  const hub = await composed.startHub({ config, secrets: secrets.value, logger, version, host })
  if (!hub.ok) {
    return refuse([
      `port ${config.ARCP_PORT} on ${host} cannot be taken: another program listens there, or the address is not of ` +
        'this machine. Stop that program, or set ARCP_PORT (0 takes a free port) or ARCP_HOST',
    ])
  }

  const shownHost = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  const url = `http://${shownHost.includes(':') ? `[${shownHost}]` : shownHost}:${hub.value.port}`
  process.stdout.write(
    banner({
      version,
      url,
      dataDir: relative(process.cwd(), config.ARCP_DATA_DIR) || config.ARCP_DATA_DIR,
      fresh: secrets.value.fresh,
      keyFromEnvironment: config.AGENT_KEYS.length > 0 || config.AGENT_KEYS_FILE !== '',
    }),
  )
  logger.info('listening', { url, version, environment: config.ENVIRONMENT, store: 'memory', pid: process.pid })

  onSignals(async () => {
    logger.info('draining', { deadline_s: config.DRAIN_DEADLINE_S })
    await hub.value.drain()
    logger.info('stopped')
    process.exit(0)
  })
  process.on('SIGHUP', () => {
    const keys = readAgentKeys(config)
    if (!keys.ok) return logger.error('agent_keys_not_read', { reason: keys.error.join('; ') })
    if (config.AGENT_KEYS_FILE !== '') hub.value.replaceAgentKeys(keys.value)
    logger.info('agent_keys_read', { keys: keys.value.length })
  })
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (cause: unknown) => {
      logger.error(event === 'uncaughtException' ? 'uncaught_exception' : 'unhandled_rejection', {}, cause)
      process.exit(1)
    })
  }
}

// The transport's library is native: on a Node it was not built for, loading it throws.
const hasStartHub = (module: unknown): module is typeof Composed =>
  typeof module === 'object' && module !== null && 'startHub' in module

/** The first SIGTERM or SIGINT drains, the second ends the process at once. */
const onSignals = (drain: () => Promise<void>): void => {
  let asked = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(1)
      asked = true
      void drain()
    })
  }
}
