// What the hub does beside the registry: search, calls to agents, what operators see.

import { decimal, integer, interval, text } from './option.ts'

export const search = {
  VECTOR_SEARCH_TOP_K: integer({
    fallback: 10,
    min: 1,
    max: 100,
    text: 'Agents a search answers when it does not say.',
  }),
  VECTOR_SEARCH_MIN_SIMILARITY: decimal({
    fallback: 0.5,
    min: 0,
    max: 1,
    text: 'Least similarity of what a search finds when it does not say.',
  }),
  EMBEDDINGS_URL: text({
    fallback: '',
    shown: 'none',
    pattern: /^https?:\/\/[^\s?#]+$/,
    accepts: 'an address like https://api.openai.com/v1',
    text: 'Service with the embeddings API of OpenAI, for search by meaning. Without one, search goes by words.',
  }),
  EMBEDDINGS_API_KEY: text({
    fallback: '',
    shown: 'none',
    secret: true,
    pattern: /^[\x21-\x7E]+$/,
    accepts: 'a key of printable characters without blanks',
    text: 'Key for EMBEDDINGS_URL, where it wants one.',
  }),
  EMBEDDINGS_MODEL: text({
    fallback: '',
    shown: 'none',
    accepts: 'the name of a model',
    text: 'Model at EMBEDDINGS_URL, for example text-embedding-3-small.',
  }),
  AZURE_API_KEY: text({
    fallback: '',
    shown: 'none',
    secret: true,
    pattern: /^[\x21-\x7E]+$/,
    accepts: 'a key of printable characters without blanks',
    text: 'Key of Azure OpenAI; all four AZURE settings, or none.',
  }),
  AZURE_API_BASE: text({
    fallback: '',
    shown: 'none',
    pattern: /^https?:\/\/[^\s?#]+$/,
    accepts: 'an address like https://name.openai.azure.com',
    text: 'Address of Azure OpenAI.',
  }),
  AZURE_API_VERSION: text({
    fallback: '',
    shown: 'none',
    text: 'API version of Azure OpenAI, for example 2024-02-01.',
  }),
  AZURE_EMBEDDING_DEPLOYMENT: text({ fallback: '', shown: 'none', text: 'Deployment of an embedding model.' }),
  EMBEDDINGS_TIMEOUT: interval(10, 'Seconds for the vectors of a batch of agents.'),
  EMBEDDINGS_QUERY_TIMEOUT: interval(2, 'Seconds a search waits for its vector before it goes by words.'),
  EMBEDDINGS_QUEUE_MAX: integer({
    fallback: 10_000,
    min: 1,
    max: 1_000_000,
    text: 'Agents that may wait for their vector; more are found again when there is room.',
  }),
  EMBEDDINGS_QUERIES_MAX: integer({
    fallback: 8,
    min: 1,
    max: 10_000,
    text: 'Searches that may wait for a vector at a time; more go by words.',
  }),
} as const

export const outbound = {
  ALLOW_PRIVATE_ENDPOINTS: text({
    fallback: '',
    shown: 'true, in production false',
    pattern: /^(?:true|false|1|0|yes|no|on|off)$/i,
    accepts: 'true or false',
    text: 'Whether agents on loopback and private addresses are called (connect, notify, ping).',
  }),
  CONNECT_RATE: integer({
    fallback: 30,
    min: 1,
    max: 100_000_000,
    text: 'Calls of POST /public/connect a minute per address, over time.',
  }),
  CONNECT_RATE_BURST: integer({ fallback: 10, min: 1, max: 100_000_000, text: 'How many of these at once.' }),
  OUTBOUND_MAX_CONCURRENT: integer({
    fallback: 64,
    min: 1,
    max: 10_000,
    text: 'Calls to agents under way at a time; beyond it 503.',
  }),
  OUTBOUND_MAX_PER_HOST: integer({
    fallback: 8,
    min: 1,
    max: 10_000,
    text: 'The same for one host and port.',
  }),
} as const

export const insight = {
  DASHBOARD_LOG_BUFFER_MAXLEN: integer({
    fallback: 10_000,
    min: 10,
    max: 1_000_000,
    text: 'Log entries kept for operators, in memory; the oldest go.',
  }),
  DASHBOARD_LOG_MESSAGE_MAXLEN: integer({
    fallback: 2048,
    min: 64,
    max: 65_536,
    text: 'Characters of a log message that operators see.',
  }),
  ALERTS_MAX: integer({ fallback: 1000, min: 10, max: 100_000, text: 'Alerts kept, in memory; the oldest go.' }),
  NETWORK_INTERFACE_CAPACITY_MBPS: decimal({
    fallback: 1000,
    min: 0.001,
    max: 10_000_000,
    text: 'What the network can carry in each direction, in Mbit/s: the 100 % of its utilization.',
  }),
} as const
