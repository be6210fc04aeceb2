import { describe, expect, it } from 'vitest'
import { parseLogin } from './parse-login.ts'
import { parseNewPin, parsePin } from './parse-pin.ts'
import { parseTokenMint } from './parse-token-mint.ts'

/** Paths of what was found wrong; none for what was taken. */
const faults = (parsed: { readonly ok: boolean; readonly issues?: readonly { readonly path: string }[] }): string[] =>
  parsed.ok ? [] : (parsed.issues ?? []).map(({ path }) => path)

describe('the body of a log-in', () => {
  it('trims the name and takes the password as it is', () => {
    const value = { username: ' root ', password: ' secret ', extra: 1 }
    expect(parseLogin(value)).toStrictEqual({ ok: true, value: { username: 'root', password: ' secret ' } })
  })

  it('refuses what has not the form', () => {
    const wrong: [unknown, string[]][] = [
      [[], ['']],
      [null, ['']],
      [{ username: 1, password: [] }, ['/username', '/password']],
      [{ username: 'u', password: '' }, ['/password']],
      [{ username: 'u'.repeat(256), password: 'p'.repeat(1025) }, ['/username', '/password']],
      [{ username: 'u', password: 'p', agent_id: 'a b', agent_type: '!' }, ['/agent_id', '/agent_type']],
    ]
    for (const [body, paths] of wrong) {
      const parsed = parseLogin(body)
      expect([body, !parsed.ok && parsed.kind === 'shape' && parsed.issues.map(({ path }) => path)]).toStrictEqual([
        body,
        paths,
      ])
    }
    expect(parseLogin({ username: 'u'.repeat(255), password: 'p'.repeat(1024) }).ok).toBe(true)
  })

  it('tells an agent from somebody who says nothing', () => {
    expect(parseLogin({ agent_id: 'agent-a', agent_type: 'testing', username: 'u', password: 'p' })).toStrictEqual({
      ok: false,
      kind: 'agent',
    })
    for (const body of [
      {},
      { username: 'u' },
      { password: 'p' },
      { username: ' ', password: 'p' },
      { agent_id: 'a' },
    ]) {
      expect(parseLogin(body)).toStrictEqual({ ok: false, kind: 'missing' })
    }
  })
})

describe('a PIN', () => {
  it('that is set has 4 to 32 characters, none of those tried first', () => {
    for (const pin of ['2468', 'correct horse', ' 24 ', 'x'.repeat(32)]) {
      expect(parseNewPin({ pin })).toStrictEqual({ ok: true, value: pin })
    }
    const digits = Array.from({ length: 10 }, (_, digit) => `${digit}`.repeat(4))
    const weak = [...digits, '1234', '12345', '123456', 'password', 'Admin', 'PASSWORD']
    const wrong = [...weak, '', '123', 'x'.repeat(33), 2468, null, undefined, ['2468'], 'a\u202Eb9']
    for (const pin of wrong) expect([pin, faults(parseNewPin({ pin }))]).toStrictEqual([pin, ['/pin']])
    for (const body of [null, [], '2468']) expect(faults(parseNewPin(body))).toStrictEqual([''])
  })

  it('that is checked may be anything that could have been set, and shorter', () => {
    for (const pin of ['1', '1234']) expect(parsePin({ pin })).toStrictEqual({ ok: true, value: pin })
    for (const pin of ['', 'x'.repeat(33), 1]) expect(faults(parsePin({ pin }))).toStrictEqual(['/pin'])
  })

  it('is never repeated', () => {
    const parsed = parseNewPin({ pin: 'password' })
    expect(JSON.stringify(parsed)).not.toContain('password')
  })
})

describe('the body of a mint', () => {
  const least = { user_id: 'ann', agent_id: 'agent-a' }

  it('is a user token unless it says otherwise', () => {
    expect(parseTokenMint(least)).toStrictEqual({
      ok: true,
      value: {
        ...least,
        scopes: [],
        role: 'user',
        temp_registration: false,
        agent_type: null,
        agent_key_hash: null,
      },
    })
    const whole = {
      ...least,
      scopes: ['read', 'agents:list'],
      role: 'agent',
      temp_registration: true,
      agent_type: 'Testing',
      agent_key_hash: 'AB'.repeat(32),
    }
    expect(parseTokenMint({ ...whole, used_key: 'abc...', aud: 'x', token_type: 'y' })).toStrictEqual({
      ok: true,
      value: { ...whole, agent_type: 'testing', agent_key_hash: 'ab'.repeat(32) },
    })
  })

  it('says which field is wrong', () => {
    const wrong: [Record<string, unknown>, string][] = [
      [{ user_id: 'a' }, '/user_id'],
      [{ user_id: 'a b' }, '/user_id'],
      [{ agent_id: undefined }, '/agent_id'],
      [{ agent_id: 'x/y' }, '/agent_id'],
      [{ scopes: 'read' }, '/scopes'],
      [{ scopes: Array.from({ length: 51 }, () => 'a') }, '/scopes'],
      [{ scopes: ['a b'] }, '/scopes/0'],
      [{ role: 'Admin' }, '/role'],
      [{ role: ['admin'] }, '/role'],
      [{ role: 'root' }, '/role'],
      [{ temp_registration: 'true' }, '/temp_registration'],
      [{ agent_type: 'x' }, '/agent_type'],
      [{ used_key: 'x' }, '/used_key'],
      [{ agent_key_hash: 'g'.repeat(64) }, '/agent_key_hash'],
      [{ agent_key_hash: 'a'.repeat(63) }, '/agent_key_hash'],
    ]
    for (const [over, path] of wrong) {
      expect([over, faults(parseTokenMint({ ...least, ...over }))]).toStrictEqual([over, [path]])
    }
    expect(faults(parseTokenMint([]))).toContain('')
  })
})
