import { createFakeTime } from '@arcp/testkit'

import { describeStoreContract } from '../../../test/store-contract.ts'
import { createMemoryStore } from './memory-store.ts'

describeStoreContract({
  name: 'memory',
  changeHistory: 10,
  create: async () => {
    const time = createFakeTime()
    const store = createMemoryStore({
      clock: time.clock,
      random: { token: () => 'epoch' },
      changeHistory: 10,
      changeHistoryBytes: 1_000_000,
      tombstonesMax: 1000,
    })
    return { store, advance: time.advance }
  },
})
