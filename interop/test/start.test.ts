// Starting the hub by hand: what it says when something is wrong, what it makes for itself, and where it takes its
// settings from. Every fault is one clear line on standard error that says what to do, and a non-zero exit.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { configurationPage } from '../../apps/server/src/config/help.ts'
import { OPTIONS } from '../../apps/server/src/config/options.ts'
import { isObject } from '../src/frames.ts'
import { ADMIN_PASSWORD, startHub } from '../src/hub.ts'
import { emptyDirectory, runMain, startMain, type MainOptions } from '../src/main-program.ts'
import { textAt } from '../src/pick.ts'
import { startProgram, type Program } from '../src/program.ts'
import { registerAgent, request, requestTempToken } from '../src/rest.ts'
import type { Finished } from '../src/python.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Refused with these lines on standard error and nothing else. */
const expectRefusal = (done: Finished, lines: readonly unknown[]): void => {
  expect(done.stderr).toStrictEqual(lines)
  expect(done).toMatchObject({ code: 1, signal: null, stdout: [] })
}

interface Started {
  readonly program: Program
  readonly url: string
  /** What stood on standard output up to the line that tells the hub listens. */
  readonly shown: readonly string[]
  stop(): Promise<void>
}

/** A hub started by hand that comes up. */
const comeUp = async (options: MainOptions): Promise<Started> => {
  const program = startMain(options)
  onTestFinished(() => program.signal('SIGKILL'))
  const { item, index } = await program.stdout.find((line) => line.includes('"event":"listening"'))
  const url = textAt(JSON.parse(item), 'url')
  return {
    program,
    url,
    shown: program.stdout.items.slice(0, index),
    stop: async () => {
      expect(await program.end('SIGTERM')).toStrictEqual({ code: 0, signal: null })
    },
  }
}

/** The value the banner shows beside a name. */
const shownSecret = (lines: readonly string[], name: string): string | undefined =>
  lines.map((line) => new RegExp(`^ {4}${name} +(\\S+)$`).exec(line)?.[1]).find((value) => value !== undefined)

