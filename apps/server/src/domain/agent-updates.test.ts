import type { AgentRegistration } from '@arcp/protocol/model'
import { sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { err, ok } from '../kernel/result.ts'
import { createAgentUpdates } from './agent-updates.ts'
import type { Agent } from './agent.ts'
import type { Principal } from './auth.ts'
import type { Command } from './command.ts'
import type { Store } from './ports.ts'

const ID = 'agent-a'
const access: Principal = {
  kind: 'access',
  agentId: ID,
  keyId: 'key',
  incarnation: 2,
  epoch: 'e',
  offset: 1,
  jti: 'j',
  issuedAt: 0,
  expiresAt: 900,
}
const admin: Principal = { kind: 'admin', user: 'admin', sessionId: 's', jti: 'j', issuedAt: 0, expiresAt: 900 }

const agent = (card: AgentRegistration = sampleCard(ID)): Agent => ({
  id: ID,
  incarnation: 2,
  epoch: 'e',
  card,
  keyId: 'key',
  status: 'dead',
  registeredAt: 1000,
  seenAt: 1000,
})

/** `faster`: names another hub gives the agent right before each of our commits. */
const setUp = ({ faster = [] as string[], reached = true } = {}) => {
  const state: { agent: Agent | undefined; offset: number } = { agent: agent(), offset: 5 }
  const commands: Command[] = []
  const commit: Store['commit'] = async (command) => {
    await Promise.resolve()
    commands.push(command)
    if (command.kind !== 'update' || state.agent === undefined) throw new Error(command.kind)
    const name = faster.shift()
    if (name !== undefined) state.agent = { ...state.agent, card: { ...state.agent.card, name } }
    if (JSON.stringify(state.agent.card) !== command.before) return err({ kind: 'changed', id: command.id })
    state.agent = { ...state.agent, card: command.card }
    state.offset += 1
    return ok({ answer: { kind: 'done' }, position: { epoch: 'e', offset: state.offset } })
  }
  const updates = createAgentUpdates({
    store: { commit },
    view: {
      get: (id) => (id === ID ? state.agent : undefined),
      position: () => ({ epoch: 'e', offset: state.offset }),
      reached: async () => reached,
    },
    agentMaxBytes: 2000,
  })
  return { updates, state, commands }
}

const renamed = (name: string) => (card: AgentRegistration) => ok({ ...card, name })
const tagged = (tag: string) => (card: AgentRegistration) => ok({ ...card, features: [...card.features, tag] })

describe('an update', () => {
  it('[decision 14] is of the life that is there, for the agent itself and for administrators', async () => {
    const { updates, state, commands } = setUp()
    expect(await updates.update(ID, access, renamed('One name'))).toEqual(ok(undefined))
    expect(await updates.update(ID, admin, renamed('Two names'))).toEqual(ok(undefined))
    expect(state.agent?.card.name).toBe('Two names')
    expect(commands).toMatchObject([
      { kind: 'update', id: ID, incarnation: 2, epoch: 'e' },
      { kind: 'update', id: ID, incarnation: 2, epoch: 'e' },
    ])
  })

  it('[X111] is not for others, not for an earlier life, and of nobody who is not there', async () => {
    const { updates, state, commands } = setUp()
    const edit = renamed('Stolen name')
    expect(await updates.update(ID, { ...access, agentId: 'agent-b' }, edit)).toMatchObject({
      error: { kind: 'forbidden', agentId: 'agent-b', target: ID },
    })
    const temp: Principal = {
      kind: 'temp',
      agentId: ID,
      agentType: 't',
      keyId: 'key',
      jti: 'j',
      issuedAt: 0,
      expiresAt: 9,
    }
    expect(await updates.update(ID, temp, edit)).toMatchObject({ error: { kind: 'temp-token' } })
    for (const earlier of [{ incarnation: 1 }, { epoch: 'lost' }]) {
      expect(await updates.update(ID, { ...access, ...earlier }, edit)).toMatchObject({
        error: { kind: 'gone', reason: 'replaced' },
      })
    }
    expect(await updates.update('nobody', admin, edit)).toMatchObject({ error: { kind: 'not-found', id: 'nobody' } })
    state.agent = undefined
    expect(await updates.update(ID, access, edit)).toMatchObject({ error: { kind: 'not-found' } })
    expect(commands).toEqual([])
  })

  it('[decision 14] [S12] stands on top of what another hub changed meanwhile', async () => {
    const { updates, state, commands } = setUp({ faster: ['First other', 'Second other'] })
    expect(await updates.update(ID, access, tagged('mine'))).toEqual(ok(undefined))
    expect(state.agent?.card).toMatchObject({ name: 'Second other', features: ['mine'] })
    expect(commands).toHaveLength(3)
  })

  it('[S12] many at a time on one hub come one after the other, whatever comes of each', async () => {
    const { updates, state, commands } = setUp()
    const tags = Array.from({ length: 50 }, (_, n) => `tag-${n}`)
    const all = tags.map((tag, n) =>
      n === 10 ? updates.update(ID, access, () => err('bad')) : updates.update(ID, access, tagged(tag)),
    )
    const results = await Promise.all(all)
    expect(results.filter(({ ok: fine }) => !fine)).toEqual([err({ kind: 'not-valid', issues: 'bad' })])
    expect(state.agent?.card.features).toEqual(tags.filter((_, n) => n !== 10))
    expect(commands).toHaveLength(49)
  })

  it('gives up when somebody is faster every time, or this hub does not see its own change', async () => {
    const never = setUp({ faster: Array.from({ length: 100 }, (_, n) => `Name ${n}`) })
    expect(await never.updates.update(ID, access, tagged('mine'))).toEqual(err({ kind: 'behind', retryAfterS: 1 }))
    expect(never.commands).toHaveLength(8)
    const blind = setUp({ reached: false })
    expect(await blind.updates.update(ID, access, tagged('mine'))).toEqual(err({ kind: 'behind', retryAfterS: 1 }))
  })

  it('commits nothing that changes nothing, or is too large', async () => {
    const { updates, commands } = setUp()
    expect(await updates.update(ID, access, (card) => ok({ ...card }))).toEqual(ok(undefined))
    expect(await updates.update(ID, access, renamed('x'.repeat(3000)))).toMatchObject({
      error: { kind: 'too-large', limit: 2000 },
    })
    expect(commands).toEqual([])
  })
})
