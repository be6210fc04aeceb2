import { createFakeTime } from '@arcp/testkit'
import { expect, it } from 'vitest'

import { accessClaim, buried, describeStoreContract, register } from '../../../test/store-contract.ts'
import { createMemoryStore } from './memory-store.ts'

const create = (tombstonesMax: number) => {
  const time = createFakeTime()
  const store = createMemoryStore({
    clock: time.clock,
    random: { token: () => 'epoch' },
    changeHistory: 10,
    changeHistoryBytes: 1_000_000,
    tombstonesMax,
  })
  return { store, advance: time.advance }
}

describeStoreContract({ name: 'memory', changeHistory: 10, create: async () => create(1000) })

it('[X126] remembers so many removed ids and no more, and still gives no incarnation twice', async () => {
  const { store } = create(2)
  for (const id of ['agent-a', 'agent-a', 'agent-b', 'agent-c']) {
    const registered = await store.commit(register(id))
    const incarnation =
      registered.ok && registered.value.answer.kind === 'registered' ? registered.value.answer.incarnation : 0
    await store.commit({ kind: 'unregister', id, claim: accessClaim(store, incarnation) })
  }
  await store.commit(register('agent-d'))
  expect([await buried(store, 'agent-a'), await buried(store, 'agent-c')]).toMatchObject([
    undefined,
    { incarnation: 1 },
  ])
  expect(await store.commit(register('agent-a'))).toMatchObject({ ok: true, value: { answer: { incarnation: 3 } } })
})
