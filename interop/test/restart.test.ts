// A hub that comes back: with its agents, as it does by default, where everything goes on as if nothing had been; or
// having forgotten them, where nobody waits for what will not come and nobody is let in with the token of an earlier
// life.
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openFrames } from '../src/frames.ts'
import { freePort, startHub, type Hub, type HubOptions } from '../src/hub.ts'
import { emptyDirectory } from '../src/main-program.ts'
import { startProgram, type Program } from '../src/program.ts'
import { registerAgent, request } from '../src/rest.ts'

const FIRST_AGENT = fileURLToPath(new URL('../../examples/first-agent.mjs', import.meta.url))

/** A hub on a port that is named, as in production: a port the system chose is not given again at once. */
const startNamed = async (options: HubOptions): Promise<Hub> =>
  startHub({ ...options, env: { ...options.env, ARCP_PORT: String(await freePort()) } })

/** Another hub on the same port, with the same secrets: what a restart is to its clients. */
const restarted = (hub: Hub, options: HubOptions): Promise<Hub> =>
  startHub({ ...options, env: { ...options.env, ARCP_PORT: String(hub.port) } })

/** The example, registered and beating. */
const firstAgent = async (hub: Hub): Promise<Program> => {
  const agent = startProgram(process.execPath, [FIRST_AGENT, hub.url], {
    env: { ARCP_AGENT_KEY: hub.agentKey, ARCP_HEARTBEAT_S: '0.2' },
  })
  await agent.stdout.find((line) => line.includes('registered "first-agent"'))
  return agent
}

const MEMORY: HubOptions = { env: { ARCP_STORE: 'memory' } }

describe('a restart of a hub', () => {
  it('[S1] is nothing to its agents: their tokens go on working, over REST and sockets', async () => {
    const options = { dataDir: await emptyDirectory() }
    const before = await startNamed(options)
    const { token } = await registerAgent(before, 'agent-of-before')
    const { token: ended } = await registerAgent(before, 'agent-that-left')
    await request(before, 'DELETE', '/agents/agent-that-left', { token: ended })
    const { token: replaced } = await registerAgent(before, 'agent-of-two')
    const { token: latest } = await registerAgent(before, 'agent-of-two')
    await before.kill()
    const after = await restarted(before, options)

    const beat = (id: string, by: string) => request(after, 'POST', `/agents/${id}/heartbeat`, { token: by })
    expect(await beat('agent-of-before', token)).toMatchObject({ status: 200 })
    expect(await beat('agent-of-two', latest)).toMatchObject({ status: 200 })
    expect(await beat('agent-of-two', replaced)).toMatchObject({ status: 410, body: { reason: 'replaced' } })
    expect(await beat('agent-that-left', ended)).toMatchObject({ status: 410, body: { reason: 'unregistered' } })
    const socket = await openFrames(`${after.wsUrl}/agents/ws`)
    socket.send({ token })
    await socket.nextOfType('auth_success')
    await after.stop()
  })

  it('is not noticed by the first agent: it goes on beating', async () => {
    const options = { dataDir: await emptyDirectory() }
    const before = await startNamed(options)
    const agent = await firstAgent(before)
    await before.kill()
    await agent.stdout.find((line) => line.includes('no heartbeat'))
    const after = await restarted(before, options)
    const missed = agent.stdout.items.length
    await agent.stdout.find((line) => line.includes('heartbeat, last seen'), { from: missed })
    expect(agent.stdout.items.filter((line) => line.includes('registered "first-agent" at'))).toHaveLength(1)
    expect(await agent.end('SIGTERM')).toEqual({ code: 0, signal: null })
    await after.stop()
  })
})

describe('a restart of a hub that keeps agents in memory', () => {
  it('tells the holder of an old token at once that its registration is over, over REST and sockets', async () => {
    const before = await startNamed(MEMORY)
    const { token } = await registerAgent(before, 'agent-of-before')
    await before.kill()
    const after = await restarted(before, MEMORY)

    const heartbeat = await request(after, 'POST', '/agents/agent-of-before/heartbeat', { token })
    expect(heartbeat).toMatchObject({ status: 410, body: { agent_id: 'agent-of-before', reason: 'expired' } })
    const socket = await openFrames(`${after.wsUrl}/agents/ws`)
    socket.send({ token })
    expect(await socket.closed()).toMatchObject({ code: 1008, reason: 'Invalid token' })
    await after.stop()
  })

  it('never lets the token of an earlier life act for a newer one', async () => {
    const before = await startNamed(MEMORY)
    const { token: old } = await registerAgent(before, 'agent-of-both')
    await before.kill()
    const after = await restarted(before, MEMORY)
    const { token } = await registerAgent(after, 'agent-of-both')

    expect(await request(after, 'POST', '/agents/agent-of-both/heartbeat', { token: old })).toMatchObject({
      status: 410,
    })
    expect((await request(after, 'DELETE', '/agents/agent-of-both', { token: old })).status).toBeGreaterThanOrEqual(400)
    expect(await request(after, 'GET', '/agents/agent-of-both', { token })).toMatchObject({ status: 200 })
    await after.stop()
  })

  it('the first agent comes back by itself', async () => {
    const before = await startNamed(MEMORY)
    const agent = await firstAgent(before)
    await before.kill()
    const seen = agent.stdout.items.length
    const after = await restarted(before, MEMORY)
    await agent.stdout.find((line) => line.includes('registered "first-agent"'), { from: seen })
    expect(await request(after, 'GET', '/public/agent/first-agent')).toMatchObject({ status: 200 })
    expect(await agent.end('SIGTERM')).toEqual({ code: 0, signal: null })
    await after.stop()
  })
})
