// Secrets that people remember: checked slowly on purpose, and only a few at a time.

import type { Result } from '../kernel/result.ts'

/** As many are being checked as may be, and as many wait. */
export interface Busy {
  readonly kind: 'busy'
  readonly retryAfterS: number
}

/** Text is compared byte by byte as UTF-8: other spellings of the same character and blanks at the end count. */
export interface Passwords {
  /** @returns what `matches` needs to know the text again; different every time */
  readonly hash: (text: string) => Promise<Result<string, Busy>>
  readonly matches: (text: string, hash: string) => Promise<Result<boolean, Busy>>
}
