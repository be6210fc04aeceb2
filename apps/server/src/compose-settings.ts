// The channels' settings out of the configuration: seconds become milliseconds here, once.

import { DASHBOARD_FRAME_MAX_BYTES } from '@arcp/protocol/codec'

import type { ChannelSettings, EndpointSettings } from './channels/settings.ts'
import type { Config } from './config/options.ts'

export const channelSettings = (config: Config, isProxy: (address: string) => boolean): ChannelSettings => ({
  endpoints: {
    public: endpoint(config, 'PUBLIC_WS', config.PUBLIC_WS_MAX_PAYLOAD_BYTES),
    agents: endpoint(config, 'AGENT_WS', config.WS_MAX_PAYLOAD_BYTES),
    dashboard: {
      ...endpoint(config, 'DASHBOARD_WS', config.WS_MAX_PAYLOAD_BYTES),
      // One answer may be as big as the biggest frame.
      maxBacklog: MAX_BACKLOG * Math.max(config.WS_MAX_BACKPRESSURE_BYTES, DASHBOARD_FRAME_MAX_BYTES),
    },
  },
  heartbeatTimeoutMs: config.AGENT_HEARTBEAT_TIMEOUT * 1000,
  framesPerS: config.WS_FRAMES_PER_S,
  framesBurst: config.WS_FRAMES_BURST,
  pingsPerS: config.WS_PINGS_PER_S,
  maxPendingAuth: config.WS_MAX_PENDING_AUTH,
  maxPendingAuthPerAddress: config.WS_MAX_PENDING_AUTH_PER_ADDRESS,
  isProxy,
  maxBackpressure: config.WS_MAX_BACKPRESSURE_BYTES,
  maxBufferedTotal: config.WS_MAX_BUFFERED_TOTAL,
  slowConsumerMs: config.WS_SLOW_CONSUMER_S * 1000,
  legacyListMax: config.WS_LEGACY_LIST_MAX,
  broadcastMs: config.BROADCAST_INTERVAL_MS,
})

/** Unsent answers a socket may pile up, in multiples of what makes it count as behind. */
const MAX_BACKLOG = 4

const endpoint = (
  config: Config,
  prefix: 'PUBLIC_WS' | 'AGENT_WS' | 'DASHBOARD_WS',
  maxPayload: number,
): EndpointSettings => ({
  intervalMs: config[`${prefix}_INTERVAL`] * 1000,
  timeoutMs: config[`${prefix}_TIMEOUT`] * 1000,
  pingMs: config[`${prefix}_PING_INTERVAL`] * 1000,
  maxConnections: config[`${prefix}_MAX_CONNECTIONS`],
  maxPayload,
  maxBacklog: MAX_BACKLOG * config.WS_MAX_BACKPRESSURE_BYTES,
})
