// W8: the servers whose idle sockets are weighed, and what their clients say.
import { requestedToken } from './agents.ts'
import { textFrame } from './client-frames.ts'
import { churn, type IdleKind } from './idle-sockets.ts'
import { registerAll } from './population.ts'
import * as programs from './programs.ts'
import { withServer, type Program, type ServerProcess } from './server-process.ts'
import { delay } from './wait.ts'

export const SUBJECTS = ['bare uWS', 'ws', 'hub public', 'hub agent, live', 'hub agent, legacy'] as const
export type SubjectName = (typeof SUBJECTS)[number]
export const PEERS: readonly SubjectName[] = ['bare uWS', 'ws']

const START_DEADLINE_MS = 30_000
const RETRY_MS = 10

/** Every limit on the number of sockets is off. Where agents are kept makes no difference to sockets. */
const SETTINGS = {
  ARCP_STORE: 'memory',
  PUBLIC_WS_MAX_CONNECTIONS: '0',
  AGENT_WS_MAX_CONNECTIONS: '0',
  WS_MAX_PENDING_AUTH: '0',
  WS_MAX_PENDING_AUTH_PER_ADDRESS: '0',
}
/** A list of one agent: a list of thousands, every five seconds to each socket, would be no idling. */
const SHORT_LISTS = { WS_LEGACY_LIST_MAX: '1' }

const tokenFrame = (token: string, live: boolean): Buffer =>
  textFrame(JSON.stringify(live ? { token, live: 1 } : { token }))

interface Subject {
  readonly program: (port: number, nodeArgs?: readonly string[]) => Program
  readonly agents: boolean
  readonly kind: (tokens: readonly string[]) => IdleKind
}

const hubWith =
  (env: Readonly<Record<string, string>>) =>
  (port: number, nodeArgs: readonly string[] = []): Program =>
    programs.withEnv(programs.hub(port, nodeArgs), { ...SETTINGS, ...env })

const agentKind =
  (live: boolean, inAt: string) =>
  (tokens: readonly string[]): IdleKind => ({
    path: '/agents/ws',
    first: (index) => tokenFrame(tokens[index] ?? '', live),
    inAt,
  })

const SUBJECT: Readonly<Record<SubjectName, Subject>> = {
  'bare uWS': { program: programs.echo, agents: false, kind: () => ({ path: '/' }) },
  ws: { program: programs.wsEcho, agents: false, kind: () => ({ path: '/' }) },
  'hub public': {
    program: hubWith({}),
    agents: false,
    kind: () => ({ path: programs.SUBSCRIBER_PATH, inAt: '{"type":"welcome"' }),
  },
  'hub agent, live': { program: hubWith({}), agents: true, kind: agentKind(true, '{"type":"auth_success"') },
  // The list is the second frame after the token; who has it is in.
  'hub agent, legacy': { program: hubWith(SHORT_LISTS), agents: true, kind: agentKind(false, '[') },
}

const untilListening = async (server: ServerProcess, port: number, path: string): Promise<void> => {
  const deadline = performance.now() + START_DEADLINE_MS
  for (;;) {
    try {
      return await churn(port, 1, { path })
    } catch (error) {
      if (server.exited() || performance.now() > deadline) throw error
      await delay(RETRY_MS)
    }
  }
}

export const needsAgents = (name: SubjectName): boolean => SUBJECT[name].agents

/** Starts a subject with everything but its sockets, hands it to `work`, and ends it. */
export const during = <T>(
  name: SubjectName,
  nodeArgs: readonly string[],
  agents: number,
  work: (server: ServerProcess, port: number, kind: IdleKind) => Promise<T>,
): Promise<T> => {
  const subject = SUBJECT[name]
  return withServer(
    (port) => subject.program(port, nodeArgs),
    async (server, port) => {
      await untilListening(server, port, subject.kind([]).path)
      const tokens = subject.agents ? await registerAll(port, agents, requestedToken) : []
      return work(server, port, subject.kind(tokens))
    },
  )
}
