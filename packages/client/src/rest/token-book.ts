/**
 * Owns: which token goes with which call.
 * Must not know: what a token says. Kept in memory only.
 */

export interface TokenBook {
  /** The token of that agent if this client registered it, else the client's own. */
  readonly of: (agentId: string) => string | null
  /** The client's own: the one given, or the last one an agent was registered with. */
  readonly own: () => string | null
  readonly keep: (agentId: string, token: string) => void
  /** Puts a new token wherever the old one stood. */
  readonly replace: (old: string, token: string) => void
  readonly forget: (agentId: string) => void
}

export function createTokenBook(given: string | null): TokenBook {
  let first = given
  const byAgent = new Map<string, string>()
  const own = () => first ?? [...byAgent.values()].at(-1) ?? null
  return {
    own,
    of: (agentId) => byAgent.get(agentId) ?? own(),
    keep: (agentId, token) => {
      byAgent.delete(agentId)
      byAgent.set(agentId, token)
    },
    replace: (old, token) => {
      if (first === old) first = token
      for (const [agentId, kept] of byAgent) if (kept === old) byAgent.set(agentId, token)
    },
    forget: (agentId) => {
      byAgent.delete(agentId)
    },
  }
}
