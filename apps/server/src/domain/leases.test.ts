import { createFakeTime, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import type { Logger } from '../kernel/logger.ts'
import { silentLogger } from '../kernel/logger.ts'
import type { Agent } from './agent.ts'
import type { Command } from './command.ts'
import { createLeases, removalDelayMs, type LeaseSettings } from './leases.ts'

const SETTINGS: LeaseSettings = { timeoutMs: 60_000, sweepMs: 100, massLossRatio: 1 }

// A registry in miniature: commands change agents at once, and leases follow as they follow committed changes.
const setUp = (over: Partial<LeaseSettings> = {}) => {
  const time = createFakeTime()
  const agents = new Map<string, Agent>()
  const deaths: { readonly id: string; readonly at: number }[] = []
  const removals: { readonly id: string; readonly at: number }[] = []
  const warnings: string[] = []
  const logger: Logger = { ...silentLogger, warn: (event) => warnings.push(event) }
  let storeAway = false
  let storeBroken = false

  const apply = (command: Command): void => {
    if (command.kind !== 'expire' && command.kind !== 'remove-dead') throw new Error(command.kind)
    for (const { id } of command.agents) {
      const agent = agents.get(id)
      if (agent === undefined) continue
      if (command.kind === 'expire') {
        const dead: Agent = { ...agent, status: 'dead' }
        agents.set(id, dead)
        deaths.push({ id, at: time.clock.monotonic() })
        leases.follow(dead, id)
      } else {
        agents.delete(id)
        removals.push({ id, at: time.clock.monotonic() })
        leases.follow(undefined, id)
      }
    }
  }

  const leases = createLeases({
    clock: time.clock,
    logger,
    settings: { ...SETTINGS, ...over },
    get: (id) => agents.get(id),
    lastSeen: (id) => agents.get(id)?.seenAt,
    pause: async () => undefined,
    commit: async (command) => {
      if (storeBroken) throw new Error('store is broken')
      if (storeAway) return false
      apply(command)
      return true
    },
  })

  const add = (id: string, status: Agent['status'] = 'alive'): void => {
    const now = time.clock.wall()
    const agent: Agent = {
      id,
      incarnation: 1,
      epoch: 'e',
      card: sampleCard(id),
      keyId: 'key',
      status,
      registeredAt: now,
      seenAt: now,
    }
    agents.set(id, agent)
    leases.follow(agent, id)
  }

  const run = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += SETTINGS.sweepMs) {
      time.advance(SETTINGS.sweepMs)
      await leases.sweep()
    }
  }

  return {
    time,
    leases,
    add,
    run,
    agents,
    deaths,
    removals,
    warnings,
    storeThrows: (broken: boolean) => {
      storeBroken = broken
    },
    storeIsAway: (away: boolean) => {
      storeAway = away
    },
  }
}

