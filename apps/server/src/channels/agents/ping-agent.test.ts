import { createFakeSocket, createFakeTime, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import type { Agent } from '../../domain/agent.ts'
import { createSession, type Session } from '../session.ts'
import { createAgentPing } from './ping-agent.ts'

const agent: Agent = {
  id: 'agent-1',
  incarnation: 1,
  epoch: 'e',
  card: sampleCard('agent-1'),
  keyId: 'k',
  status: 'alive',
  registeredAt: 0,
  seenAt: 0,
}

const rig = (count: number) => {
  const time = createFakeTime()
  const pinged: Session[] = []
  const sessions: Session[] = Array.from({ length: count }, () => {
    const socket = { ...createFakeSocket(), ping: () => void pinged.push(session) }
    const session: Session = createSession(
      { id: 1, endpoint: 'agents', socket, address: '192.0.2.1' },
      { kind: 'open' },
      0,
      { frames: 1, pings: 1 },
    )
    return session
  })
  const agentPing = createAgentPing({ sockets: { of: () => sessions }, clock: time.clock, scheduler: time.scheduler })
  return { ...agentPing, time, sessions, pinged }
}

describe('ping of an agent', () => {
  it('is the time to the next control frame on its newest socket, which it does not have to pay for', async () => {
    const { ping, heard, time, sessions, pinged } = rig(2)
    const took = ping(agent)
    expect(pinged).toEqual([sessions[1]])
    expect(sessions[1]?.asked).toBe(true)
    time.advance(7)
    for (const session of sessions) heard(session)
    expect(await took).toBe(7)
  })

  it('gives up after two seconds, and at once without a socket', async () => {
    const silent = rig(1)
    const took = silent.ping(agent)
    silent.time.advance(2000)
    expect(await took).toBeUndefined()
    expect(await rig(0).ping(agent)).toBeUndefined()
  })

  it('one answer is for all who wait', async () => {
    const { ping, heard, time, sessions } = rig(1)
    const both = [ping(agent), ping(agent)]
    time.advance(3)
    for (const session of sessions) heard(session)
    expect(await Promise.all(both)).toEqual([3, 3])
  })
})
