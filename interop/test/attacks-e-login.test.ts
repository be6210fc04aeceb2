// Guessing, flooding and outliving log-ins (catalogue E, 95 to 107): what is refused costs the hub little, and costs
// nobody else anything.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ADMIN_NAME, loginAdmin, tryLogin, type LoginOptions } from '../src/admin.ts'
import { startTarget, type Target } from '../src/attack-target.ts'
import { problemIn } from '../src/conforms.ts'
import { openFrames } from '../src/frames.ts'
import { send, type Answer } from '../src/http.ts'
import { ADMIN_PASSWORD } from '../src/hub.ts'
import { textAt } from '../src/pick.ts'
import { registerAgent, request, requestTempToken } from '../src/rest.ts'
import { resign } from '../src/tokens.ts'

/** A hub of its own: a lockout of one test must not meet another. */
const fresh = async (env: Readonly<Record<string, string>> = {}): Promise<Target> => {
  const target = await startTarget(env)
  onTestFinished(async () => {
    await target.unharmed()
    await target.stop()
  })
  return target
}

const evaluated = (target: Target): Promise<number> =>
  target.metric('arcp_auth_attempts_total{status="failed",auth_type="admin"}')

const statuses = (answers: readonly Answer[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

const guess = (target: Target, index: number, more: LoginOptions = {}): Promise<Answer> =>
  tryLogin(target, { password: `guess-number-${index}`, ...more })

describe('guesses', () => {
  it('[X95] of 200 wrong passwords at once five are looked at', async () => {
    const target = await fresh()
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => guess(target, index)))
    expect(statuses(answers)).toStrictEqual({ 401: 5, 429: 195 })
    expect(await evaluated(target)).toBe(5)
    // Not even the right one, until the lockout is over; the answer says when.
    const locked = await tryLogin(target)
    const { retry_after: retryAfter, ...told } = problemIn(locked, '/auth/login')
    expect(told).toMatchObject({ slug: 'rate-limit-exceeded', attempt_type: 'login' })
    expect(locked.headers.get('retry-after')).toBe(String(retryAfter))
    expect(Number(retryAfter)).toBeGreaterThan(200)
    expect(Number(retryAfter)).toBeLessThanOrEqual(300)
    expect(JSON.stringify(target.logs())).not.toContain('guess-number')
  })

  it('[X96] a good agent key between them takes nothing back', async () => {
    const target = await fresh()
    const answers: Answer[] = []
    for (let index = 0; index < 8; index += 1) {
      answers.push(await guess(target, index))
      await requestTempToken(target, ADMIN_NAME)
      const short = { agent_id: 'x1x', agent_type: 'testing', agent_key: 'short' }
      await request(target, 'POST', '/auth/agent/request_temp_token', { body: short })
    }
    expect(statuses(answers)).toStrictEqual({ 401: 5, 429: 3 })
    // The other way round: who guesses passwords does not lock an agent out.
    await registerAgent(target, 'e-other')
    const { token } = await registerAgent(target, 'e-other')
    await send(target, 'DELETE', '/agents/e-other', { token })
  })

  it('[X97] another name of the client, or an address it made up, begins nothing anew', async () => {
    const target = await fresh()
    const answers: Answer[] = []
    for (let index = 0; index < 12; index += 1) {
      const headers = {
        'X-Forwarded-For': `203.0.113.${index}`,
        'X-Real-IP': `203.0.113.${index}`,
        Forwarded: `for=203.0.113.${index}`,
        'User-Agent': `browser/${index}`,
        Accept: `text/x-${index}`,
        'Accept-Language': `x-${index}`,
      }
      answers.push(await guess(target, index, { headers, fingerprint: `client-${index}` }))
    }
    expect(statuses(answers)).toStrictEqual({ 401: 5, 429: 7 })
    // Nor does another name: the network has a budget of its own.
    const names = await Promise.all(
      Array.from({ length: 40 }, (_, index) => guess(target, index, { username: `user-${index}` })),
    )
    expect(statuses(names)).toStrictEqual({ 401: 15, 429: 25 })
  })

  it('[X98] lock out the network they come from, and no other', async () => {
    const target = await fresh({ TRUSTED_PROXIES: '127.0.0.1' })
    const from = (address: string): LoginOptions => ({ headers: { 'X-Forwarded-For': address } })
    for (let index = 0; index < 10; index += 1) await guess(target, index, from('203.0.113.7'))
    expect((await tryLogin(target, from('203.0.113.7'))).status).toBe(429)
    expect((await tryLogin(target, from('198.51.100.7'))).status).toBe(200)
    // A whole /64 is one network: its addresses cost nothing.
    for (let index = 0; index < 10; index += 1) await guess(target, index, from(`2001:db8:1:1::${index}`))
    expect((await tryLogin(target, from('2001:db8:1:1:ffff::1'))).status).toBe(429)
    expect((await tryLogin(target, from('2001:db8:1:2::1'))).status).toBe(200)
  })
})

