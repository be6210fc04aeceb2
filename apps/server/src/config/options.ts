// Every setting of the hub, in one table: environment, `.env`, `--help` and docs/configuration.md come from it.

import { isAddressRange, isHostPattern } from '../kernel/address.ts'
import {
  bytes,
  choice,
  connections,
  decimal,
  flag,
  integer,
  interval,
  list,
  minutes,
  text,
  type Option,
} from './option.ts'

/** Of one frame, head or body: it is held whole. */
const ONE_PIECE_MAX = 256 * 1024 ** 2
const NO_RESUME_YET = 'Kept, and not asked for yet: this version has no resume.'

const hub = {
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

const store = {
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

const keys = {
  AGENT_KEYS: list({
    fallback: [],
    shown: 'made in development, required in production',
    secret: true,
    item: /^.{10,200}$/u,
    accepts: 'a comma list of keys, each 10-200 characters',
    text: 'Keys that let agents register. Kept as digests only.',
  }),
  AGENT_KEYS_FILE: text({
    fallback: '',
    shown: 'none',
    accepts: 'a file name',
    text: 'File with one agent key per line, read again on SIGHUP: a key that is gone ends its agents.',
  }),
  AGENT_KEY_MAX_AGENTS: connections(0, 'Agents alive per key; 0 for no limit.'),
  JWT_SECRET: text({
    fallback: '',
    shown: 'made in development, required in production',
    secret: true,
    pattern: /^.{32,}$/,
    accepts: 'at least 32 characters',
    text: 'Secret that signs tokens. Every hub of a cluster needs the same.',
  }),
  JWT_ALGORITHM: choice({ choices: ['HS256'], fallback: 'HS256', text: 'Signature algorithm of tokens.' }),
  JWT_EXPIRE_MINUTES: integer({ fallback: 3600, min: 1, max: 43_200, text: 'Life of an agent token in minutes.' }),
  ARCP_ISSUER: text({ fallback: 'arcp', text: 'Issuer written into tokens and demanded of them.' }),
  METRICS_SCRAPE_TOKEN: text({
    fallback: '',
    shown: 'none',
    secret: true,
    pattern: /^\S{16,}$/,
    accepts: 'at least 16 characters without blanks',
    text: 'Bearer token that opens GET /metrics/scrape; without it the route is closed.',
  }),
} as const

const administrators = {
  ADMIN_USERNAME: text({
    fallback: 'admin',
    pattern: /^[A-Za-z0-9_@.-]{2,100}$/,
    accepts: '2-100 of A-Z a-z 0-9 _ @ . -',
    text: 'Name the administrator logs in with.',
  }),
  ADMIN_PASSWORD: text({
    fallback: '',
    shown: 'made in development, required in production',
    secret: true,
    pattern: /^.{1,1024}$/u,
    accepts: '1-1024 characters',
    text: 'Password of the administrator, without the blanks around it; in production at least 8 characters that are not easily guessed.',
  }),
  SESSION_TIMEOUT: minutes(30, 'Minutes after which a session ends unless its token was refreshed.'),
  SESSION_ABSOLUTE_MAX: minutes(720, 'Minutes after which a session ends in any case.'),
  MAX_SESSIONS: integer({
    fallback: 5,
    min: 1,
    max: 1000,
    text: 'Sessions of one administrator at a time; a further one ends the oldest.',
  }),
} as const

const life = {
  AGENT_HEARTBEAT_TIMEOUT: decimal({
    fallback: 60,
    min: 0.2,
    max: 86_400,
    text: 'Seconds without a sign of life after which an agent is dead.',
  }),
  LEASE_MASS_LOSS_RATIO: decimal({
    fallback: 0.3,
    min: 0.01,
    max: 1,
    text: 'Share of at least 20 agents that may die at once before all get one more timeout; 1 turns it off.',
  }),
} as const

const webSocket = {
  PUBLIC_WS_INTERVAL: interval(30, 'Seconds between stats on /public/ws.', 'WEBSOCKET_INTERVAL'),
  PUBLIC_WS_TIMEOUT: interval(30, 'Seconds to answer a ping.', 'WEBSOCKET_TIMEOUT'),
  PUBLIC_WS_PING_INTERVAL: interval(30, 'Seconds of silence before a ping.', 'WEBSOCKET_PING_INTERVAL'),
  PUBLIC_WS_MAX_CONNECTIONS: connections(100, 'Public sockets per hub; beyond it 1013.', 'WEBSOCKET_MAX_CONNECTIONS'),
  AGENT_WS_INTERVAL: interval(5, 'Seconds between lists on /agents/ws.', 'WEBSOCKET_INTERVAL'),
  AGENT_WS_TIMEOUT: interval(30, 'Seconds to authenticate and to answer a ping.', 'WEBSOCKET_TIMEOUT'),
  AGENT_WS_PING_INTERVAL: interval(30, 'Seconds of silence before a ping.', 'WEBSOCKET_PING_INTERVAL'),
  AGENT_WS_MAX_CONNECTIONS: connections(100, 'Authenticated agent sockets per hub.', 'WEBSOCKET_MAX_CONNECTIONS'),
  WEBSOCKET_INTERVAL: interval(30, 'Update interval in seconds where no endpoint sets its own.'),
  WEBSOCKET_TIMEOUT: interval(30, 'Connection timeout in seconds where no endpoint sets its own.'),
  WEBSOCKET_PING_INTERVAL: interval(30, 'Ping interval in seconds where no endpoint sets its own.'),
  WEBSOCKET_MAX_CONNECTIONS: connections(100, 'Sockets per hub where no endpoint sets its own; 0 for no limit.'),
  BROADCAST_INTERVAL_MS: integer({
    fallback: 100,
    min: 1,
    max: 60_000,
    text: 'Least milliseconds between full lists.',
  }),
  WS_LEGACY_LIST_MAX: integer({ fallback: 1000, min: 1, max: 100_000, text: 'Agents in one full list.' }),
  DASHBOARD_WS_INTERVAL: interval(5, 'Seconds between updates on /dashboard/ws.', 'WEBSOCKET_INTERVAL'),
  DASHBOARD_WS_TIMEOUT: interval(30, 'Seconds to authenticate and to answer a ping.', 'WEBSOCKET_TIMEOUT'),
  DASHBOARD_WS_PING_INTERVAL: interval(30, 'Seconds of silence before a ping.', 'WEBSOCKET_PING_INTERVAL'),
  DASHBOARD_WS_MAX_CONNECTIONS: connections(5, 'Authenticated dashboard sockets per hub.', 'WEBSOCKET_MAX_CONNECTIONS'),
} as const

const webSocketLimits = {
  PUBLIC_WS_MAX_PAYLOAD_BYTES: bytes(
    4096,
    256,
    'Largest inbound frame on public sockets; beyond it 1009.',
    ONE_PIECE_MAX,
  ),
  WS_MAX_PAYLOAD_BYTES: bytes(
    65_536,
    1024,
    'Largest inbound frame on agent and dashboard sockets; beyond it 1009.',
    ONE_PIECE_MAX,
  ),
  WS_FRAMES_PER_S: integer({ fallback: 50, min: 1, max: 1_000_000, text: 'Frames a second a socket may send.' }),
  WS_FRAMES_BURST: integer({ fallback: 100, min: 1, max: 1_000_000, text: 'Frames a socket may send at once.' }),
  WS_PINGS_PER_S: integer({ fallback: 10, min: 1, max: 1_000_000, text: 'Pings a second a socket may send.' }),
  WS_MAX_PENDING_AUTH: connections(1000, 'Sockets per hub not yet authenticated after 1 s; beyond it 1013.'),
  WS_MAX_PENDING_AUTH_PER_ADDRESS: connections(64, 'The same for one client address.'),
  WS_MAX_BACKPRESSURE_BYTES: bytes(1_048_576, 1024, 'Unsent bytes after which a socket counts as behind.'),
  WS_SLOW_CONSUMER_S: interval(15, 'Seconds a socket may stay behind; beyond it 4501.'),
  WS_MAX_BUFFERED_TOTAL: bytes(
    536_870_912,
    1024,
    'Unsent bytes per hub; beyond it the newest public sockets get 1013.',
  ),
} as const

const limits = {
  PUBLIC_RATE: integer({
    fallback: 600,
    min: 1,
    max: 100_000_000,
    text: 'Requests a minute to /public per address, over time.',
  }),
  PUBLIC_RATE_BURST: integer({ fallback: 120, min: 1, max: 100_000_000, text: 'How many of these at once.' }),
  LOGIN_MAX_FAILURES: integer({
    fallback: 5,
    min: 1,
    max: 1000,
    text: 'Wrong secrets per account and network in 5 min.',
  }),
  RATE_LIMIT_BURST: integer({ fallback: 20, min: 1, max: 10_000, text: 'Wrong secrets per network in 5 min.' }),
  AGENT_MAX_BYTES: bytes(32_768, 1024, 'Largest agent record in bytes; beyond it 422.'),
  MAX_HEADER_SIZE: bytes(8192, 1024, 'Bytes of request line and headers; beyond it 431.', ONE_PIECE_MAX),
  MAX_JSON_SIZE: bytes(1_048_576, 1024, 'Bytes of a request body; beyond it 413.', ONE_PIECE_MAX),
  MAX_BODY_TOTAL: bytes(67_108_864, 1024, 'Bytes of request bodies held at a time, all together; beyond it 503.'),
  MAX_QUERY_PARAMS: integer({ fallback: 50, min: 1, max: 1000, text: 'Query parameters of a request; beyond it 400.' }),
} as const

const who = {
  BLOCKED_IPS: list({
    fallback: [],
    shown: 'none',
    item: isAddressRange,
    accepts: 'a comma list of addresses or CIDR ranges',
    text: 'Clients that are refused with 403, whatever they ask.',
  }),
  IP_DEFAULT_DENY: flag({ fallback: false, text: 'Only clients in ALLOWED_IP_RANGES are served; others get 403.' }),
  ALLOWED_IP_RANGES: list({
    fallback: [],
    shown: 'none',
    item: isAddressRange,
    accepts: 'a comma list of addresses or CIDR ranges',
    text: 'Clients that are served under IP_DEFAULT_DENY.',
  }),
} as const

const tls = {
  ARCP_TLS_ENABLED: flag({
    fallback: false,
    text: 'The hub itself speaks TLS: https and wss only. A new certificate needs a restart.',
  }),
  ARCP_TLS_CERT_DIR: text({ fallback: '/app/certs', accepts: 'a directory', text: 'Where its two files are.' }),
  ARCP_TLS_CERT_FILENAME: text({
    fallback: 'server.crt',
    accepts: 'a file name',
    text: 'Certificate and its chain, PEM.',
  }),
  ARCP_TLS_KEY_FILENAME: text({ fallback: 'server.key', accepts: 'a file name', text: 'Private key, PEM.' }),
} as const

const origins = {
  ALLOWED_ORIGINS: list({
    fallback: [],
    item: /^https?:\/\/[^\s/,]+$/,
    accepts: 'a comma list of origins like https://app.example.com',
    text: 'Web origins whose pages may use this hub.',
  }),
  PUBLIC_WS_CHECK_ORIGIN: flag({ fallback: false, text: 'Check Origin on /public/ws as on the other endpoints.' }),
  TRUSTED_HOSTS: list({
    fallback: [],
    shown: 'this machine in development, any host elsewhere',
    item: isHostPattern,
    accepts: 'a comma list of host names, *.names of a domain, addresses, CIDR ranges, or *',
    text:
      'What clients may call this hub in Host, in development beside localhost and addresses; else 400. /livez and ' +
      '/readyz answer to any.',
  }),
  TRUSTED_PROXIES: list({
    fallback: [],
    item: isAddressRange,
    accepts: 'a comma list of addresses or CIDR ranges',
    text: 'Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.',
  }),
} as const

const search = {
  VECTOR_SEARCH_TOP_K: integer({
    fallback: 10,
    min: 1,
    max: 100,
    text: 'Agents a search answers when it does not say.',
  }),
  VECTOR_SEARCH_MIN_SIMILARITY: decimal({
    fallback: 0.5,
    min: 0,
    max: 1,
    text: 'Least similarity of what a search finds when it does not say.',
  }),
  EMBEDDINGS_URL: text({
    fallback: '',
    shown: 'none',
    pattern: /^https?:\/\/[^\s?#]+$/,
    accepts: 'an address like https://api.openai.com/v1',
    text: 'Service with the embeddings API of OpenAI, for search by meaning. Without one, search goes by words.',
  }),
  EMBEDDINGS_API_KEY: text({
    fallback: '',
    shown: 'none',
    secret: true,
    pattern: /^[\x21-\x7E]+$/,
    accepts: 'a key of printable characters without blanks',
    text: 'Key for EMBEDDINGS_URL, where it wants one.',
  }),
  EMBEDDINGS_MODEL: text({
    fallback: '',
    shown: 'none',
    accepts: 'the name of a model',
    text: 'Model at EMBEDDINGS_URL, for example text-embedding-3-small.',
  }),
  AZURE_API_KEY: text({
    fallback: '',
    shown: 'none',
    secret: true,
    pattern: /^[\x21-\x7E]+$/,
    accepts: 'a key of printable characters without blanks',
    text: 'Key of Azure OpenAI; all four AZURE settings, or none.',
  }),
  AZURE_API_BASE: text({
    fallback: '',
    shown: 'none',
    pattern: /^https?:\/\/[^\s?#]+$/,
    accepts: 'an address like https://name.openai.azure.com',
    text: 'Address of Azure OpenAI.',
  }),
  AZURE_API_VERSION: text({
    fallback: '',
    shown: 'none',
    text: 'API version of Azure OpenAI, for example 2024-02-01.',
  }),
  AZURE_EMBEDDING_DEPLOYMENT: text({ fallback: '', shown: 'none', text: 'Deployment of an embedding model.' }),
  EMBEDDINGS_TIMEOUT: interval(10, 'Seconds for the vectors of a batch of agents.'),
  EMBEDDINGS_QUERY_TIMEOUT: interval(2, 'Seconds a search waits for its vector before it goes by words.'),
  EMBEDDINGS_QUEUE_MAX: integer({
    fallback: 10_000,
    min: 1,
    max: 1_000_000,
    text: 'Agents that may wait for their vector; more are found again when there is room.',
  }),
  EMBEDDINGS_QUERIES_MAX: integer({
    fallback: 8,
    min: 1,
    max: 10_000,
    text: 'Searches that may wait for a vector at a time; more go by words.',
  }),
} as const

const outbound = {
  ALLOW_PRIVATE_ENDPOINTS: text({
    fallback: '',
    shown: 'true, in production false',
    pattern: /^(?:true|false|1|0|yes|no|on|off)$/i,
    accepts: 'true or false',
    text: 'Whether agents on loopback and private addresses are called (connect, notify, ping).',
  }),
  CONNECT_RATE: integer({
    fallback: 30,
    min: 1,
    max: 100_000_000,
    text: 'Calls of POST /public/connect a minute per address, over time.',
  }),
  CONNECT_RATE_BURST: integer({ fallback: 10, min: 1, max: 100_000_000, text: 'How many of these at once.' }),
  OUTBOUND_MAX_CONCURRENT: integer({
    fallback: 64,
    min: 1,
    max: 10_000,
    text: 'Calls to agents under way at a time; beyond it 503.',
  }),
  OUTBOUND_MAX_PER_HOST: integer({
    fallback: 8,
    min: 1,
    max: 10_000,
    text: 'The same for one host and port.',
  }),
} as const

const stopping = {
  DRAIN_DEADLINE_S: interval(30, 'Seconds a stopping hub waits at most.'),
  DRAIN_SPREAD_S: interval(10, 'Seconds over which a stopping hub spreads the closing of its sockets.'),
} as const

const insight = {
  DASHBOARD_LOG_BUFFER_MAXLEN: integer({
    fallback: 10_000,
    min: 10,
    max: 1_000_000,
    text: 'Log entries kept for operators, in memory; the oldest go.',
  }),
  DASHBOARD_LOG_MESSAGE_MAXLEN: integer({
    fallback: 2048,
    min: 64,
    max: 65_536,
    text: 'Characters of a log message that operators see.',
  }),
  ALERTS_MAX: integer({ fallback: 1000, min: 10, max: 100_000, text: 'Alerts kept, in memory; the oldest go.' }),
  NETWORK_INTERFACE_CAPACITY_MBPS: decimal({
    fallback: 1000,
    min: 0.001,
    max: 10_000_000,
    text: 'What the network can carry in each direction, in Mbit/s: the 100 % of its utilization.',
  }),
} as const

const logs = {
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
