// A hub that comes back having forgotten its agents: nobody waits for what will not come, and nobody is let in with
// the token of an earlier life.
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openFrames } from '../src/frames.ts'
import { freePort, startHub, type Hub } from '../src/hub.ts'
import { startProgram } from '../src/program.ts'
import { registerAgent, request } from '../src/rest.ts'

const FIRST_AGENT = fileURLToPath(new URL('../../examples/first-agent.mjs', import.meta.url))

/** A hub on a port that is named, as in production: a port the system chose is not given again at once. */
const startNamed = async (): Promise<Hub> => startHub({ env: { ARCP_PORT: String(await freePort()) } })

/** Another hub on the same port, with the same secrets: what a restart is to its clients. */
const restarted = (hub: Hub): Promise<Hub> => startHub({ env: { ARCP_PORT: String(hub.port) } })

describe('a restart of a hub that keeps agents in memory', () => {
  it('tells the holder of an old token at once that its registration is over, over REST and sockets', async () => {
    const before = await startNamed()
    const { token } = await registerAgent(before, 'agent-of-before')
    await before.kill()
    const after = await restarted(before)

    const heartbeat = await request(after, 'POST', '/agents/agent-of-before/heartbeat', { token })
    expect(heartbeat).toMatchObject({ status: 410, body: { agent_id: 'agent-of-before', reason: 'expired' } })
    const socket = await openFrames(`${after.wsUrl}/agents/ws`)
    socket.send({ token })
    expect(await socket.closed()).toMatchObject({ code: 1008, reason: 'Invalid token' })
    await after.stop()
  })

  it('never lets the token of an earlier life act for a newer one', async () => {
    const before = await startNamed()
    const { token: old } = await registerAgent(before, 'agent-of-both')
    await before.kill()
    const after = await restarted(before)
    const { token } = await registerAgent(after, 'agent-of-both')

    expect(await request(after, 'POST', '/agents/agent-of-both/heartbeat', { token: old })).toMatchObject({
      status: 410,
    })
    expect((await request(after, 'DELETE', '/agents/agent-of-both', { token: old })).status).toBeGreaterThanOrEqual(400)
    expect(await request(after, 'GET', '/agents/agent-of-both', { token })).toMatchObject({ status: 200 })
    await after.stop()
  })

  it('the first agent comes back by itself', async () => {
    const before = await startNamed()
    const agent = startProgram(process.execPath, [FIRST_AGENT, before.url], {
      env: { ARCP_AGENT_KEY: before.agentKey, ARCP_HEARTBEAT_S: '0.2' },
    })
    await agent.stdout.find((line) => line.includes('registered "first-agent"'))
    await before.kill()
    const seen = agent.stdout.items.length
    const after = await restarted(before)
    await agent.stdout.find((line) => line.includes('registered "first-agent"'), { from: seen })
    expect(await request(after, 'GET', '/public/agent/first-agent')).toMatchObject({ status: 200 })
    expect(await agent.end('SIGTERM')).toEqual({ code: 0, signal: null })
    await after.stop()
  })
})
