// The WebSocket guide's client that reconnects: it sees its hub die or leave, and is there when one returns.
// Changed besides the port: the guide's waits, so that nobody waits a minute. What it does in between is the guide's.
import { describe } from 'vitest'
import { guideTest } from '../src/guide.ts'
import { freePort, startHub, type Hub } from '../src/hub.ts'
import { pythonOf, skipWithout, websocketsVersions } from '../src/python.ts'
import { registerAgent } from '../src/rest.ts'

const IMPATIENT = {
  'self.reconnect_delay = 5': 'self.reconnect_delay = 0.3',
  'self.max_reconnect_delay = 60': 'self.max_reconnect_delay = 0.3',
  'asyncio.sleep(120)': 'asyncio.sleep(3600)',
}

const SETTINGS = { PUBLIC_WS_INTERVAL: '3600', PUBLIC_WS_PING_INTERVAL: '0.5', PUBLIC_WS_TIMEOUT: '2' }

const startNamed = (port: number): Promise<Hub> => startHub({ env: { ...SETTINGS, ARCP_PORT: String(port) } })

const test = guideTest.extend<{ hub: Hub }>({
  // oxlint-disable-next-line no-empty-pattern -- it needs no other fixture
  hub: async ({}, use) => {
    // A port the system chose is not given again at once.
    const hub = await startNamed(await freePort())
    await use(hub)
    await hub.stop()
  },
})

const goes: readonly (readonly [how: string, end: (hub: Hub) => Promise<unknown>])[] = [
  ['[C10] is stopped', (hub) => hub.stop()],
  ['[K] dies', (hub) => hub.kill()],
]

describe.each(websocketsVersions())("the guide's client that reconnects, with client %s's websockets", (version) => {
  describe.skipIf(skipWithout(version)).concurrent('when its hub goes', () => {
    test.for(goes)(
      '%s, it tries until a hub is back, and follows that one',
      async ([, end], { hub, fileFor, start, expect, onTestFinished }) => {
        const { stdout } = start(pythonOf(version), ['-u', await fileFor('reconnecting_client.py', IMPATIENT)])
        let from = 0
        const next = async (fits: (line: string) => boolean, deadlineMs = 20_000): Promise<void> => {
          from = (await stdout.find(fits, { from, deadlineMs })).index + 1
        }
        const says = (line: string): Promise<void> => next((one) => one === line)

        await says('WebSocket connected')
        await says('Message: welcome')
        await registerAgent(hub, 'known-to-the-first')
        await says('Message: agents_update')
        await end(hub)
        await says('WebSocket connection closed, reconnecting...')
        for (const _ of [1, 2])
          await next((line) => line.startsWith('WebSocket error: ') && line.includes('Connect call failed'))

        const returned = await startNamed(hub.port)
        onTestFinished(async () => void (await returned.stop()))
        await says('WebSocket connected')
        await says('Message: welcome')
        await registerAgent(returned, 'known-to-the-second')
        await says('Message: agents_update')
        expect(stdout.items.filter((line) => line === 'WebSocket connected')).toHaveLength(2)
      },
    )
  })
})
