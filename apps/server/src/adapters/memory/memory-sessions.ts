// The SessionStore port in this process's memory: sessions end with the hub, and each hub has its own.

import {
  PIN_TRIES,
  type NewSession,
  type SessionLimits,
  type SessionStore,
  type StoredSession,
} from '../../domain/session-store.ts'
import type { Clock } from '../../kernel/clock.ts'

interface Kept extends NewSession {
  readonly openedAt: number
  expiresAt: number
  pin: string | undefined
  pinVerifiedAt: number | undefined
  wrongPins: number
  /** Tries that are being looked at. */
  pendingPins: number
}

export const createMemorySessions = (limits: SessionLimits, clock: Pick<Clock, 'wall'>): SessionStore => {
  // In the order they were opened.
  const kept = new Map<string, Kept>()
  const listeners = new Set<(id: string) => void>()

  const end = (id: string): boolean => {
    if (!kept.delete(id)) return false
    for (const listener of listeners) listener(id)
    return true
  }

  const living = (id: string): Kept | undefined => {
    const session = kept.get(id)
    return session !== undefined && session.expiresAt > clock.wall() ? session : undefined
  }

  const slide = (session: Kept): void => {
    session.expiresAt = Math.min(clock.wall() + limits.timeoutMs, session.openedAt + limits.absoluteMs)
  }

  /** @returns how many were ended */
  const endOldest = (user: string): number => {
    const own = [...kept.values()].filter((session) => session.user === user && living(session.id) !== undefined)
    const over = own.slice(0, Math.max(0, own.length - limits.maxPerUser))
    for (const { id } of over) end(id)
    return over.length
  }

  const settlePin = (session: Kept, how: 'right' | 'wrong' | 'unused'): number => {
    session.pendingPins -= 1
    if (how === 'right') session.pinVerifiedAt = clock.wall()
    if (how === 'wrong') session.wrongPins += 1
    const left = PIN_TRIES - session.wrongPins
    if (left === 0) end(session.id)
    return left
  }

  return {
    open: async (fresh) => {
      const openedAt = clock.wall()
      const session: Kept = {
        ...fresh,
        openedAt,
        expiresAt: openedAt,
        pin: undefined,
        pinVerifiedAt: undefined,
        wrongPins: 0,
        pendingPins: 0,
      }
      slide(session)
      kept.set(session.id, session)
      return { session: shown(session), ended: endOldest(session.user) }
    },
    get: async (id) => shownIf(living(id)),
    list: async () => [...kept.values()].filter(({ id }) => living(id) !== undefined).map(shown),
    slide: async (id) => {
      const session = living(id)
      if (session !== undefined) slide(session)
      return shownIf(session)
    },
    setPin: async (id, hash) => {
      const session = living(id)
      if (session === undefined) return 'session-ended'
      if (session.pin !== undefined) return 'already-set'
      session.pin = hash
      return 'set'
    },
    countPin: async (id) => {
      const session = living(id)
      if (session === undefined) return { kind: 'session-ended' }
      if (session.pin === undefined) return { kind: 'not-set' }
      if (session.wrongPins + session.pendingPins >= PIN_TRIES) return { kind: 'all-taken' }
      session.pendingPins += 1
      return { kind: 'counted', hash: session.pin }
    },
    settlePin: async (id, how) => {
      const session = living(id)
      return session === undefined ? 0 : settlePin(session, how)
    },
    end: async (id) => (living(id) === undefined ? false : end(id)),
    sweep: async () => {
      for (const id of kept.keys()) if (living(id) === undefined) end(id)
    },
    onEnded: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => kept.clear(),
  }
}

const shown = ({ id, user, fingerprint, resume, openedAt, expiresAt, pin, pinVerifiedAt }: Kept): StoredSession => ({
  id,
  user,
  fingerprint,
  resume,
  openedAt,
  expiresAt,
  pinSet: pin !== undefined,
  pinVerifiedAt,
})

const shownIf = (session: Kept | undefined): StoredSession | undefined =>
  session === undefined ? undefined : shown(session)
