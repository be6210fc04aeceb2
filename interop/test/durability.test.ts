// What the embedded store promises, on real processes that are killed: nothing that was answered is lost, nothing that
// was ended comes back, and a file that is not as it should be is refused and left alone.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { send } from '../src/http.ts'
import { startHub, type Hub, type LogEntry } from '../src/hub.ts'
import { possibleStates, tokenVerdicts, wrongWith, type Entry, type Seen, type Write } from '../src/journal.ts'
import { emptyDirectory, runMain } from '../src/main-program.ts'
import { numberAt, textAt } from '../src/pick.ts'
import { registerAgent, request, requestTempToken, sampleCard } from '../src/rest.ts'
import { claimsOf } from '../src/tokens.ts'
import { seeded, write, type Journal } from '../src/writers.ts'

const KILLS = 50
const WRITERS = 6
const AGENTS_EACH = 3
/** Most answers a hub gives before it is killed. */
const ANSWERS_MAX = 60
/** How many of an agent's latest lives have their tokens tried after each restart. */
const LIVES = 2

const look = async (hub: Hub, id: string): Promise<Seen> => {
  const answer = await send(hub, 'GET', `/public/agent/${id}`)
  if (answer.status === 404) return { kind: 'seen', id, mark: undefined }
  return { kind: 'seen', id, mark: textAt(answer.body, 'metadata', 'mark') }
}

const checkTokens = async (hub: Hub, id: string, entries: readonly Entry[]): Promise<readonly string[]> => {
  const wrong: string[] = []
  for (const { token, works } of tokenVerdicts(entries, LIVES)) {
    const { status } = await send(hub, 'POST', `/agents/${id}/heartbeat`, { token })
    if (status !== (works ? 200 : 410)) wrong.push(`${id}: the token of ${works ? 'its' : 'an ended'} life: ${status}`)
  }
  return wrong
}

/** Looks at every agent, notes what is there, and tries the tokens. */
const check = async (hub: Hub, journal: Journal): Promise<readonly string[]> => {
  const found = await Promise.all(
    [...journal].map(async ([id, entries]) => {
      const seen = await look(hub, id)
      const wrong = wrongWith(entries, seen)
      if (wrong !== undefined) return [wrong]
      entries.push(seen)
      return checkTokens(hub, id, entries)
    }),
  )
  return found.flat()
}

const positionOf = (token: string) => ({
  epoch: textAt(claimsOf(token), 'ep'),
  offset: numberAt(claimsOf(token), 'off'),
})

describe('the checker', () => {
  const wrote = (kind: Write['kind'], mark: string, answered: boolean): Write => ({
    kind,
    id: 'a',
    mark,
    sentAt: 0,
    ...(answered ? { answeredAt: 1, token: `token of ${mark}` } : {}),
  })
  const seen = (mark?: string): Seen => ({ kind: 'seen', id: 'a', mark })

  it('finds what is lost and what has come back, and lets both be where nobody was answered', () => {
    const alive = [wrote('register', '1', true), wrote('update', '2', true)]
    expect(wrongWith(alive, seen('2'))).toBeUndefined()
    expect(wrongWith(alive, seen('1'))).toContain('the record 1 is there, and the record 2 should be')
    expect(wrongWith(alive, seen())).toContain('no record is there, and the record 2 should be')
    const gone = [...alive, wrote('unregister', '3', true)]
    expect(wrongWith(gone, seen())).toBeUndefined()
    expect(wrongWith(gone, seen('2'))).toContain('the record 2 is there, and no record should be')
    const open = [...alive, wrote('unregister', '3', false)]
    expect([wrongWith(open, seen()), wrongWith(open, seen('2'))]).toEqual([undefined, undefined])
    expect(possibleStates([...open, seen('2')])).toEqual([{ life: '1', mark: '2' }])
  })

  it('knows which tokens must work', () => {
    const twice = [wrote('register', '1', true), wrote('register', '2', true), wrote('update', '3', true)]
    expect(tokenVerdicts(twice, 5)).toEqual([
      { token: 'token of 1', works: false },
      { token: 'token of 3', works: true },
    ])
    const open = [...twice, wrote('register', '4', false)]
    expect(() => tokenVerdicts(open, 5)).toThrow('look at the id first')
    expect(tokenVerdicts([...open, seen('4')], 1)).toEqual([{ token: 'token of 3', works: false }])
    expect(tokenVerdicts([...open, seen('3')], 1)).toEqual([{ token: 'token of 3', works: true }])
  })
})

