// Writers that register, update and unregister their own agents over REST, each one request after the other, all at a
// time, and write into a journal what they asked and what was answered, until the hub is gone.
import type { Hub } from './hub.ts'
import type { Entry, Write } from './journal.ts'
import { isObject } from './frames.ts'
import { send, type Sent } from './http.ts'
import { sampleCard } from './rest.ts'
import { nowS, signToken } from './tokens.ts'

/** Entries by agent id. */
export type Journal = Map<string, Entry[]>

/** Numbers from 0 to 1 that a seed gives again: mulberry32. */
export const seeded = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface WriterOptions {
  readonly hub: Pick<Hub, 'url'>
  readonly journal: Journal
  /** Of the agent key, as temp tokens name it. */
  readonly keyId: string
  readonly ids: readonly string[]
  readonly random: () => number
  /** A mark that was never given before. */
  readonly mark: () => string
  readonly answered: () => void
}

/** Only its own registration knows a temp token, so it is signed here and costs no request. */
const tempToken = (agentId: string, keyId: string): Promise<string> =>
  signToken({
    kind: 'temp',
    claims: {
      sub: `temp_${agentId}`,
      agent_id: agentId,
      role: 'agent',
      agent_type: 'testing',
      key_id: keyId,
      exp: nowS() + 900,
    },
  })

const tokenOf = (entries: readonly Entry[]): string | undefined => {
  const last = entries.findLast((entry): entry is Write => entry.kind === 'register' || entry.kind === 'unregister')
  if (last?.kind !== 'register') return undefined
  const tokens = entries.slice(entries.indexOf(last)).map((entry) => (entry.kind === 'seen' ? undefined : entry.token))
  return tokens.findLast((token) => token !== undefined)
}

const fetchOrNothing = async (hub: Pick<Hub, 'url'>, method: string, path: string, sent: Sent) => {
  try {
    return await send(hub, method, path, sent)
  } catch {
    return undefined
  }
}

/** Runs until a request is not answered. Rejects when one is answered with anything but 200. */
export const write = async (options: WriterOptions): Promise<void> => {
  const { hub, journal, ids, random, keyId } = options
  for (;;) {
    const id = ids[Math.floor(random() * ids.length)] ?? ''
    const entries = journal.get(id) ?? []
    journal.set(id, entries)
    const token = tokenOf(entries)
    const dice = random()
    const kind = token === undefined || dice < 0.3 ? 'register' : dice < 0.65 ? 'update' : 'unregister'
    const entry: Write = { kind, id, mark: options.mark(), sentAt: performance.now() }
    const bearer = kind === 'register' || token === undefined ? await tempToken(id, keyId) : token
    entries.push(entry)
    const answer =
      kind === 'unregister'
        ? await fetchOrNothing(hub, 'DELETE', `/agents/${id}`, { token: bearer })
        : await fetchOrNothing(hub, 'POST', '/agents/register', {
            token: bearer,
            body: JSON.stringify(sampleCard(id, { metadata: { mark: entry.mark } })),
          })
    if (answer === undefined) return
    if (answer.status !== 200) throw new Error(`${kind} ${id}: ${answer.status} ${answer.text}`)
    entry.answeredAt = performance.now()
    const given = isObject(answer.body) ? answer.body['access_token'] : undefined
    if (typeof given === 'string') entry.token = given
    options.answered()
  }
}
