// The WebSocket guide's commands and settings for the people who run a hub, word for word but for the port.
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { isObject, openFrames } from '../src/frames.ts'
import { guideTest as test } from '../src/guide.ts'
import { startMain } from '../src/main-program.ts'
import { textAt } from '../src/pick.ts'

/** In CI a missing curl is a failure: its tests run, and say so. */
const noCurl = process.env['CI'] === undefined && spawnSync('curl', ['--version']).error !== undefined

describe.skipIf(noCurl).concurrent("the guide's curl commands", () => {
  test('[C1] [C10] [P1] say that the hub is there, and shake hands on the public socket', async ({
    hub,
    fileFor,
    start,
    expect,
  }) => {
    const program = start('sh', [await fileFor('connection_refused.sh')])
    const { item: status, index } = await program.stdout.find((line) => line.includes('HTTP/1.1'))
    const { index: end } = await program.stdout.find((line) => line === '', { from: index })
    // curl stays on the line and would show frames as they come; nothing ends a line of output before the hub goes.
    await hub.stop()
    expect(await program.exit).toMatchObject({ signal: null })

    // The answer to the first command ends without a line break.
    const [, health = '', statusLine] = /^(\{.*\})(HTTP\/1\.1 .*)$/.exec(status) ?? []
    expect(JSON.parse(health)).toMatchObject({ status: 'healthy' })
    expect(statusLine).toBe('HTTP/1.1 101 Switching Protocols')
    const headers = new Headers(
      program.stdout.items.slice(index + 1, end).map((line): [string, string] => {
        const [name = '', value = ''] = line.split(': ')
        return [name, value]
      }),
    )
    expect(headers.get('upgrade')).toBe('websocket')
    expect(headers.get('connection')).toBe('Upgrade')
    // What RFC 6455 makes of the guide's key.
    expect(headers.get('sec-websocket-accept')).toBe('HSmrc0sMlYUkAGmm5OPpG2HaGWk=')
    expect(headers.has('sec-websocket-extensions')).toBe(false)

    const rest = program.stdout.items.slice(end + 1).join('\n')
    expect(rest).toContain('{"type":"welcome","message":"Connected to ARCP Public API WebSocket"')
    expect(rest).toContain('Hub is restarting, come back')
  })

  test('say that no hub is there', async ({ hub, fileFor, start, expect }) => {
    const script = await fileFor('connection_refused.sh')
    await hub.stop()
    const { exit, stderr, stdout } = start('sh', [script])
    // curl's "failed to connect".
    expect(await exit).toStrictEqual({ code: 7, signal: null })
    expect(stdout.items).toStrictEqual([])
    expect(stderr.items.join('\n')).toContain(`Failed to connect to localhost port ${hub.port}`)
  })
})

describe("the guide's .env", () => {
  test('[P1] [P2] is read with its comments, and what it says is done', async ({
    folder,
    textFor,
    expect,
    onTestFinished,
  }) => {
    // One wait is shorter: its comment must not become part of it.
    const env = await textFor('settings.env', { 'PUBLIC_WS_INTERVAL=30 ': 'PUBLIC_WS_INTERVAL=0.2 ' })
    await writeFile(join(folder, '.env'), `${env}\nARCP_PORT=0\nARCP_LOG_FORMAT=json\n`)
    const program = startMain({ cwd: folder })
    onTestFinished(() => program.signal('SIGKILL'))
    const { item } = await program.stdout.find((line) => line.includes('"event":"listening"'))
    const { host } = new URL(textAt(JSON.parse(item), 'url'))

    const socket = await openFrames(`ws://${host}/public/ws`)
    await socket.nextOfType('welcome')
    for (let beat = 0; beat < 2; beat += 1) {
      const stats = await socket.nextOfType('stats_update')
      expect(isObject(stats['data']) && stats['data']['system_status']).toBe('operational')
    }
    socket.terminate()
    expect(await program.end('SIGTERM')).toStrictEqual({ code: 0, signal: null })
  })
})
