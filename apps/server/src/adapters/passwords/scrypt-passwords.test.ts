import { describe, expect, it } from 'vitest'

import { createDeferred, settled } from '../../../test/channels-rig.ts'
import { silentMeter, type Limit } from '../../kernel/meter.ts'
import { createScryptPasswords } from './scrypt-passwords.ts'

const valueOf = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!result.ok) throw new Error('busy')
  return result.value
}

describe('passwords by scrypt', () => {
  it('[X101] know the same text again and no other: spelling, case and blanks count', async () => {
    const passwords = createScryptPasswords(silentMeter)
    const secret = 'Caf\u00E9 at nine'
    const hash = valueOf(await passwords.hash(secret))
    expect(hash).not.toContain('Caf')
    const others = ['Cafe\u0301 at nine', `${secret} `, ` ${secret}`, `${secret}\0`, secret.toLowerCase(), '', 'x']
    for (const other of others) {
      expect([other, valueOf(await passwords.matches(other, hash))]).toEqual([other, false])
    }
    expect(valueOf(await passwords.matches(secret, hash))).toBe(true)
    expect(valueOf(await passwords.hash(secret))).not.toBe(hash)
    expect(valueOf(await passwords.matches(secret, ''))).toBe(false)
  })

  it('[X102] look at two at once, keep sixteen waiting and turn the rest away', async () => {
    const limits: Limit[] = []
    const work = createDeferred<Buffer>()
    let running = 0
    const passwords = createScryptPasswords({ limited: (limit) => limits.push(limit) }, async () => {
      running += 1
      return work.promise
    })
    const asked = Array.from({ length: 50 }, () => passwords.matches('x', 'c2FsdA.a2V5'))
    await settled()
    expect(running).toBe(2)
    work.resolve(Buffer.from('key'))
    const results = await Promise.all(asked)
    expect(results.filter(({ ok }) => ok)).toHaveLength(18)
    expect(results.find(({ ok }) => !ok)).toEqual({ ok: false, error: { kind: 'busy', retryAfterS: 2 } })
    expect([running, limits.length, new Set(limits)]).toEqual([18, 32, new Set(['password_queue'])])
  })
})
