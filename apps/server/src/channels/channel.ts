// What an endpoint adds to the reception every socket goes through: its first state, its first frame, its frames.

import type { Outcome } from './outcome.ts'
import type { Endpoint, Session, SessionState } from './session.ts'

export interface Channel {
  readonly endpoint: Endpoint
  readonly initialState: (now: number) => SessionState
  /** Whether one more socket fits. Asked for each upgrade. */
  readonly admits: () => boolean
  readonly refusal: string
  readonly opened: (session: Session) => Outcome
  /** Something came in: a text frame, a word, a protocol ping or pong. Called for each, before anything else. */
  readonly heard: (session: Session) => void
  /** A text frame that is neither a bare word nor over a limit. */
  readonly text: (session: Session, text: string) => Outcome | Promise<Outcome>
  readonly gone: (session: Session) => void
}
