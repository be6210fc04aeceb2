// The file of agent keys while the hub runs: what is read again, whom a key that is gone ends, and what a restart does.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { problemIn } from '../src/conforms.ts'
import { openFrames } from '../src/frames.ts'
import { startHub } from '../src/hub.ts'
import {
  agentSocket,
  expectEnded,
  gone,
  heartbeat,
  known,
  register,
  REGISTER_PATH,
  remove,
  tokenIn,
  USED,
} from '../src/registrations.ts'
import { requestTempToken } from '../src/rest.ts'
import { signalHub } from '../src/signal-hub.ts'
import { claimsOf } from '../src/tokens.ts'

let made = 0
const freshId = (): string => `keyed-${(made += 1)}`

describe('AGENT_KEYS_FILE', () => {
  let directory: string | undefined
  const keysFile = async (...lines: readonly string[]): Promise<string> => {
    directory ??= await mkdtemp(join(tmpdir(), 'arcp-interop-keys-'))
    const path = join(directory, 'keys')
    await writeFile(path, lines.join('\n'))
    return path
  }
  afterAll(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true })
  })

  it('[decision 3] [S7] is read at the start and again on SIGHUP', async () => {
    const path = await keysFile('# keys of a test', '', '  key-of-the-first-line  ', 'key-with a blank, and a comma')
    const hub = await startHub({ env: { AGENT_KEYS: '', AGENT_KEYS_FILE: path } })
    try {
      const id = freshId()
      const wrong = async (key: string): Promise<void> => {
        await expect(requestTempToken(hub, id, key)).rejects.toThrow('agent_key is not a key of this hub')
      }
      await requestTempToken(hub, id, 'key-of-the-first-line')
      const kept = await requestTempToken(hub, id, 'key-with a blank, and a comma')
      const token = tokenIn(await register(hub, kept, id))
      await wrong('# keys of a test')
      await wrong('key-that-comes-later')

      await keysFile('key-that-comes-later', 'key-with a blank, and a comma')
      signalHub(hub, 'SIGHUP')
      expect(await hub.waitForLog(({ event }) => event === 'agent_keys_read')).toMatchObject({ level: 'info', keys: 2 })
      await requestTempToken(hub, id, 'key-that-comes-later')
      await wrong('key-of-the-first-line')

      // A file that cannot be used is reported, and the keys stay as they were.
      await keysFile('short')
      signalHub(hub, 'SIGHUP')
      const failed = await hub.waitForLog(({ event }) => event === 'agent_keys_not_read')
      expect(failed).toMatchObject({
        level: 'error',
        reason: 'AGENT_KEYS_FILE holds 1 key(s) that are not 10-200 characters long',
      })
      await requestTempToken(hub, id, 'key-that-comes-later')
      expect((await heartbeat(hub, token, id)).status).toBe(200)
      expect(hub.logs().filter(({ event }) => event === 'agents_revoked')).toStrictEqual([])
      expect(hub.output()).not.toContain('key-that')
    } finally {
      await hub.stop()
    }
  })

  it('[decision 3] [decision 5] [S7] [A4] a key that is gone from it ends its agents, and nobody else', async () => {
    const path = await keysFile('key-that-goes', 'key-that-stays')
    const hub = await startHub({ env: { AGENT_KEYS: '', AGENT_KEYS_FILE: path } })
    try {
      const [id, silent, other] = [freshId(), freshId(), freshId()]
      const temp = await requestTempToken(hub, id, 'key-that-goes')
      const token = tokenIn(await register(hub, temp, id))
      const second = tokenIn(await register(hub, await requestTempToken(hub, silent, 'key-that-goes'), silent))
      const unused = await requestTempToken(hub, id, 'key-that-goes')
      const mine = tokenIn(await register(hub, await requestTempToken(hub, other, 'key-that-stays'), other))
      const legacy = await agentSocket(hub, token)
      const live = await agentSocket(hub, token, true)
      const bystander = await agentSocket(hub, mine)

      await keysFile('key-that-stays')
      signalHub(hub, 'SIGHUP')
      expect(await hub.waitForLog(({ event }) => event === 'agents_revoked')).toMatchObject({
        level: 'warn',
        agents: 2,
      })
      expect(await legacy.closed(1000)).toMatchObject({ code: 1008, reason: 'Token was revoked' })
      expect(await live.closed(1000)).toMatchObject({ code: 4401, reason: 'Token was revoked' })
      await expectEnded(hub, token, id, 'revoked')
      await expectEnded(hub, second, silent, 'revoked')
      expect([await known(hub, id), await known(hub, silent), await known(hub, other)]).toStrictEqual([
        false,
        false,
        true,
      ])
      bystander.send('ping')
      await bystander.next(({ text }) => text === 'pong')
      expect((await heartbeat(hub, mine, other)).status).toBe(200)

      // Neither the token nor its key starts anything any more.
      const back = await openFrames(`${hub.wsUrl}/agents/ws`)
      back.send({ token })
      expect(await back.closed()).toMatchObject({ code: 1008, reason: 'Invalid token' })
      expect(problemIn(await register(hub, token, id), REGISTER_PATH)).toStrictEqual(gone(id, 'revoked'))
      const removed = {
        slug: 'token-invalid',
        detail: 'The agent key behind this token is no longer a key of this hub',
      }
      for (const one of [temp, unused]) {
        expect(problemIn(await register(hub, one, id), REGISTER_PATH)).toStrictEqual(removed)
        expect(problemIn(await remove(hub, one, id), `/agents/${id}`)).toStrictEqual(removed)
      }

      // The key comes back: what was revoked stays so, and a new registration is a new life.
      await keysFile('key-that-stays', 'key-that-goes')
      signalHub(hub, 'SIGHUP')
      await hub.waitForLog(({ event, keys }) => event === 'agent_keys_read' && keys === 2)
      expect(problemIn(await register(hub, token, id), REGISTER_PATH)).toStrictEqual(gone(id, 'revoked'))
      expect(problemIn(await register(hub, temp, id), REGISTER_PATH)).toStrictEqual(USED)
      expect(claimsOf(tokenIn(await register(hub, unused, id)))['inc']).toBe(2)
      expect(hub.logs().filter(({ event }) => event === 'agents_revoked')).toHaveLength(1)
    } finally {
      await hub.stop()
    }
  })
})

