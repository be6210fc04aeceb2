import { createFakeTime } from '@arcp/testkit'

import { describeSessionContract, SESSION_LIMITS } from '../../../test/session-contract.ts'
import { createMemorySessions } from './memory-sessions.ts'

describeSessionContract({
  name: 'memory',
  create: async () => {
    const time = createFakeTime()
    return { store: createMemorySessions(SESSION_LIMITS, time.clock), advance: time.advance }
  },
})