describe('leases', () => {
  it('an agent dies when its timeout is over, not before, at most one sweep late', async () => {
    const { add, run, deaths } = setUp()
    add('agent-a')
    await run(59_900)
    expect(deaths).toEqual([])
    await run(200)
    expect(deaths.map(({ id }) => id)).toEqual(['agent-a'])
    expect(deaths[0]?.at).toBeGreaterThanOrEqual(60_000)
    expect(deaths[0]?.at).toBeLessThanOrEqual(60_100)
  })

  it('a sign of life moves the deadline', async () => {
    const { add, run, deaths, leases } = setUp()
    add('agent-a')
    for (let beat = 0; beat < 5; beat += 1) {
      await run(30_000)
      leases.renew('agent-a')
    }
    expect(deaths).toEqual([])
    await run(60_100)
    expect(deaths).toHaveLength(1)
  })

  it('a sign of life of nobody, or of a dead agent, makes no lease', () => {
    const { add, leases } = setUp()
    leases.renew('nobody')
    add('agent-a', 'dead')
    leases.renew('agent-a')
    expect(leases.size()).toBe(0)
  })

  it('a dead agent is removed after max(60 s, twice the timeout)', async () => {
    expect(removalDelayMs(60_000)).toBe(120_000)
    expect(removalDelayMs(1000)).toBe(60_000)
    const { add, run, removals, deaths } = setUp()
    add('agent-a')
    await run(60_100)
    await run(119_800)
    expect(removals).toEqual([])
    await run(300)
    expect(removals.map(({ id }) => id)).toEqual(['agent-a'])
    expect((removals[0]?.at ?? 0) - (deaths[0]?.at ?? 0)).toBeGreaterThanOrEqual(120_000)
  })

  it('an agent that came back is not removed', async () => {
    const { add, run, removals, leases } = setUp()
    add('agent-a')
    await run(60_100)
    add('agent-a')
    for (let beat = 0; beat < 6; beat += 1) {
      await run(30_000)
      leases.renew('agent-a')
    }
    expect(removals).toEqual([])
  })

  it('[S4] nobody dies because the sweep itself did not run', async () => {
    const { add, run, time, deaths, warnings, leases } = setUp()
    add('agent-a')
    await run(30_000)
    time.freeze(300_000)
    await leases.sweep()
    expect(deaths).toEqual([])
    expect(warnings).toEqual(['outage_grace'])
    await run(59_900)
    expect(deaths).toEqual([])
    await run(200)
    expect(deaths).toHaveLength(1)
  })

  it('[S4] a dead agent, too, has its time to come back when the sweep did not run', async () => {
    const { add, run, time, removals, leases } = setUp()
    add('agent-a')
    await run(60_100)
    time.freeze(300_000)
    await leases.sweep()
    await run(119_800)
    expect(removals).toEqual([])
    await run(300)
    expect(removals).toHaveLength(1)
  })

  it('[S3] a pause of less than two seconds is no absence: deaths come late, and come', async () => {
    const { add, run, time, deaths, warnings, leases } = setUp()
    add('agent-a')
    await run(59_000)
    time.freeze(1900)
    await leases.sweep()
    expect(deaths).toHaveLength(1)
    expect(warnings).toEqual([])
  })

  it('a commit that throws ends nobody and loses no lease', async () => {
    const { add, run, deaths, leases, storeThrows } = setUp()
    add('agent-a')
    add('agent-b')
    await run(59_900)
    storeThrows(true)
    await expect(run(300)).rejects.toThrow('store is broken')
    expect(leases.size()).toBe(2)
    storeThrows(false)
    await run(300)
    expect(deaths).toHaveLength(2)
  })

  it('[S13] a step of the wall clock kills and saves nobody', async () => {
    const { add, run, time, deaths } = setUp()
    add('agent-a')
    time.stepWall(3_600_000)
    await run(59_900)
    expect(deaths).toEqual([])
    time.stepWall(-7_200_000)
    await run(200)
    expect(deaths).toHaveLength(1)
  })

  it('while the store is away nobody is ended, and afterwards the sweep goes on', async () => {
    const { add, run, deaths, storeIsAway } = setUp()
    add('agent-a')
    storeIsAway(true)
    await run(70_000)
    expect(deaths).toEqual([])
    storeIsAway(false)
    await run(200)
    expect(deaths).toHaveLength(1)
  })

  const many = (count: number): string[] => Array.from({ length: count }, (_, at) => `agent-${at}`)

  it('the brake gives many at once exactly one timeout more', async () => {
    const { add, run, deaths, warnings } = setUp({ massLossRatio: 0.3 })
    for (const id of many(20)) add(id)
    await run(60_200)
    expect(deaths).toEqual([])
    expect(warnings).toEqual(['mass_loss_brake'])
    await run(59_500)
    expect(deaths).toEqual([])
    await run(600)
    expect(deaths).toHaveLength(20)
    expect(warnings).toHaveLength(1)
  })

  it('the brake spares nobody of fewer than 20, nor a share at the ratio, nor when it is off', async () => {
    const few = setUp({ massLossRatio: 0.3 })
    for (const id of many(19)) few.add(id)
    await few.run(60_200)
    expect(few.deaths).toHaveLength(19)

    const share = setUp({ massLossRatio: 0.3 })
    for (const id of many(20)) share.add(id)
    await share.run(30_000)
    for (const id of many(20).slice(6)) share.leases.renew(id)
    await share.run(30_200)
    expect(share.deaths).toHaveLength(6)

    const off = setUp({ massLossRatio: 1 })
    for (const id of many(100)) off.add(id)
    await off.run(60_200)
    expect(off.deaths).toHaveLength(100)
  })

  it('an agent that spoke after the brake is spared again next time', async () => {
    const { add, run, deaths, leases, warnings } = setUp({ massLossRatio: 0.3 })
    for (const id of many(20)) add(id)
    await run(60_200)
    for (const id of many(20)) leases.renew(id)
    await run(60_200)
    expect(deaths).toEqual([])
    expect(warnings).toHaveLength(2)
  })

  it('ends thousands in one sweep, each once', async () => {
    const { add, run, deaths } = setUp()
    for (const id of many(2000)) add(id)
    await run(60_200)
    expect(deaths).toHaveLength(2000)
    expect(new Set(deaths.map(({ id }) => id)).size).toBe(2000)
  })

  it('a sign of life between two batches of one sweep saves an agent of the later one', async () => {
    const time = createFakeTime()
    const ended: string[] = []
    const ids = many(501)
    const agentOf = (id: string): Agent => ({
      id,
      incarnation: 1,
      epoch: 'e',
      card: sampleCard(id),
      keyId: 'key',
      status: 'alive',
      registeredAt: 0,
      seenAt: 0,
    })
    const leases = createLeases({
      clock: time.clock,
      logger: silentLogger,
      settings: SETTINGS,
      get: agentOf,
      lastSeen: () => 0,
      pause: async () => leases.renew('agent-500'),
      commit: async (command) => {
        if (command.kind === 'expire') ended.push(...command.agents.map(({ id }) => id))
        return true
      },
    })
    for (const id of ids) leases.follow(agentOf(id), id)
    for (let passed = 0; passed < 60_100; passed += 100) {
      time.advance(100)
      await leases.sweep()
    }
    expect(ended).toHaveLength(500)
    expect(ended).not.toContain('agent-500')
  })
})
