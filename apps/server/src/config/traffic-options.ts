// How long agents live, and how much may come in: sockets, requests, records.

import { bytes, connections, decimal, integer, interval } from './option.ts'

/** Of one frame, head or body: it is held whole. */
const ONE_PIECE_MAX = 256 * 1024 ** 2

export const life = {
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

export const webSocket = {
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

export const webSocketLimits = {
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

export const limits = {
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