describe('a start that fails', () => {
  it('because the address is not of this machine, or no address at all: says which', async () => {
    const cwd = await emptyDirectory()
    const advice = 'or to 0.0.0.0 for all'
    expectRefusal(await runMain({ cwd, env: { ARCP_HOST: '192.0.2.1' } }), [
      `arcp: 192.0.2.1 is not an address of this machine: set ARCP_HOST to one that is, ${advice}`,
    ])
    expectRefusal(await runMain({ cwd, env: { ARCP_HOST: 'no-such-host.invalid' } }), [
      `arcp: no-such-host.invalid is not a known host name: set ARCP_HOST to an address of this machine, ${advice}`,
    ])
  })

  it('because the port is taken: names it, and neither makes nor keeps secrets', async () => {
    const hub = await startHub()
    onTestFinished(async () => void (await hub.stop()))
    const cwd = await emptyDirectory()
    const done = await runMain({ cwd, env: { ARCP_PORT: String(hub.port) } })
    expectRefusal(done, [
      `arcp: port ${hub.port} on 127.0.0.1 is in use by another program: stop that, or set ARCP_PORT (0 takes a free port)`,
    ])
    // Kept but never shown, they would be lost to the person who starts it again.
    expect(existsSync(join(cwd, '.data/secrets.json'))).toBe(false)
    const again = await comeUp({ cwd, env: { ARCP_PORT: '0' } })
    expect(shownSecret(again.shown, 'AGENT_KEYS')).toMatch(/^dev-/)
    await again.stop()
  })

  it('because of bad variables: every one at once, values of secrets never', async () => {
    const done = await runMain({
      cwd: await emptyDirectory(),
      env: {
        ENVIRONMENT: 'staging',
        ARCP_HOST: 'http://x/',
        ARCP_PORT: '80a',
        ALLOWED_AGENT_TYPES: 'ok,not ok',
        JWT_SECRET: 'canary-short',
        JWT_ALGORITHM: 'none',
        AGENT_KEYS: 'long-enough-key,canary',
        METRICS_SCRAPE_TOKEN: 'canary with blank',
        AGENT_HEARTBEAT_TIMEOUT: '0',
        ARCP_STORE: 'files',
        SQLITE_SYNCHRONOUS: 'off',
        LEASE_MASS_LOSS_RATIO: '-1',
        CHANGE_HISTORY: '1e5',
        WEBSOCKET_INTERVAL: 'soon',
        PUBLIC_WS_CHECK_ORIGIN: 'perhaps',
        ALLOWED_ORIGINS: 'https://good.example,ftp://bad.example',
        TRUSTED_PROXIES: '10.0.0.0/8,1.2.3.4.5',
        LOG_LEVEL: 'loud',
      },
    })
    const item = 'a comma list of types, each 2-50 of A-Z a-z 0-9 _ -'
    expectRefusal(done, [
      'arcp: ENVIRONMENT must be one of development, testing, production, not "staging"',
      'arcp: ARCP_HOST must be a host name or address, not "http://x/"',
      'arcp: ARCP_PORT must be a whole number from 0 to 65535, not "80a"',
      `arcp: ALLOWED_AGENT_TYPES must be ${item}, not "ok,not ok"`,
      'arcp: ARCP_STORE must be one of sqlite, memory, not "files"',
      'arcp: SQLITE_SYNCHRONOUS must be one of full, normal, not "off"',
      'arcp: CHANGE_HISTORY must be a whole number from 10 to 10000000, not "1e5"',
      'arcp: AGENT_KEYS must be a comma list of keys, each 10-200 characters',
      'arcp: JWT_SECRET must be at least 32 characters',
      'arcp: JWT_ALGORITHM must be one of HS256, not "none"',
      'arcp: METRICS_SCRAPE_TOKEN must be at least 16 characters without blanks',
      'arcp: AGENT_HEARTBEAT_TIMEOUT must be a number from 0.2 to 86400, not "0"',
      'arcp: LEASE_MASS_LOSS_RATIO must be a number from 0.01 to 1, not "-1"',
      'arcp: WEBSOCKET_INTERVAL must be a number from 0.05 to 86400, not "soon"',
      'arcp: ALLOWED_ORIGINS must be a comma list of origins like https://app.example.com, not ' +
        '"https://good.example,ftp://bad.example"',
      'arcp: PUBLIC_WS_CHECK_ORIGIN must be true or false, not "perhaps"',
      'arcp: TRUSTED_PROXIES must be a comma list of addresses or CIDR ranges, not "10.0.0.0/8,1.2.3.4.5"',
      'arcp: LOG_LEVEL must be one of debug, info, warn, error, not "loud"',
    ])
  })

  it.each(['10.0.0.0/33', '::1/129', '300.1.1.1', '::1::', '1.2.3'])('because %s is no proxy range', async (range) => {
    const done = await runMain({ cwd: await emptyDirectory(), env: { TRUSTED_PROXIES: range } })
    expectRefusal(done, [`arcp: TRUSTED_PROXIES must be a comma list of addresses or CIDR ranges, not "${range}"`])
  })

  it('because ARCP_DATA_DIR cannot be made', async () => {
    const cwd = await emptyDirectory()
    await writeFile(join(cwd, 'a-file'), '')
    const done = await runMain({ cwd, env: { ARCP_PORT: '0', ARCP_DATA_DIR: 'a-file/below' } })
    expectRefusal(done, [
      'arcp: ARCP_DATA_DIR "a-file/below" cannot be written to (ENOTDIR): make it writable for this user, or set ' +
        'ARCP_DATA_DIR to a directory that is',
    ])
    // A file system that makes no directories.
    const nowhere = await runMain({ cwd, env: { ARCP_PORT: '0', ARCP_DATA_DIR: '/proc/no/such' } })
    expectRefusal(nowhere, [
      'arcp: ARCP_DATA_DIR "/proc/no/such" cannot be written to (ENOENT): make it writable for this user, or set ' +
        'ARCP_DATA_DIR to a directory that is',
    ])
  })

  const damaged: readonly (readonly [what: string, text: string])[] = [
    ['is cut', '{"JWT_SECRET": "abc'],
    ['is empty', ''],
    ['is a list', '[]'],
    ['holds null', 'null'],
    ['holds a number for a secret', '{"JWT_SECRET": 5}'],
    ['holds a secret that would be refused from the environment', '{"JWT_SECRET": "canary"}'],
    ['holds an empty key', '{"AGENT_KEYS": ""}'],
  ]
  it.each(damaged)('because secrets.json %s: it is left as it is', async (_, text) => {
    const cwd = await emptyDirectory()
    const path = join(cwd, 'secrets.json')
    await writeFile(path, text)
    const done = await runMain({ cwd, env: { ARCP_PORT: '0', ARCP_DATA_DIR: cwd } })
    expectRefusal(done, [
      `arcp: ${path} is damaged: mend it, or remove it to have new secrets made (agents then need the new key)`,
    ])
    expect(await readFile(path, 'utf8')).toBe(text)
  })

  it('because secrets.json cannot be read', async () => {
    const cwd = await emptyDirectory()
    await mkdir(join(cwd, 'secrets.json'))
    const done = await runMain({ cwd, env: { ARCP_PORT: '0', ARCP_DATA_DIR: cwd } })
    expectRefusal(done, [
      `arcp: ${join(cwd, 'secrets.json')} cannot be read (EISDIR): make it readable for this user, or set ` +
        'ARCP_DATA_DIR to another directory',
    ])
  })

  it('[X146] in production, because secrets are missing: lists them with everything else that is wrong', async () => {
    const done = await runMain({ cwd: await emptyDirectory(), env: { ENVIRONMENT: 'production', ARCP_PORT: 'x' } })
    expectRefusal(done, [
      'arcp: ARCP_PORT must be a whole number from 0 to 65535, not "x"',
      'arcp: JWT_SECRET must be set in production, where none is made; "openssl rand -base64 48" makes a good one',
      'arcp: AGENT_KEYS or AGENT_KEYS_FILE must be set in production, where none is made; "openssl rand -base64 48" makes a good one',
      'arcp: ADMIN_PASSWORD must be set in production, where none is made; "openssl rand -base64 48" makes a good one',
    ])
    const weak = await runMain({ cwd: await emptyDirectory(), env: { ENVIRONMENT: 'production', JWT_SECRET: 'weak' } })
    expectRefusal(weak, [
      'arcp: JWT_SECRET must be at least 32 characters',
      'arcp: AGENT_KEYS or AGENT_KEYS_FILE must be set in production, where none is made; "openssl rand -base64 48" makes a good one',
      'arcp: ADMIN_PASSWORD must be set in production, where none is made; "openssl rand -base64 48" makes a good one',
    ])
  })

  it('because AGENT_KEYS_FILE cannot be used', async () => {
    const cwd = await emptyDirectory()
    const env = { ARCP_PORT: '0', AGENT_KEYS_FILE: 'keys' }
    expectRefusal(await runMain({ cwd, env }), [
      'arcp: AGENT_KEYS_FILE "keys" cannot be read (ENOENT): make it readable for this user, or set AGENT_KEYS instead',
    ])
    await writeFile(join(cwd, 'keys'), 'canary\n\nlong-enough-key\n')
    expectRefusal(await runMain({ cwd, env }), [
      'arcp: AGENT_KEYS_FILE holds 1 key(s) that are not 10-200 characters long',
    ])
    await writeFile(join(cwd, 'keys'), '# nobody yet\n')
    const given = { JWT_SECRET: 'a-secret-of-at-least-32-characters', ADMIN_PASSWORD: 'correct horse battery' }
    expectRefusal(await runMain({ cwd, env: { ...env, ENVIRONMENT: 'production', ...given } }), [
      'arcp: AGENT_KEYS_FILE "keys" holds no key: put one agent key on each line',
    ])
  })

  it('because .env cannot be read', async () => {
    const cwd = await emptyDirectory()
    await mkdir(join(cwd, '.env'))
    expectRefusal(await runMain({ cwd, env: { ARCP_PORT: '0' } }), [
      'arcp: .env in the working directory cannot be read (EISDIR): make it a readable file, or remove it',
    ])
  })

  it.each([
    ['--prot', 'arcp: unknown option --prot; see --help'],
    ['-x', 'arcp: unknown option -x; see --help'],
    ['serve', 'arcp: unexpected argument "serve": settings come from the environment; see --help'],
    ['--help=yes', 'arcp: --help takes no value; see --help'],
  ])('because of the argument %s', async (argument, line) => {
    expectRefusal(await runMain({ cwd: await emptyDirectory(), args: [argument] }), [line])
  })

  const old = ((): string | undefined => {
    const path = '/usr/bin/node'
    if (!existsSync(path)) return undefined
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()
    return /^v(1[89]|2[01])\./.test(version) ? path : undefined
  })()
  it.skipIf(old === undefined)('because Node is too old', async () => {
    const version = execFileSync(old ?? '', ['--version'], { encoding: 'utf8' })
      .trim()
      .slice(1)
    const done = await runMain({ cwd: await emptyDirectory(), env: { ARCP_PORT: '0' }, node: old ?? '' })
    expectRefusal(done, [
      `arcp: Node 22.13 or newer is needed, this is ${version}: install a newer one, or run "npm start" in the ` +
        'repository, which brings its own',
    ])
  })
})

