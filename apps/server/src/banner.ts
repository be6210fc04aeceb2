// What a person sees when the hub is up: where it is, what was made, what to do next.

export interface BannerFacts {
  readonly version: string
  /** Without a trailing slash. */
  readonly url: string
  /** As it was configured. */
  readonly dataDir: string
  /** The same from the root: what is printed may be used in another folder. */
  readonly dataPath: string
  readonly store: { readonly kind: 'memory' | 'sqlite' | 'redis'; readonly place: string; readonly agents: number }
  /** Secrets made by this start. */
  readonly fresh: readonly (readonly [name: string, value: string])[]
  /** The agent keys were given, not made: the hub does not repeat them. */
  readonly keyFromEnvironment: boolean
  readonly admin: { readonly user: string; readonly passwordFromEnvironment: boolean }
}

export const banner = (facts: BannerFacts): string => {
  const { version, url, dataPath, fresh } = facts
  const ws = url.replace(/^http/, 'ws')
  const isMade = (wanted: string): boolean => fresh.some(([name]) => name === wanted)
  const made = fresh
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => `    ${name.padEnd(14)} ${value}`)
  const lines = [
    '',
    `  ARCP hub ${version} is ready`,
    '',
    `    dashboard   ${url}/dashboard/`,
    `    REST        ${url}  (routes: ${url}/docs)`,
    `    live        ${ws}/public/ws   ${ws}/agents/ws`,
    `    store       ${storeText(facts)}`,
    ...(isMade('AGENT_KEYS') || facts.keyFromEnvironment
      ? []
      : [`    agent key   AGENT_KEYS in ${dataPath}/secrets.json`]),
    `    sign in     as ${facts.admin.user}, ${passwordText(facts)}`,
    `    operators   POST ${url}/auth/login, then ${ws}/dashboard/ws`,
    '',
    ...(made.length === 0
      ? []
      : [`  Made now and kept in ${dataPath}/secrets.json; shown this once:`, '', ...made, '']),
    '  Register a first agent: in another terminal, in the folder of this repository (Ctrl-C there removes it again):',
    '',
    `    ${firstAgent(facts)}`,
    '',
    '',
  ]
  return lines.join('\n')
}

const passwordText = ({ admin, fresh, dataPath }: BannerFacts): string => {
  if (admin.passwordFromEnvironment) return 'with your ADMIN_PASSWORD'
  return fresh.some(([name]) => name === 'ADMIN_PASSWORD')
    ? 'with the ADMIN_PASSWORD below'
    : `with ADMIN_PASSWORD in ${dataPath}/secrets.json`
}

const storeText = ({ store: { kind, place, agents } }: BannerFacts): string =>
  kind === 'memory'
    ? 'memory: agents are forgotten when the hub stops'
    : `${kind}: ${place} (${agents === 1 ? '1 agent' : `${agents} agents`} in it)`

const firstAgent = ({ url, dataDir, dataPath, keyFromEnvironment }: BannerFacts): string => {
  const command = `node examples/first-agent.mjs ${url}`
  if (keyFromEnvironment) return `ARCP_AGENT_KEY='<one of your AGENT_KEYS>' ${command}`
  // The example looks into .data by itself.
  return dataDir === '.data' ? command : `ARCP_DATA_DIR='${dataPath}' ${command}`
}
