/** Owns: answers about hubs and the sockets they hold, for operators. Must not know: how hubs know of each other. */
import { Type, type Static } from '@sinclair/typebox'
import { IsoTime } from '../model/time.ts'

const count = Type.Integer({ minimum: 0 })
const endpoint = Type.Union([Type.Literal('public'), Type.Literal('agents'), Type.Literal('dashboard')])

/** One open socket. `agent_id` and `user` are null where nobody authenticated as one. */
export const Connection = Type.Object({
  hub: Type.String(),
  id: Type.String({ pattern: '^[0-9]{1,15}$' }),
  endpoint,
  agent_id: Type.Union([Type.String(), Type.Null()]),
  user: Type.Union([Type.String(), Type.Null()]),
  address: Type.String(),
  since: IsoTime,
  last_heard: IsoTime,
  /** Text frames and their bytes, from the client's side: `in` is what the hub received. */
  frames_in: count,
  bytes_in: count,
  frames_out: count,
  bytes_out: count,
  /** Not sent yet, when it was last measured. */
  buffered_bytes: count,
  /** Left out of updates until it has read what waits. */
  slow: Type.Boolean(),
})
export type Connection = Static<typeof Connection>

/** The sockets of one hub, oldest first: up to `limit`, behind the one with the id `after`. */
export const ConnectionList = Type.Object({
  hub: Type.String(),
  connections: Type.Array(Connection),
  total: count,
})
export type ConnectionList = Static<typeof ConnectionList>

/** `after` is the id of the last socket of the page before. */
export const ConnectionsParameters = Type.Object({
  after: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 1000 })),
})

/** The socket is held by another hub, which was told and closes it within seconds, if it is there. */
export const PassedOnAnswer = Type.Object({
  status: Type.Literal('accepted'),
  message: Type.String(),
  hub: Type.String(),
})
export type PassedOnAnswer = Static<typeof PassedOnAnswer>

/** What a hub says of itself once a second. `offset` is that of the last change it applied. */
export const HubEntry = Type.Object({
  hub: Type.String(),
  /** The hub that answers. */
  self: Type.Boolean(),
  version: Type.String(),
  started: IsoTime,
  sockets: Type.Object({ public: count, agents: count, dashboard: count }),
  offset: count,
  /** Changes behind the hub that is furthest. */
  lag: count,
  /** How late its timers run on average, in milliseconds. */
  loop_delay_ms: Type.Number({ minimum: 0 }),
  memory_bytes: count,
})
export type HubEntry = Static<typeof HubEntry>

/** `complete` is false while the store cannot be asked who else is there. */
export const HubList = Type.Object({ hubs: Type.Array(HubEntry), complete: Type.Boolean() })
export type HubList = Static<typeof HubList>