describe('arguments', () => {
  it.each(['--help', '-h'])('%s shows every setting with what it accepts and its default', async (argument) => {
    const done = await runMain({ cwd: await emptyDirectory(), args: [argument] })
    expect(done).toMatchObject({ code: 0, signal: null, stderr: [] })
    for (const [name, option] of Object.entries(OPTIONS)) {
      const at = done.stdout.findIndex((line) => line.startsWith(`  ${name} `))
      expect(at, name).toBeGreaterThan(-1)
      expect(done.stdout[at]).toContain(option.text)
      expect(done.stdout[at + 1]).toContain(`${option.accepts}. Default: `)
    }
  })

  it('--help works even where the settings are bad', async () => {
    const done = await runMain({ cwd: await emptyDirectory(), args: ['--help'], env: { ARCP_PORT: 'x' } })
    expect(done).toMatchObject({ code: 0, stderr: [] })
  })

  it('--version is the version of the package', async () => {
    const version = textAt(JSON.parse(readFileSync(`${root}apps/server/package.json`, 'utf8')), 'version')
    expect(await runMain({ cwd: await emptyDirectory(), args: ['--version'] })).toStrictEqual({
      code: 0,
      signal: null,
      stdout: [version],
      stderr: [],
    })
  })
})

describe('secrets in development', () => {
  it('are made once, kept for this user only, shown once, and good', async () => {
    const cwd = await emptyDirectory()
    const first = await comeUp({ cwd, env: { ARCP_PORT: '0' } })
    const key = shownSecret(first.shown, 'AGENT_KEYS')
    const secret = shownSecret(first.shown, 'JWT_SECRET')
    const password = shownSecret(first.shown, 'ADMIN_PASSWORD')
    if (key === undefined || secret === undefined || password === undefined) throw new Error(first.program.output())
    expect(first.shown).toContain(`  Made now and kept in ${join(cwd, '.data/secrets.json')}; shown this once:`)
    const path = join(cwd, '.data/secrets.json')
    expect(JSON.parse(await readFile(path, 'utf8'))).toStrictEqual({
      JWT_SECRET: secret,
      AGENT_KEYS: key,
      ADMIN_PASSWORD: password,
    })
    expect(first.shown).toContain('    sign in     as admin, with the ADMIN_PASSWORD below')
    expect(secret.length).toBeGreaterThanOrEqual(32)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(cwd, '.data'))).mode & 0o777).toBe(0o700)
    const token = await requestTempToken({ url: first.url, agentKey: key }, 'by-the-made-key')
    await first.stop()

    const second = await comeUp({ cwd, env: { ARCP_PORT: '0' } })
    expect(second.program.output()).not.toContain(key)
    expect(second.program.output()).not.toContain(secret)
    expect(second.program.output()).not.toContain(password)
    expect(second.shown).toContain(`    sign in     as admin, with ADMIN_PASSWORD in ${path}`)
    expect(second.shown.join('\n')).not.toContain('shown this once')
    // Same key, same signing secret.
    expect((await request(second, 'GET', '/tokens/validate', { token })).status).toBe(200)
    await requestTempToken({ url: second.url, agentKey: key }, 'by-the-made-key')
    await second.stop()
  })

  it('are made only where none is given, and a file that others could read is closed to them', async () => {
    const cwd = await emptyDirectory()
    const path = join(cwd, 'secrets.json')
    const kept = { AGENT_KEYS: 'a-key-from-an-older-start', OF_ANOTHER_VERSION: 'kept as well' }
    await writeFile(path, JSON.stringify(kept))
    await chmod(path, 0o644)
    const hub = await comeUp({ cwd, env: { ARCP_PORT: '0', ARCP_DATA_DIR: cwd } })
    expect(shownSecret(hub.shown, 'AGENT_KEYS')).toBeUndefined()
    const secret = shownSecret(hub.shown, 'JWT_SECRET')
    expect(JSON.parse(await readFile(path, 'utf8'))).toStrictEqual({
      ...kept,
      JWT_SECRET: secret,
      ADMIN_PASSWORD: shownSecret(hub.shown, 'ADMIN_PASSWORD'),
    })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    await requestTempToken({ url: hub.url, agentKey: kept.AGENT_KEYS }, 'by-the-kept-key')
    await hub.stop()
  })

  it('are not made, shown or kept where all are given', async () => {
    const hub = await startHub()
    expect(existsSync(join(hub.dataDir, 'secrets.json'))).toBe(false)
    expect(hub.output()).not.toContain('shown this once')
    expect(hub.output()).not.toContain(hub.agentKey)
    expect(hub.output()).not.toContain(ADMIN_PASSWORD)
    expect(hub.output()).toContain('    sign in     as admin, with your ADMIN_PASSWORD')
    await hub.stop()
  })
})

