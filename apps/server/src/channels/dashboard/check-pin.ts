// Whether a viewer may clear something (D9): a session with a PIN shows it, or has shown it lately.

import { CLOSE_REASONS } from '@arcp/protocol'

import type { PinVerdict, Sessions } from '../../domain/sessions.ts'
import type { Clock } from '../../kernel/clock.ts'
import { errorText } from '../answers.ts'
import { close, reply, type Outcome } from '../outcome.ts'

/** How long a PIN that was right need not be given again. */
const PIN_GOOD_MS = 300_000
const PIN_PATH = '/pin'

const refuse = (message: string): Outcome => reply(errorText(message, PIN_PATH))
const ENDED = close(4001, CLOSE_REASONS.sessionEnded)

export interface CheckPinDeps {
  readonly sessions: Pick<Sessions, 'get' | 'verifyPin'>
  readonly clock: Pick<Clock, 'wall'>
  /** Somebody showed a PIN. */
  readonly pinTried: (verdict: PinVerdict) => void
}

/** @returns undefined when it may, else what to do instead */
export const checkPin = async (
  { sessions, clock, pinTried }: CheckPinDeps,
  sessionId: string,
  pin: string | undefined,
): Promise<Outcome | undefined> => {
  const session = await sessions.get(sessionId)
  if (session === undefined) return ENDED
  if (!session.pinSet) return undefined
  if (pin === undefined) {
    const lately = session.pinVerifiedAt !== undefined && clock.wall() - session.pinVerifiedAt <= PIN_GOOD_MS
    return lately ? undefined : refuse('This session has a PIN: send it as "pin"')
  }
  const verdict = await sessions.verifyPin(sessionId, pin)
  pinTried(verdict)
  switch (verdict.kind) {
    case 'right':
    case 'not-set':
      return undefined
    case 'wrong':
      return refuse(`Wrong PIN: ${verdict.triesLeft} tries left before the session ends`)
    case 'busy':
      return refuse(`Too many tries: wait ${verdict.retryAfterS} s`)
    case 'session-ended':
      return ENDED
  }
}
