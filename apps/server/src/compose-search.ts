// Wires search and the calls to agents.

import { toIso } from '@arcp/protocol/codec'

import { azureService, createHttpEmbeddings, openAiService } from './adapters/embeddings/http-embeddings.ts'
import { createHttpOutbound } from './adapters/outbound/http-outbound.ts'
import type { Config } from './config/options.ts'
import { createAgentCalls, type AgentCallDeps } from './domain/agent-calls.ts'
import type { AgentMetricsView } from './domain/agent-metrics.ts'
import type { Agent } from './domain/agent.ts'
import { createMeaning, noMeaning, type AgentMeanings } from './domain/meaning.ts'
import { createSearchIndex } from './domain/search-index.ts'
import { createSearch } from './domain/search.ts'
import type { Clock, Scheduler } from './kernel/clock.ts'
import type { Logger } from './kernel/logger.ts'
import type { Meter } from './kernel/meter.ts'
import type { Random } from './kernel/random.ts'
import type { Replica } from './live/replica.ts'

export interface SearchDeps {
  readonly config: Config
  readonly replica: Replica
  readonly metrics: Pick<AgentMetricsView, 'get'>
  readonly pingSocket: AgentCallDeps['pingSocket']
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly logger: Logger
  readonly meter: Meter
  readonly version: string
}

export type ComposedSearch = ReturnType<typeof composeSearch>

/** Follows the copy from here on: call when it is filled. */
export const composeSearch = (deps: SearchDeps) => {
  const { config, replica, clock, scheduler, random, logger, meter } = deps
  const index = createSearchIndex()
  const meaning = meaningOf(deps)
  const follow = (id: string, agent: Agent | undefined): void => {
    if (agent?.status === 'alive') {
      index.put(id, agent.card)
      meaning.put(id, agent.card)
    } else {
      index.remove(id)
      meaning.remove(id)
    }
  }
  for (const { agent } of replica.alive()) follow(agent.id, agent)
  replica.onApplied(({ before, after }) => {
    const id = (after ?? before)?.id
    // A sign of life or a renewed status changes nothing that is searched.
    if (id !== undefined && (before?.card !== after?.card || before?.status !== after?.status)) follow(id, after)
  })
  meaning.start()

  const outbound = createHttpOutbound({
    allowPrivate: allowPrivate(config),
    maxConcurrent: config.OUTBOUND_MAX_CONCURRENT,
    maxPerHost: config.OUTBOUND_MAX_PER_HOST,
    version: deps.version,
    clock,
    scheduler,
    logger,
    meter,
  })
  return {
    search: createSearch({ view: replica, index, meaning, metrics: deps.metrics, meter }),
    calls: createAgentCalls({ view: replica, outbound, pingSocket: deps.pingSocket, clock, random, timeText: toIso }),
    embeddings: meaning.status,
    gauges: { searchIndex: index.size, outboundRunning: outbound.running, embeddings: meaning.status },
    stop: meaning.stop,
  }
}

const allowPrivate = ({ ALLOW_PRIVATE_ENDPOINTS: said, ENVIRONMENT }: Config): boolean =>
  said === '' ? ENVIRONMENT !== 'production' : /^(?:true|1|yes|on)$/i.test(said)

const meaningOf = ({ config, replica, clock, scheduler, logger, meter }: SearchDeps): AgentMeanings => {
  const service =
    config.AZURE_API_KEY !== ''
      ? azureService(
          config.AZURE_API_BASE,
          config.AZURE_API_KEY,
          config.AZURE_API_VERSION,
          config.AZURE_EMBEDDING_DEPLOYMENT,
        )
      : openAiService(config.EMBEDDINGS_URL, config.EMBEDDINGS_API_KEY, config.EMBEDDINGS_MODEL)
  if (config.AZURE_API_KEY === '' && config.EMBEDDINGS_URL === '') return noMeaning
  return createMeaning({
    embeddings: createHttpEmbeddings({ ...service, clock, scheduler }),
    card: (id) => {
      const agent = replica.get(id)
      return agent?.status === 'alive' ? agent.card : undefined
    },
    ids: () => replica.alive().map(({ agent }) => agent.id),
    clock,
    scheduler,
    logger,
    meter,
    settings: {
      queueMax: config.EMBEDDINGS_QUEUE_MAX,
      queriesMax: config.EMBEDDINGS_QUERIES_MAX,
      queryMs: config.EMBEDDINGS_QUERY_TIMEOUT * 1000,
      batchMs: config.EMBEDDINGS_TIMEOUT * 1000,
    },
  })
}
