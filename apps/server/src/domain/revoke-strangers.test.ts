import { createFakeTime, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { settled } from '../../test/channels-rig.ts'
import { silentLogger, type Logger } from '../kernel/logger.ts'
import type { Agent } from './agent.ts'
import type { Command } from './command.ts'
import { createStrangers } from './revoke-strangers.ts'

const agent = (id: string, keyId: string, incarnation = 1): Agent => ({
  id,
  incarnation,
  epoch: 'e',
  card: sampleCard('agent-a'),
  keyId,
  status: 'alive',
  registeredAt: 0,
  seenAt: 0,
})

const crowd = (count: number, keyId: string): Agent[] =>
  Array.from({ length: count }, (_, index) => agent(`${keyId}-${index}`, keyId))

type Line = readonly [level: string, event: string, fields: unknown]

const setUp = (start: readonly Agent[], known: readonly string[]) => {
  const time = createFakeTime()
  const hub = { agents: [...start], known: new Set(known), away: false, breaks: false, pauses: 0, onCommit: () => {} }
  const commands: Command[] = []
  const lines: Line[] = []
  const write =
    (level: string): Logger['warn'] =>
    (event, fields) =>
      void lines.push([level, event, fields])
  const strangers = createStrangers({
    agents: () => hub.agents,
    keys: { knows: (keyId) => hub.known.has(keyId) },
    commit: async (command) => {
      hub.onCommit()
      if (hub.breaks) throw new Error('store on fire')
      if (hub.away) return false
      commands.push(command)
      const ended = command.kind === 'revoke' ? new Set(command.agents.map(({ id }) => id)) : new Set()
      hub.agents = hub.agents.filter(({ id }) => !ended.has(id))
      return true
    },
    logger: { ...silentLogger, warn: write('warn'), error: write('error') },
    pause: async () => {
      hub.pauses += 1
    },
    after: time.scheduler.after,
  })
  return { strangers, hub, commands, lines, time }
}

describe('a key that is gone', () => {
  it('[S7] ends its agents and nobody else, and that is said once', async () => {
    const { strangers, hub, commands, lines } = setUp(
      [agent('a', 'old', 3), agent('b', 'kept'), agent('c', 'old')],
      ['kept'],
    )
    await strangers.revoke()
    expect(commands).toEqual([
      {
        kind: 'revoke',
        agents: [
          { id: 'a', incarnation: 3 },
          { id: 'c', incarnation: 1 },
        ],
      },
    ])
    expect(hub.agents.map(({ id }) => id)).toEqual(['b'])
    expect(lines).toEqual([['warn', 'agents_revoked', { agents: 2, why: 'key removed' }]])
    await strangers.revoke()
    expect([commands.length, lines.length]).toEqual([1, 1])
  })

  it('[S7] of very many agents ends them in batches, and the event loop turns in between', async () => {
    const { strangers, hub, commands, lines } = setUp([...crowd(1001, 'old'), ...crowd(3, 'kept')], ['kept'])
    await strangers.revoke()
    expect(commands.map((command) => (command.kind === 'revoke' ? command.agents.length : 0))).toEqual([500, 500, 1])
    expect(hub.pauses).toBe(2)
    expect(hub.agents).toHaveLength(3)
    expect(lines).toEqual([['warn', 'agents_revoked', { agents: 1001, why: 'key removed' }]])
  })

  it.each(['away', 'breaks'] as const)('[S7] ends them later when the store %s', async (fault) => {
    const { strangers, hub, commands, lines, time } = setUp(crowd(2, 'old'), [])
    hub[fault] = true
    await strangers.revoke()
    expect(lines[0]).toEqual(['error', 'agents_not_revoked', { agents: 2, retry_s: 1 }])
    time.advance(1000)
    await settled()
    hub[fault] = false
    time.advance(1000)
    await settled()
    expect(hub.agents).toEqual([])
    expect(commands).toHaveLength(1)
    time.advance(10_000)
    await settled()
    expect(lines.at(-1)).toEqual(['warn', 'agents_revoked', { agents: 2, why: 'key removed' }])
  })

  it('[S7] ends a registration that was under way when it went', async () => {
    const { strangers, hub, lines, time } = setUp([agent('a', 'old')], [])
    await strangers.revoke()
    hub.agents = [agent('late', 'old')]
    time.advance(5000)
    await settled()
    expect(hub.agents).toEqual([])
    expect(lines.map(([, event]) => event)).toEqual(['agents_revoked', 'agents_revoked'])
    // That was the last look: nobody can register with it any more.
    hub.agents = [agent('later', 'old')]
    time.advance(60_000)
    await settled()
    expect(hub.agents).toHaveLength(1)
  })

  it('[S7] is tried for once a second however often the keys are read', async () => {
    const { strangers, hub, lines, time } = setUp([agent('a', 'old')], [])
    hub.away = true
    await Promise.all([strangers.revoke(), strangers.revoke(), strangers.revoke()])
    expect(lines).toHaveLength(3)
    time.advance(1000)
    await settled()
    expect(lines).toHaveLength(4)
  })

  it('that came back while the store was away ends nobody, nor does a hub that stops', async () => {
    const back = setUp(crowd(2, 'old'), [])
    back.hub.away = true
    await back.strangers.revoke()
    back.hub.known.add('old')
    back.hub.away = false
    back.time.advance(5000)
    await settled()
    expect(back.commands).toEqual([])

    const stopped = setUp(crowd(2, 'old'), [])
    stopped.hub.away = true
    await stopped.strangers.revoke()
    stopped.strangers.stop()
    stopped.hub.away = false
    stopped.time.advance(5000)
    await settled()
    expect(stopped.commands).toEqual([])
  })

  it('[S7] ends all its agents also when the hub stops meanwhile, and nothing more is planned', async () => {
    const { strangers, hub, commands, time } = setUp(crowd(1001, 'old'), [])
    hub.onCommit = strangers.stop
    await strangers.revoke()
    expect([commands.length, hub.agents]).toEqual([3, []])
    hub.agents = crowd(1, 'old')
    time.advance(60_000)
    await settled()
    expect(commands).toHaveLength(3)
  })

  it('is not tried for again by a hub that stopped meanwhile, and that is said', async () => {
    const { strangers, hub, commands, lines, time } = setUp(crowd(2, 'old'), [])
    hub.away = true
    hub.onCommit = strangers.stop
    await strangers.revoke()
    hub.away = false
    time.advance(60_000)
    await settled()
    expect(commands).toEqual([])
    expect(lines).toEqual([['error', 'agents_not_revoked', { agents: 2 }]])
  })

  it('is only told of when a hub starts', () => {
    const { strangers, commands, lines } = setUp([...crowd(3, 'old'), ...crowd(2, 'kept')], ['kept'])
    strangers.warn()
    expect(lines).toEqual([['warn', 'agents_of_unknown_keys', { agents: 3 }]])
    expect(commands).toEqual([])
    const fine = setUp(crowd(2, 'kept'), ['kept'])
    fine.strangers.warn()
    expect(fine.lines).toEqual([])
  })
})
