// What a person sees when the hub is up: where it is, what was made, what to do next.

export interface BannerFacts {
  readonly version: string
  /** Without a trailing slash. */
  readonly url: string
  readonly dataDir: string
  /** Secrets made by this start. */
  readonly fresh: readonly (readonly [name: string, value: string])[]
  /** The agent keys were given, not made: the hub does not repeat them. */
  readonly keyFromEnvironment: boolean
}

export const banner = ({ version, url, dataDir, fresh, keyFromEnvironment }: BannerFacts): string => {
  const ws = url.replace(/^http/, 'ws')
  const made = fresh.map(([name, value]) => `    ${name.padEnd(11)} ${value}`)
  const lines = [
    '',
    `  ARCP hub ${version} is ready`,
    '',
    `    dashboard   ${url}/dashboard/`,
    `    REST        ${url}  (routes: ${url}/docs)`,
    `    live        ${ws}/public/ws   ${ws}/agents/ws`,
    '    store       memory: agents are forgotten when the hub stops',
    '',
    ...(made.length === 0 ? [] : [`  Made now and kept in ${dataDir}/secrets.json; shown this once:`, '', ...made, '']),
    '  Register a first agent from another terminal (Ctrl-C there removes it again):',
    '',
    `    ${firstAgent(url, dataDir, keyFromEnvironment)}`,
    '',
    '',
  ]
  return lines.join('\n')
}

const firstAgent = (url: string, dataDir: string, keyFromEnvironment: boolean): string => {
  if (keyFromEnvironment) return `ARCP_AGENT_KEY=<one of your AGENT_KEYS> node examples/first-agent.mjs ${url}`
  const directory = dataDir === '.data' ? '' : `ARCP_DATA_DIR=${dataDir} `
  return `${directory}node examples/first-agent.mjs ${url}`
}
