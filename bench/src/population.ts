// A registry with so many agents in it, and a hub that has done its work often enough to be compiled.
import { registerRequest, textIn, unregisterRequest, type TokenSource } from './agents.ts'
import { openHttp, type HttpConnection } from './raw-http.ts'

/** Below the attempts a hub lets one network have in flight. */
const CONNECTIONS = 8

const register = async (http: HttpConnection, agentId: string, tokenOf: TokenSource): Promise<string> => {
  const reply = await http.send(registerRequest(agentId, await tokenOf(http, agentId)))
  return textIn(reply, 'access_token')
}

/** Runs `work` for each number from `from` to below `to`, on a few connections at a time. */
const each = async (
  port: number,
  from: number,
  to: number,
  work: (http: HttpConnection, index: number) => Promise<void>,
): Promise<void> => {
  let next = from
  const lane = async (): Promise<void> => {
    const http = openHttp(port)
    while (next < to) {
      const index = next
      next += 1
      await work(http, index)
    }
    http.close()
  }
  await Promise.all(Array.from({ length: Math.min(CONNECTIONS, to - from) }, lane))
}

/** Makes a registry of `from` agents one of `to`. */
export const populate = (port: number, from: number, to: number, tokenOf: TokenSource): Promise<void> =>
  each(port, from, to, async (http, index) => {
    await register(http, `bench-agent-${index}`, tokenOf)
  })

/** Registers so many agents and returns their access tokens, in order. */
export const registerAll = async (port: number, count: number, tokenOf: TokenSource): Promise<readonly string[]> => {
  const tokens = Array.from({ length: count }, () => '')
  await each(port, 0, count, async (http, index) => {
    tokens[index] = await register(http, `bench-agent-${index}`, tokenOf)
  })
  return tokens
}

/** Agents that come and go while nobody watches. */
export const warmUp = (port: number, count: number, tokenOf: TokenSource): Promise<void> =>
  each(port, 0, count, async (http, index) => {
    const agentId = `bench-warm-${index}`
    const token = await register(http, agentId, tokenOf)
    const reply = await http.send(unregisterRequest(agentId, token))
    if (reply.status !== 200) throw new Error(`unregister: ${reply.status} ${reply.body.slice(0, 300)}`)
  })
