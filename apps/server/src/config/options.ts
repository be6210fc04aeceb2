// Every setting of the hub, in one table: environment, `.env`, `--help` and docs/configuration.md come from it.

import { keys, administrators, who, tls, origins } from './access-options.ts'
import { hub, store, stopping, logs } from './hub-options.ts'
import { search, outbound, insight } from './service-options.ts'
import { life, webSocket, webSocketLimits, limits } from './traffic-options.ts'
import type { Option } from './option.ts'

/** By the headings they are shown under. */
export const OPTION_GROUPS = {
  Hub: hub,
  Store: store,
  'Keys and tokens': keys,
  Administrators: administrators,
  Life: life,
  WebSocket: webSocket,
  'WebSocket limits': webSocketLimits,
  Limits: limits,
  'Origins and proxies': origins,
  'Who is served': who,
  TLS: tls,
  Search: search,
  'Calls to agents': outbound,
  Stopping: stopping,
  'What operators see': insight,
  Logs: logs,
} as const

export const OPTIONS = {
  ...hub,
  ...store,
  ...keys,
  ...administrators,
  ...life,
  ...webSocket,
  ...webSocketLimits,
  ...limits,
  ...origins,
  ...who,
  ...tls,
  ...search,
  ...outbound,
  ...stopping,
  ...insight,
  ...logs,
} as const

type ValueOf<O> = O extends Option<infer T> ? T : never

export type Config = { readonly [K in keyof typeof OPTIONS]: ValueOf<(typeof OPTIONS)[K]> }
export type OptionName = keyof typeof OPTIONS
