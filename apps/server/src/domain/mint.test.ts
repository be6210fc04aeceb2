import { createFakeTime, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { err } from '../kernel/result.ts'
import type { Agent } from './agent.ts'
import { createMint, type MintRequest } from './mint.ts'
import type { AdminSession } from './sessions.ts'

const HASH = 'a'.repeat(64)
const SESSION: AdminSession = {
  id: 's',
  user: 'root',
  openedAt: 0,
  expiresAt: 1,
  pinSet: false,
  pinVerifiedAt: undefined,
}
const AGENT: Agent = {
  id: 'agent-a',
  incarnation: 3,
  epoch: 'e',
  card: sampleCard('agent-a'),
  keyId: 'key-2',
  status: 'dead',
  registeredAt: 0,
  seenAt: 0,
}

const ask = async (over: Partial<MintRequest>) => {
  const sign = async (claims: unknown): Promise<string> => JSON.stringify(claims)
  const mint = createMint({
    tokens: { signTemp: sign, signAccess: sign, signUser: sign },
    view: { get: (id) => (id === AGENT.id ? AGENT : undefined), position: () => ({ epoch: 'e', offset: 9 }) },
    keys: { ofHash: (hash) => (hash === HASH ? 'key-1' : undefined) },
    signAdmin: async ({ id, user }) => ({ user, token: JSON.stringify({ kind: 'admin', id }), expiresIn: 60 }),
    clock: createFakeTime().clock,
    random: { token: () => 'random' },
    tokenS: 3600,
  })
  const request: MintRequest = {
    userId: 'ann',
    agentId: 'agent-a',
    scopes: ['read'],
    role: 'user',
    temp: false,
    agentType: undefined,
    keyHash: undefined,
    ...over,
  }
  const minted = await mint(request, SESSION)
  if (!minted.ok) return minted
  const claims: unknown = JSON.parse(minted.value.token)
  return { claims, expiresIn: minted.value.expiresIn }
}

describe('a minted token', () => {
  it('of a user says who it is', async () => {
    expect(await ask({})).toMatchObject({
      claims: { kind: 'user', user: 'ann', agentId: 'agent-a', scopes: ['read'] },
      expiresIn: 3600,
    })
  })

  it('of an agent is for the life it has, alive or dead', async () => {
    const { keyId, incarnation, epoch } = AGENT
    expect(await ask({ role: 'agent' })).toMatchObject({
      claims: { kind: 'access', agentId: 'agent-a', keyId, incarnation, epoch, offset: 9 },
      expiresIn: 3600,
    })
    expect(await ask({ role: 'agent', agentId: 'nobody' })).toEqual(err({ kind: 'not-found', id: 'nobody' }))
  })

  it('for a registration is a temp token under a configured key', async () => {
    const temp = { role: 'agent', temp: true, agentId: 'nobody-yet' } as const
    expect(await ask({ ...temp, keyHash: HASH })).toMatchObject({
      claims: { kind: 'temp', agentId: 'nobody-yet', agentType: 'unknown', keyId: 'key-1' },
      expiresIn: 900,
    })
    expect(await ask({ ...temp, keyHash: HASH, agentType: 'testing' })).toMatchObject({
      claims: { agentType: 'testing' },
    })
    for (const keyHash of [undefined, 'b'.repeat(64)]) {
      expect(await ask({ ...temp, keyHash })).toMatchObject({ error: { kind: 'unfit', field: 'agent_key_hash' } })
    }
    for (const role of ['user', 'admin'] as const) {
      expect(await ask({ ...temp, role, keyHash: HASH })).toMatchObject({ error: { field: 'temp_registration' } })
    }
  })

  it('[X78] of an administrator is of the own session, for nobody else', async () => {
    expect(await ask({ role: 'admin', userId: 'root' })).toEqual({ claims: { kind: 'admin', id: 's' }, expiresIn: 60 })
    expect(await ask({ role: 'admin' })).toEqual(err({ kind: 'other-user' }))
  })
})
