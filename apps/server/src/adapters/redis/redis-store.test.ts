import { afterAll, beforeAll } from 'vitest'

import { createRedisRig, type RedisRig } from '../../../test/redis-rig.ts'
import { describeStoreContract } from '../../../test/store-contract.ts'

let rig: RedisRig | undefined

beforeAll(async () => {
  rig = await createRedisRig()
})

afterAll(() => rig?.stop())

describeStoreContract({
  name: 'redis',
  changeHistory: 10,
  create: async () => {
    if (rig === undefined) throw new Error('no Redis')
    const { store } = await rig.hub(rig.prefix(), { changeHistory: 10 })
    return { store, advance: rig.time.advance }
  },
})
