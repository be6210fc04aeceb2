// The Passwords port by scrypt (RFC 7914). Each check takes 32 MiB and a thread of Node's pool for a while, so few run
// at a time.

import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

import type { Busy, Passwords } from '../../domain/passwords.ts'
import type { Meter } from '../../kernel/meter.ts'
import { err, ok, type Result } from '../../kernel/result.ts'
import { createWorkQueue } from '../../kernel/work-queue.ts'

const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 ** 2 } as const
const KEY_BYTES = 32
const SALT_BYTES = 16
/** At once, and waiting: 64 MiB at most, and nobody waits longer than a few seconds. */
const LIMITS = { running: 2, waiting: 16 } as const
const RETRY_S = 2

export type Derive = (text: string, salt: Buffer) => Promise<Buffer>

// The digest of the text, as HMAC, which scrypt begins with, takes no notice of NULs at its end.
const derive: Derive = (text, salt) =>
  new Promise((resolve, reject) => {
    const digest = createHash('sha256').update(text, 'utf8').digest()
    scrypt(digest, salt, KEY_BYTES, COST, (failed, key) => (failed ? reject(failed) : resolve(key)))
  })

/** @param work the slow part, so that tests can count it */
export const createScryptPasswords = (meter: Pick<Meter, 'limited'>, work: Derive = derive): Passwords => {
  const queue = createWorkQueue(LIMITS)

  const queued = async (text: string, salt: Buffer): Promise<Result<Buffer, Busy>> => {
    const key = queue.run(() => work(text, salt))
    if (key !== undefined) return ok(await key)
    meter.limited('password_queue')
    return err({ kind: 'busy', retryAfterS: RETRY_S })
  }

  return {
    hash: async (text) => {
      const salt = randomBytes(SALT_BYTES)
      const key = await queued(text, salt)
      return key.ok ? ok(`${salt.toString('base64url')}.${key.value.toString('base64url')}`) : key
    },
    matches: async (text, hash) => {
      const [salt = '', known = ''] = hash.split('.')
      const key = await queued(text, Buffer.from(salt, 'base64url'))
      if (!key.ok) return key
      const expected = Buffer.from(known, 'base64url')
      return ok(expected.length === key.value.length && timingSafeEqual(expected, key.value))
    },
  }
}
