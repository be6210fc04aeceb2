// The AgentKeys port over the keys of the configuration. Only digests are kept.

import type { AgentKeys } from '../../domain/ports.ts'
import { sameDigest, sha256Hex } from '../../kernel/digest.ts'

const digest = (key: string): string => sha256Hex(`arcp agent key ${key}`).slice(0, 32)

export interface ReplaceableAgentKeys extends AgentKeys {
  /** Puts other keys in the place of all. Ends nobody: see `domain/revoke-strangers.ts`. */
  readonly replace: (keys: readonly string[]) => void
}

export const createAgentKeys = (keys: readonly string[]): ReplaceableAgentKeys => {
  let known = keys.map(digest)
  let hashes = keys.map(sha256Hex)
  return {
    // Looks at every key, so that the time says nothing about which one came close.
    identify: (key) => {
      const candidate = digest(key)
      let found: string | undefined
      for (const id of known) if (sameDigest(id, candidate)) found = id
      return found
    },
    knows: (keyId) => known.includes(keyId),
    ofHash: (hash) => {
      let found: string | undefined
      for (const [index, one] of hashes.entries()) if (sameDigest(one, hash.toLowerCase())) found = known[index]
      return found
    },
    replace: (next) => {
      known = next.map(digest)
      hashes = next.map(sha256Hex)
    },
  }
}
