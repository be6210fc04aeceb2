// Prepared requests on several kept connections, with what each took and what the server spent on all of them.
import type { CommitTimes } from './commit-settings.ts'
import { cpuMs } from './cpu-time.ts'
import { openHttp, type HttpReply } from './raw-http.ts'

export type Times = CommitTimes

/** Sends prepared requests on so many connections, each with one on its way. */
export const sendAll = async (
  port: number,
  pid: number,
  callers: number,
  requests: readonly Buffer[],
  check: (reply: HttpReply) => void,
): Promise<Times> => {
  const latencies: number[] = []
  let next = 0
  const caller = async (): Promise<void> => {
    const http = openHttp(port)
    for (let bytes = requests[next]; bytes !== undefined; bytes = requests[next]) {
      next += 1
      const reply = await http.send(bytes)
      check(reply)
      latencies.push(reply.answeredAt - reply.sentAt)
    }
    http.close()
  }
  const cpuFrom = cpuMs(pid)
  const from = performance.now()
  await Promise.all(Array.from({ length: callers }, caller))
  return { elapsedMs: performance.now() - from, cpuMs: cpuMs(pid) - cpuFrom, latencies }
}
