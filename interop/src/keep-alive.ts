// The heartbeats of an agent's program, at a steady pace until the test that started them is over.
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { send } from './http.ts'
import type { Hub } from './hub.ts'
import type { Registered } from './rest.ts'

/** @returns ends them; resolves when the last one was answered */
export const keepAlive = (
  hub: Pick<Hub, 'url'>,
  { agentId, token }: Registered,
  everyMs: number,
): (() => Promise<void>) => {
  const ending = new AbortController()
  const beats = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await send(hub, 'POST', `/agents/${agentId}/heartbeat`, { token })
      await sleep(everyMs)
    }
  }
  const done = beats()
  const end = async (): Promise<void> => {
    ending.abort()
    await done
  }
  onTestFinished(end)
  return end
}
