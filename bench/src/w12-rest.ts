// W12 end to end: registrations over REST, and the same requests to a server that only reads and answers them.
import { registerRequest, requestedToken, textIn } from './agents.ts'
import { warmUp } from './population.ts'
import * as programs from './programs.ts'
import { openHttp, requestBytes, type HttpReply } from './raw-http.ts'
import { sendAll, type Times } from './send-all.ts'
import { firstWelcome, withServer } from './server-process.ts'

const WARM_UP = 600
/** Below the attempts a hub lets one network have in flight. */
const TOKEN_LANES = 8

const prepare = async (port: number, count: number): Promise<readonly Buffer[]> => {
  const requests: Buffer[] = Array.from({ length: count }, () => Buffer.alloc(0))
  let next = 0
  const lane = async (): Promise<void> => {
    const http = openHttp(port)
    while (next < count) {
      const index = next
      next += 1
      const agentId = `bench-agent-${index}`
      requests[index] = registerRequest(agentId, await requestedToken(http, agentId))
    }
    http.close()
  }
  await Promise.all(Array.from({ length: TOKEN_LANES }, lane))
  return requests
}

const started = <T>(
  program: Parameters<typeof withServer>[0],
  work: (port: number, pid: number) => Promise<T>,
): Promise<T> =>
  withServer(program, async (server, port) => {
    const { subscriber } = await firstWelcome(server, port, programs.SUBSCRIBER_PATH)
    subscriber.close()
    return work(port, server.pid)
  })

/** Every agent registers for the first time; its temp token was fetched before. */
export const registrations = (env: Readonly<Record<string, string>>, callers: number, count: number): Promise<Times> =>
  started(
    (port) => programs.withEnv(programs.hub(port), env),
    async (port, pid) => {
      await warmUp(port, WARM_UP, requestedToken)
      const requests = await prepare(port, count)
      return sendAll(port, pid, callers, requests, (reply) => void textIn(reply, 'access_token'))
    },
  )

export const floorRequests = (callers: number, count: number): Promise<Times> =>
  started(programs.floor, async (port, pid) => {
    const bytes = requestBytes('POST', '/publish?100', { body: { agent_id: 'bench', filler: 'x'.repeat(900) } })
    const requests = Array.from({ length: count }, () => bytes)
    const check = (reply: HttpReply): void => {
      if (reply.status !== 200) throw new Error(`The floor answered ${reply.status}.`)
    }
    // Once unmeasured, so that its code is compiled too.
    await sendAll(port, pid, callers, requests.slice(0, WARM_UP), check)
    return sendAll(port, pid, callers, requests, check)
  })
