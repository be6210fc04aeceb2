import { describe, expect, it } from 'vitest'

import { createDeferred, settled } from '../../test/channels-rig.ts'
import { createWorkQueue } from './work-queue.ts'

describe('a work queue', () => {
  it('[X102] runs so many at once, keeps so many waiting in order, and turns the rest away', async () => {
    const queue = createWorkQueue({ running: 2, waiting: 3 })
    const jobs = Array.from({ length: 6 }, () => createDeferred<number>())
    const started: number[] = []
    const results = jobs.map(({ promise }, index) =>
      queue.run(() => {
        started.push(index)
        return promise
      }),
    )
    await settled()
    expect(started).toEqual([0, 1])
    expect(results.map((result) => result === undefined)).toEqual([false, false, false, false, false, true])
    jobs[1]?.resolve(1)
    await settled()
    expect(started).toEqual([0, 1, 2])
    for (const { resolve } of jobs) resolve(7)
    expect(await Promise.all(results.map((result) => result ?? Promise.resolve(0)))).toEqual([7, 1, 7, 7, 7, 0])
    expect(started).toEqual([0, 1, 2, 3, 4])
  })

  it('gives the place on after work that failed', async () => {
    const queue = createWorkQueue({ running: 1, waiting: 1 })
    const failing = queue.run(async () => {
      throw new Error('no')
    })
    const next = queue.run(async () => 'done')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('done')
    expect(await queue.run(async () => 'again')).toBe('again')
  })
})