describe('secrets are compared whole', () => {
  let target: Target
  beforeAll(async () => {
    target = await startTarget({
      ADMIN_PASSWORD: 'Caf\u00E9 at nine o’clock',
      AGENT_KEYS: `${'k'.repeat(64)}-one,${'k'.repeat(64)}-two,key-number-3,key-number-4,key-number-5,key-number-6,key-number-7,key-number-8,key-number-9,test-agent-001`,
      LOGIN_MAX_FAILURES: '1000',
      RATE_LIMIT_BURST: '10000',
    })
  })
  afterAll(async () => {
    await target.unharmed()
    await target.stop()
  })

  it('[X100] an agent key: no common beginning, no blank, no NUL, no other spelling; the ninth is as good as the first', async () => {
    const ask = async (key: string): Promise<number> => {
      const body = { agent_id: 'e-key', agent_type: 'testing', agent_key: key }
      return (await request(target, 'POST', '/auth/agent/request_temp_token', { body })).status
    }
    const long = 'k'.repeat(64)
    for (const key of [`${long}-one`, `${long}-two`, 'key-number-9']) expect([key, await ask(key)]).toEqual([key, 200])
    const wrong = [
      long,
      `${long}-`,
      `${long}-onf`,
      `${long}-one `,
      `${long}-one\0`,
      'key-number-3\u200B',
      'Key-number-3',
      'ｋey-number-3',
      'dummy_padding_key_8_for_timing_consistency',
    ]
    for (const key of wrong) expect([key, await ask(key)]).toEqual([key, 401])
  })

  it('[X101] a password: no blank, no NUL, no other spelling, no megabyte', async () => {
    const right = 'Caf\u00E9 at nine o’clock'
    const ask = async (password: string): Promise<number> => (await tryLogin(target, { password })).status
    const wrong = [
      right.normalize('NFD'),
      `${right} `,
      ` ${right}`,
      right.toLowerCase(),
      right.slice(0, -1),
      `${right}!`,
    ]
    for (const password of wrong) expect([password, await ask(password)]).toEqual([password, 401])
    // Not one that could be a password at all.
    for (const password of ['', `${right}\0`, 'p'.repeat(1025)]) expect(await ask(password)).toBe(422)
    expect(await ask('p'.repeat(1024 ** 2))).toBe(413)
    expect(await ask(right)).toBe(200)
  })

  it('[X102] fifty log-ins at once take no more memory than two, and those beyond the line are told to come back', async () => {
    const peak = (): number => {
      const status = readFileSync(`/proc/${target.pid}/status`, 'utf8')
      return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
    }
    await tryLogin(target, { password: 'a first one' })
    const before = peak()
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => guess(target, index)))
    const counts = statuses(answers)
    expect(Object.keys(counts).toSorted()).toStrictEqual(['401', '429'])
    // Two at once and sixteen in the line; those that came when a place was free again are more.
    expect(counts['401']).toBeGreaterThanOrEqual(18)
    expect(peak() - before).toBeLessThan(150)
    const busy = answers.find(({ status }) => status === 429)
    expect(busy?.headers.get('retry-after')).toBe('2')
    expect(await target.metric('arcp_limit_hits_total{limit="password_queue"}')).toBe(counts['429'])
    // Nobody is locked out for having come with others.
    expect((await tryLogin(target, { password: 'Caf\u00E9 at nine o’clock' })).status).toBe(200)
  })
})