describe('a hub that is killed', () => {
  it(`[S1][S2] ${KILLS} times under writers has lost nothing that it answered`, { timeout: 240_000 }, async () => {
    const seed = Number(process.env['ARCP_TEST_SEED'] ?? Date.now() % 1_000_000)
    console.info(`ARCP_TEST_SEED=${seed}`)
    const random = seeded(seed)
    const dataDir = await emptyDirectory()
    const journal: Journal = new Map()
    const epochs = new Set<string>()
    let marks = 0
    let highest = 0
    let answers = 0
    const start = () => startHub({ dataDir, env: { AGENT_HEARTBEAT_TIMEOUT: '3600' } })

    for (let round = 0; round < KILLS; round += 1) {
      const hub = await start()
      expect(await check(hub, journal), `seed ${seed}, restart ${round}`).toEqual([])
      const probe = positionOf((await registerAgent(hub, 'the-probe')).token)
      expect(probe.offset).toBeGreaterThan(highest)
      epochs.add(probe.epoch)
      const { key_id: keyId } = claimsOf(await requestTempToken(hub, 'the-probe'))
      let left = 1 + Math.floor(random() * ANSWERS_MAX)
      const writers = Array.from({ length: WRITERS }, (_, writer) =>
        write({
          hub,
          journal,
          keyId: String(keyId),
          ids: Array.from({ length: AGENTS_EACH }, (_, at) => `agent-${writer}-${at}`),
          random,
          mark: () => `mark-${(marks += 1)}`,
          answered: () => {
            answers += 1
            left -= 1
            if (left === 0) void hub.kill()
          },
        }),
      )
      await Promise.all(writers)
      await hub.exit
      const tokens = [...journal.values()].flat().flatMap((entry) => (entry.kind === 'seen' ? [] : (entry.token ?? [])))
      highest = Math.max(probe.offset, ...tokens.map((token) => positionOf(token).offset))
    }

    const last = await start()
    expect(await check(last, journal), `seed ${seed}, at the end`).toEqual([])
    await last.stop()
    expect(epochs.size).toBe(1)
    const writes = [...journal.values()].flat().filter((entry) => entry.kind !== 'seen')
    const unanswered = writes.filter(({ answeredAt }) => answeredAt === undefined).length
    console.info(`${KILLS} kills, ${answers} answered writes, ${unanswered} unanswered`)
    expect(answers).toBeGreaterThan(KILLS)
    expect(unanswered).toBeGreaterThan(KILLS)
  })
})

