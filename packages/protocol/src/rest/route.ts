/**
 * Owns: what a row of the route table says.
 * Must not know: any route.
 */
import type { TObject, TSchema } from '@sinclair/typebox'

/**
 * Who may call: anybody; the holder of a temp token; an agent or admin token; an agent, admin or temp token; an admin
 * with a live session.
 */
export type Tier = 'public' | 'temp' | 'agent' | 'agent-or-temp' | 'admin'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Route {
  readonly method: Method
  /** Path template: `{agent_id}` stands for one segment. */
  readonly path: `/${string}`
  readonly tier: Tier
  readonly summary: string
  /** Status of the ordinary answer. */
  readonly success: number
  /** Headers the route is refused without, beside those of its tier. */
  readonly headers?: readonly string[]
  /** Documented query parameters: an object with a property each. */
  readonly query?: TObject
  /** Schema of the body, where there is one. */
  readonly body?: TSchema
  /** Content type of the ordinary answer where it is not JSON; its schema is that of the text. */
  readonly produces?: 'text/plain'
  /** Schemas of answers that are no problem document. */
  readonly answers: Readonly<Record<number, TSchema | readonly TSchema[]>>
}
