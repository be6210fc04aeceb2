// Whose session each dashboard socket lives by, so that it ends with it (D1), and who gets the periodic frames (D2).

import type { AdminClaims } from '../../domain/tokens.ts'
import type { Session } from '../session.ts'

/** Out of the token. */
export type Viewer = Pick<AdminClaims, 'sessionId' | 'user'>

export interface Viewers {
  /** From before the session is looked up: its end must find the socket whenever it comes. */
  readonly expect: (session: Session, viewer: Viewer) => void
  /** Authenticated. @param watches whether it gets the periodic frames */
  readonly admit: (session: Session, watches: boolean) => void
  readonly remove: (session: Session) => void
  readonly viewer: (session: Session) => Viewer | undefined
  /** Authenticated sockets. */
  readonly count: () => number
  /** Those among them who get the periodic frames. */
  readonly watching: () => number
  readonly of: (sessionId: string) => readonly Session[]
}

export const createViewers = (): Viewers => {
  const known = new Map<Session, Viewer>()
  const admitted = new Set<Session>()
  const watching = new Set<Session>()
  return {
    expect: (session, viewer) => void known.set(session, viewer),
    admit: (session, watches) => {
      admitted.add(session)
      if (watches) watching.add(session)
    },
    remove: (session) => {
      known.delete(session)
      admitted.delete(session)
      watching.delete(session)
    },
    viewer: (session) => known.get(session),
    count: () => admitted.size,
    watching: () => watching.size,
    of: (sessionId) => [...known].filter(([, viewer]) => viewer.sessionId === sessionId).map(([session]) => session),
  }
}
