// Who may watch: the bearer of an administrator's token whose session lives. A socket needs no fingerprint: it goes
// with the session.

import type { AdminClaims } from './tokens.ts'

export type AdminVerdict =
  | { readonly kind: 'admin'; readonly claims: AdminClaims; readonly sessionId: string }
  /** A good token of somebody else. */
  | { readonly kind: 'not-admin' }
  | { readonly kind: 'invalid' }

export interface AdminAuth {
  /** The token alone; whether its session lives is the next question. */
  readonly verify: (token: string) => Promise<AdminVerdict>
}
