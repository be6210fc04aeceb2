// Opens, finds and ends the sessions of administrators. Knows secrets as digests and slow hashes only.

import { sameDigest, sha256Hex } from '../kernel/digest.ts'
import type { Meter } from '../kernel/meter.ts'
import type { Random } from '../kernel/random.ts'
import { ok } from '../kernel/result.ts'
import type { Passwords } from './passwords.ts'
import type { SessionStore, StoredSession } from './session-store.ts'
import type { AdminSession, AdminSessions, PinVerdict } from './sessions.ts'

export interface AdminSessionsDeps {
  readonly store: SessionStore
  readonly passwords: Passwords
  readonly random: Random
  readonly meter: Pick<Meter, 'limited'>
}

const ID_BYTES = 16
const SECRET_BYTES = 32
/** To ask again when every try that is left is being looked at, in seconds. */
const PIN_RETRY_S = 1

const fingerprintDigest = (text: string): string => sha256Hex(`arcp fingerprint ${text}`)
const resumeDigest = (text: string): string => sha256Hex(`arcp resume ${text}`)

export const createAdminSessions = ({ store, passwords, random, meter }: AdminSessionsDeps): AdminSessions => {
  const ofClient = (session: StoredSession | undefined, fingerprint: string | undefined): StoredSession | undefined =>
    session !== undefined &&
    fingerprint !== undefined &&
    sameDigest(session.fingerprint, fingerprintDigest(fingerprint))
      ? session
      : undefined

  const shownIf = (session: StoredSession | undefined): AdminSession | undefined =>
    session === undefined ? undefined : shown(session)

  const verifyPin = async (id: string, pin: string): Promise<PinVerdict> => {
    const attempt = await store.countPin(id)
    if (attempt.kind === 'all-taken') return { kind: 'busy', retryAfterS: PIN_RETRY_S }
    if (attempt.kind !== 'counted') return attempt
    const matched = await passwords.matches(pin, attempt.hash)
    if (!matched.ok) {
      await store.settlePin(id, 'unused')
      return matched.error
    }
    if (matched.value) {
      const left = await store.settlePin(id, 'right')
      return left > 0 ? { kind: 'right' } : { kind: 'session-ended' }
    }
    const triesLeft = await store.settlePin(id, 'wrong')
    if (triesLeft === 0) meter.limited('pin')
    return { kind: 'wrong', triesLeft }
  }

  return {
    open: async (user, fingerprint) => {
      const id = random.token(ID_BYTES)
      const resumeSecret = `${id}.${random.token(SECRET_BYTES)}`
      const fresh = { id, user, fingerprint: fingerprintDigest(fingerprint), resume: resumeDigest(resumeSecret) }
      const { session, ended } = await store.open(fresh)
      if (ended > 0) meter.limited('sessions')
      return { session: shown(session), resumeSecret }
    },
    get: async (id) => shownIf(await store.get(id)),
    getFor: async (id, fingerprint) => shownIf(ofClient(await store.get(id), fingerprint)),
    slide: async (id) => shownIf(await store.slide(id)),
    resume: async (secret, fingerprint) => {
      const session = ofClient(await store.get(secret.split('.')[0] ?? ''), fingerprint)
      return session !== undefined && sameDigest(session.resume, resumeDigest(secret)) ? shown(session) : undefined
    },
    setPin: async (id, pin) => {
      // Looked at before the work, decided after it: of two at once one is the first.
      const session = await store.get(id)
      if (session === undefined) return ok('session-ended')
      if (session.pinSet) return ok('already-set')
      const hash = await passwords.hash(pin)
      return hash.ok ? ok(await store.setPin(id, hash.value)) : hash
    },
    verifyPin,
    end: store.end,
    list: async () => (await store.list()).map(shown),
    sweep: store.sweep,
    onEnded: store.onEnded,
  }
}

/** Without the digests: they are nobody's business. */
const shown = ({ id, user, openedAt, expiresAt, pinSet, pinVerifiedAt }: StoredSession): AdminSession => ({
  id,
  user,
  openedAt,
  expiresAt,
  pinSet,
  pinVerifiedAt,
})