describe('sessions', () => {
  let target: Target
  beforeAll(async () => {
    target = await startTarget()
  })
  afterAll(async () => {
    await target.unharmed()
    await target.stop()
  })

  const STATUS = '/auth/session_status'
  const slugOf = (answer: Answer, path: string): string => problemIn(answer, path).slug

  it('[X103] the hub chooses the session, whatever the client sends', async () => {
    const chosen = 'AAAAAAAAAAAAAAAAAAAAAA'
    const answer = await request(target, 'POST', `/auth/login?sid=${chosen}`, {
      headers: {
        'X-Client-Fingerprint': 'fixer',
        Cookie: `arcp-refresh=${chosen}.x; sid=${chosen}`,
        'X-Session-Id': chosen,
      },
      body: { username: ADMIN_NAME, password: ADMIN_PASSWORD, sid: chosen, session_id: chosen },
    })
    expect(answer.status).toBe(200)
    expect(JSON.stringify(answer.body)).not.toContain(chosen)
    expect(answer.headers.getSetCookie().join()).not.toContain(chosen)
    const [one, two] = [
      await loginAdmin(target, { fingerprint: 'same' }),
      await loginAdmin(target, { fingerprint: 'same' }),
    ]
    expect(one.sessionId).toMatch(/^[\w-]{22}$/)
    expect(one.sessionId).not.toBe(two.sessionId)
    // One browser twice: two sessions, each with its own end.
    await one.ask('POST', '/auth/logout')
    expect((await two.ask('GET', STATUS)).status).toBe(200)
  })

  it('[X104] logging out ends every token of the session, its cookie and its sockets, and no other session', async () => {
    const leaving = await loginAdmin(target)
    const staying = await loginAdmin(target)
    const later = textAt((await leaving.ask('POST', '/tokens/refresh')).body, 'access_token')
    const socket = await openFrames(`${target.wsUrl}/agents/ws`)
    socket.send({ token: later })
    await socket.nextOfType('auth_success')
    const out = await leaving.ask('POST', '/auth/logout')
    expect(out.headers.getSetCookie()[0]).toMatch(/^arcp-refresh=; .*Max-Age=0/)
    expect(await socket.closed(2000)).toMatchObject({ code: 1008, reason: 'Session ended' })
    for (const token of [leaving.token, later]) {
      for (const path of [STATUS, '/agents']) {
        expect(slugOf(await leaving.ask('GET', path, { token }), path)).toBe('session-invalid')
      }
      expect((await request(target, 'GET', '/tokens/validate', { token })).status).toBe(401)
      expect(slugOf(await leaving.ask('POST', '/auth/logout', { token }), '/auth/logout')).toBe('session-invalid')
    }
    // Signed by the hub's own secret, for the session that is over and for the other one by its wrong client.
    const again = await resign('admin', leaving.token, { jti: 'new' })
    expect(slugOf(await leaving.ask('GET', STATUS, { token: again }), STATUS)).toBe('session-invalid')
    const other = await resign('admin', leaving.token, { sid: staying.sessionId })
    expect(slugOf(await leaving.ask('GET', STATUS, { token: other }), STATUS)).toBe('session-invalid')
    expect((await staying.ask('GET', STATUS)).status).toBe(200)
  })

  it('[X104] [X144] the cookie resumes its own session, for the own page and the own client only', async () => {
    const admin = await loginAdmin(target)
    expect(admin.setCookie).toMatch(
      /^arcp-refresh=[\w-]+\.[\w-]{43}; Path=\/tokens\/refresh; Max-Age=1800; HttpOnly; SameSite=Strict$/,
    )
    const resume = (headers: Record<string, string>, cookie = admin.cookie): Promise<Answer> =>
      request(target, 'POST', '/tokens/refresh', { headers: { Cookie: `arcp-refresh=${cookie}`, ...headers } })
    const own = { Origin: target.url, 'X-Client-Fingerprint': admin.fingerprint }
    const resumed = await resume(own)
    expect(resumed.status).toBe(200)
    const token = textAt(resumed.body, 'access_token')
    expect((await admin.ask('GET', STATUS, { token })).status).toBe(200)
    const { Origin: _, ...withoutOrigin } = own
    const foreign = [withoutOrigin, { ...own, Origin: 'https://evil.example' }, { ...own, Origin: 'null' }]
    for (const headers of foreign) expect(slugOf(await resume(headers), '/tokens/refresh')).toBe('forbidden')
    const { 'X-Client-Fingerprint': __, ...withoutClient } = own
    expect(slugOf(await resume(withoutClient), '/tokens/refresh')).toBe('session-invalid')
    expect(slugOf(await resume({ ...own, 'X-Client-Fingerprint': 'x' }), '/tokens/refresh')).toBe('session-invalid')
    for (const cookie of [admin.sessionId, `${admin.sessionId}.`, `${admin.cookie}x`, admin.token]) {
      expect(slugOf(await resume(own, cookie), '/tokens/refresh')).toBe('session-invalid')
    }
    // It opens nothing else, and ends with the session.
    const elsewhere = await request(target, 'GET', STATUS, {
      headers: { ...own, Cookie: `arcp-refresh=${admin.cookie}` },
    })
    expect(slugOf(elsewhere, STATUS)).toBe('authentication-failed')
    await admin.ask('POST', '/auth/logout')
    expect(slugOf(await resume(own), '/tokens/refresh')).toBe('session-invalid')
  })

  it('[X104] the sixth session ends the first', async () => {
    const first = await loginAdmin(target)
    for (let index = 0; index < 4; index += 1) await loginAdmin(target)
    expect((await first.ask('GET', STATUS)).status).toBe(200)
    await loginAdmin(target)
    expect(slugOf(await first.ask('GET', STATUS), STATUS)).toBe('session-invalid')
    expect(await target.metric('arcp_limit_hits_total{limit="sessions"}')).toBeGreaterThan(0)
  })

  it('[S15] [X140] what was shown at the door stands in no log and no metric, and a name cannot write a line of its own', async () => {
    const secrets = ['canary-password', 'canary-pin', 'canary-fingerprint']
    await tryLogin(target, { password: 'canary-password', fingerprint: 'canary-fingerprint' })
    const named = await tryLogin(target, { username: 'a\u2028{"event":"forged"}', password: 'canary-password' })
    expect(named.status).toBe(422)
    const admin = await loginAdmin(target, { fingerprint: 'canary-fingerprint' })
    await admin.ask('POST', '/auth/set_pin', { body: { pin: 'canary-pin' } })
    await admin.ask('POST', '/auth/verify_pin', { body: { pin: 'canary-pin-wrong' } })
    await admin.ask('DELETE', '/agents/nobody', { pin: 'canary-pin-wrong' })
    const minted = await admin.ask('POST', '/tokens/mint', {
      body: { user_id: 'ann', agent_id: 'witness' },
      pin: 'canary-pin',
    })
    const tokens = [admin.token, textAt(minted.body, 'access_token')]
    secrets.push(ADMIN_PASSWORD, admin.cookie, admin.cookie.split('.')[1] ?? '', admin.sessionId)
    secrets.push(...tokens, ...tokens.map((token) => token.split('.')[2] ?? ''))
    const metrics = JSON.stringify((await admin.ask('GET', '/metrics')).body)
    const events = target.logs().map(({ event }) => event)
    expect(events).toEqual(expect.arrayContaining(['admin_login_refused', 'pin_refused', 'token_minted']))
    expect(events).not.toContain('forged')
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(8)
      expect([target.output().includes(secret), metrics.includes(secret)]).toStrictEqual([false, false])
    }
  })

  describe('with a PIN', () => {
    const PIN = 'seven of nine'
    const pinned = async () => {
      const admin = await loginAdmin(target)
      expect((await admin.ask('POST', '/auth/set_pin', { body: { pin: PIN } })).status).toBe(200)
      return admin
    }

    it('[X105] five wrong ones end the session, from whichever door, one by one or at once', async () => {
      const { agentId, token } = await registerAgent(target, 'e-pinned')
      const slow = await pinned()
      const left: unknown[] = []
      for (let turn = 0; turn < 5; turn += 1) {
        const path = turn % 2 === 0 ? '/auth/verify_pin' : `/agents/${agentId}`
        const answer =
          turn % 2 === 0
            ? await slow.ask('POST', path, { body: { pin: `wrong-${turn}` } })
            : await slow.ask('DELETE', path, { pin: `wrong-${turn}` })
        const { slug, tries_left: tries } = problemIn(answer, path)
        expect(slug).toBe('pin-incorrect')
        left.push(tries)
      }
      expect(left).toStrictEqual([4, 3, 2, 1, 0])
      expect(slugOf(await slow.ask('GET', STATUS), STATUS)).toBe('session-invalid')
      expect(slugOf(await slow.ask('DELETE', `/agents/${agentId}`, { pin: PIN }), `/agents/${agentId}`)).toBe(
        'session-invalid',
      )

      const fast = await pinned()
      const verify = (pin: string) => fast.ask('POST', '/auth/verify_pin', { body: { pin } })
      const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => verify(`wrong-${index}`)))
      const incorrect = answers.filter(({ body }) => JSON.stringify(body).includes('pin-incorrect'))
      expect(incorrect).toHaveLength(5)
      expect(slugOf(await verify(PIN), '/auth/verify_pin')).toBe('session-invalid')
      // The agent lives, and a new session is a new chance for its owner.
      expect((await send(target, 'POST', `/agents/${agentId}/heartbeat`, { token })).status).toBe(200)
      const again = await pinned()
      expect((await again.ask('DELETE', `/agents/${agentId}`, { pin: PIN })).status).toBe(200)
      expect(JSON.stringify(target.logs())).not.toContain('wrong-1')
    })

    it('[X106] it is set once, and not from another session', async () => {
      const admin = await pinned()
      const other = await loginAdmin(target)
      const set = (pin: string) => ({ body: { pin } })
      expect(slugOf(await admin.ask('POST', '/auth/set_pin', set('another pin')), '/auth/set_pin')).toBe(
        'pin-already-set',
      )
      expect(slugOf(await other.ask('POST', '/auth/verify_pin', set(PIN)), '/auth/verify_pin')).toBe('pin-not-set')
      expect((await other.ask('POST', '/auth/set_pin', set('pin of the other'))).status).toBe(200)
      expect((await admin.ask('POST', '/auth/verify_pin', set(PIN))).status).toBe(200)
      expect(slugOf(await admin.ask('POST', '/auth/verify_pin', set('pin of the other')), '/auth/verify_pin')).toBe(
        'pin-incorrect',
      )
      expect((await admin.ask('GET', '/auth/pin_status')).body).toStrictEqual({ pin_set: true })
      const third = await loginAdmin(target)
      expect((await third.ask('GET', '/auth/pin_status')).body).toStrictEqual({ pin_set: false })
      for (const pin of ['1234', '0000', 'PASSWORD', 'abc', 'x'.repeat(33)]) {
        const answer = await third.ask('POST', '/auth/set_pin', set(pin))
        expect(slugOf(answer, '/auth/set_pin')).toBe('validation-failed')
        expect(JSON.stringify(answer.body)).not.toContain(pin)
      }
    })

    it('[X107] [decision 8] what cannot be undone needs it: missing, empty, wrong or of another client is refused', async () => {
      const { agentId, token } = await registerAgent(target, 'e-guarded')
      const admin = await pinned()
      const doors = [
        ['DELETE', `/agents/${agentId}`, undefined],
        ['POST', `/agents/${agentId}/revoke`, undefined],
        ['POST', '/tokens/mint', { user_id: 'ann', agent_id: agentId, role: 'agent' }],
      ] as const
      for (const [method, path, body] of doors) {
        expect(slugOf(await admin.ask(method, path, { body }), path)).toBe('pin-required')
        expect(slugOf(await admin.ask(method, path, { body, pin: '' }), path)).toBe('pin-required')
        const another = await admin.ask(method, path, { body, pin: PIN, fingerprint: 'another' })
        expect(slugOf(another, path)).toBe('session-invalid')
      }
      expect(slugOf(await admin.ask('DELETE', `/agents/${agentId}`, { pin: `${PIN}!` }), `/agents/${agentId}`)).toBe(
        'pin-incorrect',
      )
      expect((await send(target, 'POST', `/agents/${agentId}/heartbeat`, { token })).status).toBe(200)
      // Reading needs none, and with it everything goes.
      expect((await admin.ask('GET', '/agents')).status).toBe(200)
      const minted = await admin.ask('POST', '/tokens/mint', { body: doors[2][2], pin: PIN })
      expect(
        (await send(target, 'POST', `/agents/${agentId}/heartbeat`, { token: textAt(minted.body, 'access_token') }))
          .status,
      ).toBe(200)
      expect((await admin.ask('POST', `/agents/${agentId}/revoke`, { pin: PIN })).status).toBe(200)
      expect((await send(target, 'POST', `/agents/${agentId}/heartbeat`, { token })).status).toBe(410)
    })
  })
})
