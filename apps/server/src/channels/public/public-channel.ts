// `/public/ws`: anybody may listen and ask for a page of agents (P1, P4, P6). Pushes come from `broadcast.ts`.

import { CLOSE_REASONS, WELCOME } from '@arcp/protocol'
import { decodeUp, encodeDown } from '@arcp/protocol/codec'

import type { Clock } from '../../kernel/clock.ts'
import { discoveryText } from '../../live/legacy-lists.ts'
import type { Replica } from '../../live/replica.ts'
import { answerUndecoded, pong } from '../answers.ts'
import type { Channel } from '../channel.ts'
import { join, many, nothing, reply } from '../outcome.ts'
import { PUBLIC_TOPIC } from '../topics.ts'

export interface PublicChannelDeps {
  readonly replica: Replica
  readonly clock: Pick<Clock, 'wall'>
  /** Sockets open on this endpoint. */
  readonly count: () => number
  /** 0 for no limit. */
  readonly maxConnections: number
}

const WELCOME_TEXT = encodeDown(WELCOME)

export const createPublicChannel = ({ replica, clock, count, maxConnections }: PublicChannelDeps): Channel => ({
  endpoint: 'public',
  initialState: () => ({ kind: 'open' }),
  admits: () => maxConnections === 0 || count() < maxConnections,
  refusal: CLOSE_REASONS.publicCapacity,
  opened: () => many(reply(WELCOME_TEXT), join(PUBLIC_TOPIC)),
  heard: () => undefined,
  text: (_session, text) => {
    const decoded = decodeUp('public', text)
    if (decoded.kind !== 'frame') return answerUndecoded(decoded)
    const { frame } = decoded
    switch (frame.type) {
      case 'ping':
        return pong(clock.wall())
      case 'pong':
        return nothing
      case 'get_discovery': {
        const query = { page: frame.page, pageSize: frame.page_size, agentType: frame.agent_type }
        return reply(discoveryText(replica, query, clock.wall()))
      }
    }
  },
  gone: () => undefined,
})
