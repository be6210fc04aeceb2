// One hub for all tests of a file, started before the first and stopped after the last, and checked then: whatever the
// tests did to it, it must have lived through it without an error of its own.
import { afterAll, beforeAll, expect } from 'vitest'
import { startHub, type Hub, type HubOptions } from './hub.ts'

/** Call inside a `describe` or at the top of a file; the hub is there when a test runs. */
export const sharedHub = (options: HubOptions = {}): (() => Hub) => {
  let hub: Hub | undefined
  beforeAll(async () => {
    hub = await startHub(options)
  })
  afterAll(async () => {
    if (hub === undefined) return
    const exit = await hub.stop()
    expect(hub.logs().filter(({ level }) => level === 'error')).toStrictEqual([])
    expect(exit).toStrictEqual({ code: 0, signal: null })
  })
  return () => {
    if (hub === undefined) throw new Error('the hub is not started yet')
    return hub
  }
}