describe('the store', () => {
  it('is a file in the data directory, for this user only, and the banner says where', async () => {
    const cwd = await emptyDirectory()
    const hub = await comeUp({ cwd, env: { ARCP_PORT: '0' } })
    const path = join(cwd, '.data/arcp.sqlite')
    expect(hub.shown).toContain(`    store       sqlite: ${path} (0 agents in it)`)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(`${path}-wal`)).mode & 0o777).toBe(0o600)
    await hub.stop()
    expect(await readdir(join(cwd, '.data'))).toStrictEqual(['arcp.sqlite', 'secrets.json'])
  })

  it('says how many agents it found', async () => {
    const dataDir = await emptyDirectory()
    const first = await startHub({ dataDir })
    await registerAgent(first, 'comes-back')
    await first.kill()
    const again = await startHub({ dataDir })
    expect(again.output()).toContain(`    store       sqlite: ${join(dataDir, 'arcp.sqlite')} (1 agent in it)`)
    expect(again.logs().find(({ event }) => event === 'listening')).toMatchObject({ store: 'sqlite', agents: 1 })
    await again.stop()
  })

  it('is memory where that is asked for, without a file', async () => {
    const cwd = await emptyDirectory()
    const hub = await comeUp({ cwd, env: { ARCP_PORT: '0', ARCP_STORE: 'memory' } })
    expect(hub.shown).toContain('    store       memory: agents are forgotten when the hub stops')
    const health = await request(hub, 'GET', '/health')
    expect(health.body).toMatchObject({ status: 'healthy', storage: { redis: 'embedded', backup_storage: 'memory' } })
    await hub.stop()
    expect(await readdir(join(cwd, '.data'))).toStrictEqual(['secrets.json'])
  })

  it('is not spoken of by Node when the hub is run as npm start runs it', async () => {
    const command: unknown = await import(new URL('../../scripts/lib/hub-command.mjs', import.meta.url).href)
    const args = isObject(command) && Array.isArray(command['hubCommand']) ? command['hubCommand'].map(String) : []
    const env = { ARCP_PORT: '0', ARCP_DATA_DIR: await emptyDirectory(), ARCP_LOG_FORMAT: 'json' }
    const program = startProgram(process.execPath, args, { cwd: root, env })
    onTestFinished(() => program.signal('SIGKILL'))
    await program.stdout.find((line) => line.includes('"event":"listening"'))
    await program.end('SIGTERM')
    expect(program.stderr.items).toStrictEqual([])
    expect(program.output()).not.toMatch(/experimental/i)
  })
})

