import { describeStoreContract } from '../../../test/store-contract.ts'
import { sqliteRig } from '../../../test/sqlite-rig.ts'

describeStoreContract({
  name: 'sqlite',
  changeHistory: 10,
  create: async () => {
    const rig = sqliteRig()
    return { store: rig.opened({ changeHistory: 10 }), advance: rig.time.advance }
  },
})
