// Many agents at once: their temp tokens are signed here, so that each costs one request.
import type { Hub } from './hub.ts'
import { textAt } from './pick.ts'
import { request, requestTempToken, sampleCard } from './rest.ts'
import { claimsOf, nowS, signToken } from './tokens.ts'

/** Requests open at a time. */
const WIDTH = 16

export interface CrowdOptions {
  readonly count: number
  /** Ids are this, a dash and four digits. */
  readonly prefix: string
  readonly changes?: (index: number) => Readonly<Record<string, unknown>>
}

export const crowdId = (prefix: string, index: number): string => `${prefix}-${String(index).padStart(4, '0')}`

/** Registers them and resolves to their ids and access tokens, in the order of their numbers. */
export const registerCrowd = async (
  hub: Pick<Hub, 'url' | 'agentKey'>,
  { count, prefix, changes = () => ({}) }: CrowdOptions,
): Promise<readonly { readonly agentId: string; readonly token: string }[]> => {
  const { key_id: keyId } = claimsOf(await requestTempToken(hub, crowdId(prefix, 0)))
  const registered: { agentId: string; token: string }[] = []
  const one = async (index: number): Promise<void> => {
    const agentId = crowdId(prefix, index)
    const claims = {
      sub: `temp_${agentId}`,
      agent_id: agentId,
      role: 'agent',
      agent_type: 'testing',
      key_id: keyId,
      exp: nowS() + 900,
    }
    const token = await signToken({ kind: 'temp', claims })
    const answer = await request(hub, 'POST', '/agents/register', { token, body: sampleCard(agentId, changes(index)) })
    registered[index] = { agentId, token: textAt(answer.body, 'access_token') }
  }
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next
      next += 1
      await one(index)
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, worker))
  return registered
}