describe('settings', () => {
  it('come from .env, the environment wins, and an empty value counts as not set', async () => {
    const cwd = await emptyDirectory()
    const lines = [
      '# settings of a test',
      'ARCP_PORT=0',
      'AGENT_KEYS="key-of-the-env-file"',
      'JWT_SECRET=secret-of-the-env-file-that-is-long-enough',
      'ADMIN_PASSWORD=password-of-the-env-file',
      'ALLOWED_AGENT_TYPES=from-file',
      'LOG_LEVEL=loud',
      'AGENT_HEARTBEAT_TIMEOUT=',
    ]
    await writeFile(join(cwd, '.env'), lines.join('\n'))
    const env = { LOG_LEVEL: 'info', AGENT_KEYS: '', ARCP_LOG_FORMAT: ' ' }
    const hub = await comeUp({ cwd, env })
    expect((await request(hub, 'GET', '/public/agent_types')).body).toStrictEqual({
      allowed_agent_types: ['from-file'],
    })
    await requestTempToken({ url: hub.url, agentKey: 'key-of-the-env-file' }, 'by-the-env-file')
    expect(existsSync(join(cwd, '.data/secrets.json'))).toBe(false)
    await hub.stop()
  })

  it('are told apart in the log: pretty lines for people', async () => {
    const program = startMain({ cwd: await emptyDirectory(), env: { ARCP_PORT: '0', ARCP_LOG_FORMAT: 'pretty' } })
    onTestFinished(() => program.signal('SIGKILL'))
    const { item } = await program.stdout.find((line) => line.includes('  listening  '))
    expect(item).toMatch(
      /^\d\d:\d\d:\d\d {2}info {3}listening {2}url=http:\/\/127\.0\.0\.1:\d+ {2}version=\S+ {2}environment=development {2}store=sqlite {2}agents=0 {2}pid=\d+$/,
    )
    await program.end('SIGINT')
  })

  it('are all in docs/configuration.md, as the option table has them', async () => {
    expect(await readFile(`${root}docs/configuration.md`, 'utf8')).toBe(configurationPage())
  })
})

describe('the end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s ends the hub in order', async (signal) => {
    const hub = await comeUp({ cwd: await emptyDirectory(), env: { ARCP_PORT: '0' } })
    expect(await hub.program.end(signal)).toStrictEqual({ code: 0, signal: null })
    const events = hub.program.stdout.items.flatMap((line) => /"event":"(\w+)"/.exec(line)?.[1] ?? [])
    expect(events).toStrictEqual(['listening', 'draining', 'stopped'])
    expect(hub.program.stderr.items).toStrictEqual([])
  })

  it('[X152] SIGUSR1 and SIGHUP open no inspector', async () => {
    const hub = await comeUp({ cwd: await emptyDirectory(), env: { ARCP_PORT: '0' } })
    for (const signal of ['SIGUSR1', 'SIGHUP'] as const) hub.program.signal(signal)
    // Node would announce its inspector on standard error before it answers the next request.
    for (const _ of [1, 2, 3]) expect((await request(hub, 'GET', '/livez')).status).toBe(200)
    await hub.stop()
    expect(hub.program.stderr.items).toStrictEqual([])
  })
})