describe('a hub that starts with agents of a key it does not know', () => {
  it('[decision 3] [S7] says so and ends nobody; SIGHUP does', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'arcp-interop-keys-'))
    const path = join(directory, 'keys')
    const env = { AGENT_KEYS: '', AGENT_KEYS_FILE: path, ARCP_DATA_DIR: join(directory, 'data') }
    try {
      await writeFile(path, 'key-that-goes\nkey-that-stays')
      const before = await startHub({ env })
      const [id, other] = [freshId(), freshId()]
      const token = tokenIn(await register(before, await requestTempToken(before, id, 'key-that-goes'), id))
      const mine = tokenIn(await register(before, await requestTempToken(before, other, 'key-that-stays'), other))
      expect(before.logs().filter(({ event }) => event === 'agents_of_unknown_keys')).toStrictEqual([])
      await before.stop()

      await writeFile(path, 'key-that-stays')
      const hub = await startHub({ env })
      try {
        expect(await hub.waitForLog(({ event }) => event === 'agents_of_unknown_keys')).toMatchObject({
          level: 'warn',
          agents: 1,
        })
        expect((await heartbeat(hub, token, id)).status).toBe(200)
        signalHub(hub, 'SIGHUP')
        expect(await hub.waitForLog(({ event }) => event === 'agents_revoked')).toMatchObject({ agents: 1 })
        await expectEnded(hub, token, id, 'revoked')
        expect((await heartbeat(hub, mine, other)).status).toBe(200)
      } finally {
        await hub.stop()
      }
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})
