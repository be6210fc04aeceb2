/** Owns: typed frame to text. Must not know: sockets. Checks nothing at run time: the types do. */
import type { AgentsUp, DashboardUp, PublicUp } from '../frames/up.ts'
import type { DownFrames } from '../frames/endpoint.ts'

/** Text of a hub's frame. */
export function encodeDown(frame: DownFrames[keyof DownFrames]): string {
  return JSON.stringify(frame)
}

/** Text of a client's frame. */
export function encodeUp(frame: PublicUp | AgentsUp | DashboardUp): string {
  return JSON.stringify(frame)
}