/** The length of a fault: nothing can be waited for while there is no hub. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const startIn = async (dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<Hub> => {
  const hub = await startHub({ dataDir, env })
  onTestFinished(async () => void (await hub.kill()))
  return hub
}

describe('agents of a hub that was away', () => {
  const TIMEOUT_S = 2
  const env = { AGENT_HEARTBEAT_TIMEOUT: String(TIMEOUT_S) }
  const died = (id: string) => (line: LogEntry) => line['event'] === 'agent_died' && line['agent_id'] === id
  const timeOf = ({ time }: LogEntry): number => Date.parse(String(time))
  const statusOf = async (hub: Hub, id: string, token: string) =>
    textAt((await request(hub, 'GET', `/agents/${id}`, { token })).body, 'status')

  it('[S3][S4] who was alive has one timeout more, and dies then, once; who was dead stays dead', async () => {
    const dataDir = await emptyDirectory()
    const before = await startIn(dataDir, env)
    await registerAgent(before, 'agent-dead')
    await before.waitForLog(died('agent-dead'))
    const { token } = await registerAgent(before, 'agent-alive')
    await before.kill()
    await pause(TIMEOUT_S * 1000)

    const after = await startIn(dataDir, env)
    expect(await statusOf(after, 'agent-dead', token)).toBe('dead')
    const death = await after.waitForLog(died('agent-alive'))
    const listening = await after.waitForLog(({ event }) => event === 'listening')
    expect(timeOf(death) - timeOf(listening)).toBeGreaterThan((TIMEOUT_S * 1000) / 2)
    expect(await statusOf(after, 'agent-alive', token)).toBe('dead')
    expect(after.logs().filter(({ event }) => event === 'agent_died')).toHaveLength(1)
    await after.kill()

    const again = await startIn(dataDir, env)
    expect(await statusOf(again, 'agent-alive', token)).toBe('dead')
    expect((await request(again, 'POST', '/agents/agent-alive/heartbeat', { token })).status).toBe(200)
    expect(await statusOf(again, 'agent-alive', token)).toBe('alive')
    expect(again.logs().filter(({ event }) => event === 'agent_died')).toEqual([])
  })

  it('were last seen when they were last heard', async () => {
    const dataDir = await emptyDirectory()
    const before = await startIn(dataDir)
    const { token } = await registerAgent(before, 'agent-heard')
    const beat = await request(before, 'POST', '/agents/agent-heard/heartbeat', { token })
    await before.stop()
    const after = await startIn(dataDir)
    const { body } = await request(after, 'GET', '/agents/agent-heard', { token })
    expect(textAt(body, 'last_seen')).toBe(textAt(beat.body, 'last_seen'))
  })
})

describe('what is kept', () => {
  it('[S15] is no secret: no key, no token, nothing that signs', async () => {
    const dataDir = await emptyDirectory()
    const secret = 'a-secret-that-signs-tokens-and-is-written-nowhere'
    const hub = await startIn(dataDir, { JWT_SECRET: secret })
    const temp = await requestTempToken(hub, 'agent-secret')
    const { body } = await request(hub, 'POST', '/agents/register', { token: temp, body: sampleCard('agent-secret') })
    await hub.kill()
    const kept = ['arcp.sqlite', 'arcp.sqlite-wal'].map((name) => readFileSync(join(dataDir, name), 'latin1')).join('')
    expect(kept).toContain('agent-secret')
    const signature = (token: string): string => token.slice(token.lastIndexOf('.') + 1)
    const tokens = [temp, textAt(body, 'access_token')]
    for (const text of [hub.agentKey, secret, ...tokens, ...tokens.map(signature)]) expect(kept).not.toContain(text)
  })
})

describe('a disk that takes no more', () => {
  /** No file of this process can be written beyond so many bytes. */
  const limitFiles = ({ pid }: Hub, bytes: number | 'unlimited'): void => {
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`])
  }
  const health = async (hub: Hub) => {
    const { body } = await send(hub, 'GET', '/health')
    return [textAt(body, 'status'), textAt(body, 'storage', 'backup_storage')]
  }

  it('[S12] nothing is answered that is not stored; reads go on; it goes on when there is room again', async () => {
    const dataDir = await emptyDirectory()
    const hub = await startIn(dataDir)
    const { token } = await registerAgent(hub, 'agent-before')
    expect(await health(hub)).toEqual(['healthy', 'sqlite'])

    limitFiles(hub, 4096)
    const temp = await requestTempToken(hub, 'agent-during')
    const asked = { token: temp, body: sampleCard('agent-during') }
    const refused = await request(hub, 'POST', '/agents/register', asked)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect((await request(hub, 'DELETE', '/agents/agent-before', { token })).status).toBe(503)
    expect((await send(hub, 'GET', '/public/agent/agent-before')).status).toBe(200)
    expect((await send(hub, 'GET', '/public/agent/agent-during')).status).toBe(404)
    expect(await health(hub)).toEqual(['degraded', 'sqlite'])

    limitFiles(hub, 'unlimited')
    expect((await request(hub, 'POST', '/agents/register', asked)).status).toBe(200)
    expect(await health(hub)).toEqual(['healthy', 'sqlite'])
    const told = hub.logs().filter(({ event }) => String(event).startsWith('store_'))
    expect(told).toMatchObject([
      { level: 'error', event: 'store_away' },
      { level: 'info', event: 'store_back' },
    ])

    await hub.kill()
    const after = await startIn(dataDir)
    for (const id of ['agent-before', 'agent-during']) {
      expect((await send(after, 'GET', `/public/agent/${id}`)).status).toBe(200)
    }
  })
})

describe('a file that is not as it should be', () => {
  const bytesIn = (directory: string) =>
    Object.fromEntries(
      readdirSync(directory).map((name) => [name, readFileSync(join(directory, name)).toString('base64')]),
    )

  /** The hub's data directory after it was killed: the newest changes still stand beside the file. */
  const killed = async (): Promise<{ readonly dataDir: string; readonly path: string }> => {
    const dataDir = await emptyDirectory()
    const hub = await startIn(dataDir)
    await registerAgent(hub, 'agent-kept')
    await hub.kill()
    expect(readdirSync(dataDir).toSorted()).toEqual(['arcp.sqlite', 'arcp.sqlite-wal'])
    return { dataDir, path: join(dataDir, 'arcp.sqlite') }
  }

  const expectRefusal = async (dataDir: string, line: unknown): Promise<void> => {
    const before = bytesIn(dataDir)
    const done = await runMain({ cwd: dataDir, env: { ARCP_PORT: '0', ARCP_DATA_DIR: dataDir } })
    expect(done).toEqual({ code: 1, signal: null, stdout: [], stderr: [line] })
    expect(bytesIn(dataDir)).toEqual(before)
  }

  const overwrite = (path: string, from: number, bytes: Buffer): void => {
    const file = readFileSync(path)
    bytes.copy(file, from)
    writeFileSync(path, file)
  }

  it('because a newer version wrote it: the hub does not start, and leaves every byte', async () => {
    const { dataDir, path } = await killed()
    overwrite(path, 60, Buffer.from([0, 0, 0, 9]))
    await expectRefusal(
      dataDir,
      `arcp: ${path} was written by a newer version of the hub (format 9, this one knows 1): run that version, or set ` +
        'ARCP_DATA_DIR to another directory',
    )
  })

  it('because it is damaged: the hub does not start, and leaves every byte', async () => {
    const { dataDir, path } = await killed()
    const good = readFileSync(path)
    overwrite(path, 4096, Buffer.alloc(good.length - 4096, 0xa5))
    await expectRefusal(
      dataDir,
      expect.stringMatching(
        /^arcp: \S+arcp\.sqlite is damaged \(.+\) and was left as it is: restore a backup, or move it away, with the -wal beside it, to start without agents, or set ARCP_STORE=memory$/,
      ),
    )
    writeFileSync(path, good)
    const hub = await startIn(dataDir)
    expect((await send(hub, 'GET', '/public/agent/agent-kept')).status).toBe(200)
  })

  it('because another hub has it', async () => {
    const dataDir = await emptyDirectory()
    const hub = await startIn(dataDir)
    const { token } = await registerAgent(hub, 'agent-kept')
    const path = join(dataDir, 'arcp.sqlite')
    await expectRefusal(
      dataDir,
      `arcp: ${path} is in use by another hub: use that one, or stop it; a second hub needs an ARCP_DATA_DIR and an ARCP_PORT of its own`,
    )
    expect((await request(hub, 'POST', '/agents/agent-kept/heartbeat', { token })).status).toBe(200)
  })
})
