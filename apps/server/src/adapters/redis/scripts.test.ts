import { createFakeTime } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createScripts } from './scripts.ts'

const setUp = () => {
  const time = createFakeTime()
  const said: unknown[] = []
  const note = (event: string, fields?: object): void => void said.push({ event, ...fields })
  let fault: Error | undefined
  let backs = 0
  const scripts = createScripts({
    connection: {
      address: 'redis://somewhere:6379',
      isRefusal: (cause) => cause instanceof Error && cause.message.startsWith('WRONGTYPE'),
      reason: (cause) => (cause instanceof Error ? cause.message : ''),
      run: async () => {
        if (fault !== undefined) throw fault
        return 'reply'
      },
    },
    settings: () => '{}',
    clock: time.clock,
    logger: { info: note, error: note },
    onBack: () => {
      backs += 1
    },
  })
  return {
    time,
    scripts,
    said,
    backs: () => backs,
    fails: (with_: Error | undefined) => {
      fault = with_
    },
  }
}

describe('scripts on a Redis that comes and goes', () => {
  it('[S12] what got no answer is undefined, and nothing can be stored until the next answer', async () => {
    const { scripts, fails } = setUp()
    expect([await scripts.run('x'), scripts.available()]).toEqual([{ reply: 'reply' }, true])
    fails(new Error('gone'))
    expect([await scripts.run('x'), scripts.available()]).toEqual([undefined, false])
    fails(undefined)
    expect([await scripts.run('x'), scripts.available()]).toEqual([{ reply: 'reply' }, true])
  })

  it('a script that Redis refuses leaves the others served: said once a minute, nothing is away', async () => {
    const { scripts, time, said, fails } = setUp()
    fails(new Error('WRONGTYPE of a record'))
    const refused = {
      event: 'store_refused',
      store: 'redis',
      address: 'redis://somewhere:6379',
      reason: 'WRONGTYPE of a record',
    }
    expect([await scripts.run('x'), await scripts.run('x'), scripts.available()]).toEqual([undefined, undefined, true])
    expect(said).toEqual([refused])
    time.advance(60_000)
    await scripts.run('x')
    expect(said).toEqual([refused, refused])
    scripts.failed(new Error('WRONGTYPE of a record'))
    expect([said.length, scripts.available()]).toEqual([2, true])
  })

  it('is said once, again every minute, and when it is over', async () => {
    const { scripts, time, said, backs, fails } = setUp()
    fails(new Error('gone'))
    const away = {
      event: 'store_away',
      store: 'redis',
      address: 'redis://somewhere:6379',
      reason: 'gone',
      detail: expect.stringMatching(/registering and removing are answered 503/),
    }
    await scripts.run('x')
    time.advance(59_000)
    await scripts.run('x')
    expect(said).toEqual([{ ...away, away_s: 0 }])
    time.advance(1000)
    scripts.failed(new Error('gone'))
    expect(said).toEqual([
      { ...away, away_s: 0 },
      { ...away, away_s: 60 },
    ])
    time.advance(5000)
    fails(undefined)
    await scripts.run('x')
    await scripts.run('x')
    expect(said.slice(2)).toEqual([
      { event: 'store_back', store: 'redis', address: 'redis://somewhere:6379', away_s: 65 },
    ])
    expect(backs()).toBe(1)
  })
})
