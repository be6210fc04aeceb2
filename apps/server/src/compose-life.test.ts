import { createFakeTime } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { settled } from '../test/channels-rig.ts'
import { startLife } from './compose-life.ts'

const HEARD = [{ id: 'agent-a', incarnation: 1 }]

const setUp = (fails = false) => {
  const time = createFakeTime()
  const done: string[] = []
  const say = async <T>(what: string, value: T): Promise<T> => {
    done.push(what)
    if (fails) throw new Error('broken')
    return value
  }
  const life = startLife({
    leases: { sweep: () => say('sweep', undefined) },
    signs: { flush: () => say('flush', HEARD), finish: () => say('finish', HEARD) },
    revive: async ({ id }) => void done.push(`revive ${id}`),
    scheduler: time.scheduler,
    logger: { error: (event) => void done.push(event) },
  })
  return { time, life, done }
}

describe('what keeps agents alive and ends them', () => {
  it('sweeps ten times a second, tells the store each second, and brings back whom the store had ended', async () => {
    const { time, done } = setUp()
    time.advance(1000)
    await settled()
    expect(done.filter((one) => one === 'sweep')).toHaveLength(10)
    expect(done.filter((one) => one !== 'sweep')).toEqual(['flush', 'revive agent-a'])
  })

  it('[S4] tells the store of the last ones when the hub stops, and nothing after that', async () => {
    const { time, life, done } = setUp()
    life.stop()
    await life.finish()
    time.advance(5000)
    await settled()
    expect(done).toEqual(['finish', 'revive agent-a'])
  })

  it('goes on after a fault, and says so', async () => {
    const { time, done } = setUp(true)
    time.advance(1000)
    await settled()
    expect(done.filter((one) => one === 'sweep_failed')).toHaveLength(10)
    expect(done.filter((one) => one === 'signs_of_life_not_kept')).toHaveLength(1)
  })
})
