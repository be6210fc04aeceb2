import { describe, expect, it } from 'vitest'

import { KNOWN_SETTINGS } from './known-settings.ts'
import { readConfig } from './load.ts'
import { OPTIONS } from './options.ts'
import { reviewEnv } from './review-env.ts'

/** Every variable that the reference implementation, its compose files and the WebSocket guide speak of. */
const OF_OTHERS = `
  ENVIRONMENT TZ TIMEZONE ALLOWED_AGENT_TYPES JWT_SECRET JWT_ALGORITHM JWT_EXPIRE_MINUTES AGENT_KEYS
  ARCP_HOST ARCP_PORT ARCP_DEBUG ARCP_LOGS_DIR ARCP_DATA_DIR STATE_FILE ARCP_ISSUER
  ARCP_TLS_ENABLED ARCP_TLS_CERT_DIR ARCP_TLS_CERT_FILENAME ARCP_TLS_KEY_FILENAME ALLOWED_ORIGINS TRUSTED_HOSTS
  CSP_ALLOW_CONNECT_HTTP CSP_ALLOW_CONNECT_HTTPS RATE_LIMIT_RPM RATE_LIMIT_BURST
  MAX_JSON_SIZE MAX_QUERY_PARAMS MAX_HEADER_SIZE SECURITY_LOGGING IP_DEFAULT_DENY BLOCKED_IPS ALLOWED_IP_RANGES
  CONTENT_FILTERING AGENT_HEARTBEAT_TIMEOUT AGENT_CLEANUP_INTERVAL AGENT_REGISTRATION_TIMEOUT ARCP_TPR
  ARCP_TPR_TOKEN_TTL_TEMP ARCP_TPR_TOKEN_TTL_VALIDATED ARCP_TPR_TOKEN_TTL_ACCESS ARCP_TPR_TOKEN_AUD_VALIDATE
  ARCP_TPR_TOKEN_AUD_REGISTER ARCP_TPR_TOKEN_AUD_OPERATIONS ARCP_TPR_VALIDATION_TIMEOUT_FAST
  ARCP_TPR_VALIDATION_TIMEOUT_FULL ARCP_TPR_ENDPOINT_VALIDATION ARCP_TPR_ENDPOINT_VALIDATION_MODE
  ARCP_TPR_ENDPOINT_CONTRACTS_FILE ARCP_TPR_ENDPOINT_VALIDATION_STRICT ARCP_TPR_RATE_LIMIT_TEMP
  ARCP_TPR_RATE_LIMIT_VALIDATE ARCP_TPR_RATE_LIMIT_REGISTER ARCP_TPR_IDEMPOTENCY_TTL ARCP_TPR_HEARTBEAT_INTERVAL
  ARCP_TPR_INSTANCE_TTL_MULT ARCP_TPR_VALIDATION_QUEUE_MAX ARCP_TPR_VALIDATION_WORKERS
  JWKS_ENABLED JWKS_ALGORITHM JWKS_ROTATION_DAYS JWKS_OVERLAP_DAYS JWKS_VERIFY_ISSUER
  DPOP_ENABLED DPOP_REQUIRED DPOP_PROOF_TTL DPOP_CLOCK_SKEW DPOP_ALGORITHMS
  MTLS_ENABLED MTLS_REQUIRED_REMOTE MTLS_CERT_HEADER MTLS_VERIFY_CHAIN MTLS_CA_BUNDLE MTLS_CHECK_REVOCATION
  MTLS_OCSP_TIMEOUT MTLS_CRL_CACHE_TTL MTLS_CRL_TIMEOUT MTLS_REVOCATION_SOFT_FAIL
  SBOM_VERIFICATION_ENABLED SBOM_REQUIRED SBOM_ALLOWED_FORMATS SBOM_FAIL_ON_CRITICAL SBOM_FAIL_ON_HIGH
  SBOM_VULNERABILITY_CHECK SBOM_VULNERABILITY_CACHE_TTL SBOM_OSV_API_URL SBOM_OSV_API_TIMEOUT
  CONTAINER_SCAN_ENABLED CONTAINER_SCAN_REQUIRED CONTAINER_SCANNER CONTAINER_SCAN_FAIL_ON_CRITICAL
  CONTAINER_SCAN_FAIL_ON_HIGH CONTAINER_SCAN_FAIL_ON_SECRETS CONTAINER_SCAN_TIMEOUT CONTAINER_SCAN_CACHE_TTL
  ATTESTATION_ENABLED ATTESTATION_REQUIRED ATTESTATION_TYPE ATTESTATION_CHALLENGE_TTL ATTESTATION_INTERVAL
  ATTESTATION_CLOCK_SKEW WEBSOCKET_INTERVAL WEBSOCKET_TIMEOUT WEBSOCKET_PING_INTERVAL WEBSOCKET_MAX_CONNECTIONS
  DASHBOARD_WS_INTERVAL DASHBOARD_WS_TIMEOUT DASHBOARD_WS_PING_INTERVAL DASHBOARD_WS_MAX_CONNECTIONS
  AGENT_WS_INTERVAL AGENT_WS_TIMEOUT AGENT_WS_PING_INTERVAL AGENT_WS_MAX_CONNECTIONS
  PUBLIC_WS_INTERVAL PUBLIC_WS_TIMEOUT PUBLIC_WS_PING_INTERVAL PUBLIC_WS_MAX_CONNECTIONS
  REDIS_HOST REDIS_PORT REDIS_DB REDIS_PASSWORD REDIS_HEALTH_CHECK_INTERVAL REDIS_MAX_MEMORY REDIS_EXPORTER_PORT
  REDIS_DATA_DIR PROMETHEUS_HOST PROMETHEUS_PORT PROMETHEUS_DATA_DIR GRAFANA_HOST GRAFANA_PORT GRAFANA_PASSWORD
  GRAFANA_DATA_DIR JAEGER_UI_PORT JAEGER_GRPC_PORT JAEGER_METRICS_PORT JAEGER_OTLP_GRPC_PORT JAEGER_OTLP_HTTP_PORT
  JAEGER_THRIFT_PORT METRICS_SCRAPE_TOKEN LOG_LEVEL LOG_FORMAT
  TRACING_ENABLED JAEGER_ENDPOINT OTLP_ENDPOINT TRACE_SERVICE_NAME TRACE_SERVICE_VERSION TRACE_ENVIRONMENT
  TRACE_SAMPLE_RATE SECURITY_AUDIT_ENABLED SECURITY_AUDIT_REDIS SECURITY_AUDIT_RETENTION_HOURS
  SECURITY_AUDIT_SIEM_URL SECURITY_AUDIT_SIEM_TOKEN RATE_LIMIT_ENABLED RATE_LIMIT_REQUESTS RATE_LIMIT_WINDOW
  DISABLE_REDIS ADMIN_USERNAME ADMIN_PASSWORD SESSION_TIMEOUT MAX_SESSIONS VECTOR_SEARCH_TOP_K
  VECTOR_SEARCH_MIN_SIMILARITY AZURE_API_KEY AZURE_API_BASE AZURE_API_VERSION AZURE_EMBEDDING_DEPLOYMENT
  NETWORK_INTERFACE_CAPACITY_MBPS DASHBOARD_LOG_BUFFER_MAXLEN DASHBOARD_LOG_MESSAGE_MAXLEN`
  .trim()
  .split(/\s+/)

/** Limits the protocol's own table names. */
const OF_THE_PROTOCOL = `
  WS_MAX_PENDING_AUTH WS_FRAMES_PER_S WS_MAX_BUFFERED_TOTAL AGENT_MAX_BYTES PUBLIC_RATE LOGIN_MAX_FAILURES
  RATE_LIMIT_BURST MAX_HEADER_SIZE MAX_JSON_SIZE DRAIN_DEADLINE_S DRAIN_SPREAD_S CHANGE_HISTORY LEASE_MASS_LOSS_RATIO
  TRUSTED_PROXIES WS_MAX_PAYLOAD_BYTES WS_LEGACY_LIST_MAX BROADCAST_INTERVAL_MS WS_MAX_BACKPRESSURE_BYTES
  WS_SLOW_CONSUMER_S PUBLIC_WS_CHECK_ORIGIN`
  .trim()
  .split(/\s+/)

const notices = (env: Readonly<Record<string, string>>) =>
  reviewEnv(env).notices.map(({ event, name, reason }) => `${event} ${name}: ${reason}`)

describe('known variables', () => {
  it('[decision 18] each is honoured, or in the table of those that are not, and in one of them only', () => {
    const isOption = (name: string): boolean => Object.hasOwn(OPTIONS, name)
    expect(OF_OTHERS.filter((name) => !isOption(name) && !KNOWN_SETTINGS.has(name))).toEqual([])
    expect(OF_THE_PROTOCOL.filter((name) => !isOption(name))).toEqual([])
    expect([...KNOWN_SETTINGS.keys()].filter(isOption)).toEqual([])
  })

  it.each([...KNOWN_SETTINGS])('[decision 18] %s does what the table says', (name, { fate, fine, reason }) => {
    const value = 'x-1'
    const { refusals, notices: said } = reviewEnv({ [name]: value })
    expect(refusals).toEqual(fate === 'refused' ? [`${name} must be ${fine?.shown ?? 'unset'}: ${reason}`] : [])
    expect(said).toEqual(fate === 'ignored' ? [{ event: 'setting_ignored', name, reason }] : [])
    // What asks for nothing else than the hub does, and what is not set, is not spoken of.
    for (const quiet of ['', '  ', ...(fine?.shown.split(', ') ?? [])]) {
      expect([quiet, reviewEnv({ [name]: quiet })]).toEqual([quiet, { refusals: [], notices: [] }])
    }
  })

  it('[decision 13] what protects and is not built stops the start, all of it in one message', () => {
    const asked = ['ARCP_TPR', 'DPOP_REQUIRED', 'MTLS_ENABLED', 'SBOM_REQUIRED', 'CONTAINER_SCAN_REQUIRED']
    const env = Object.fromEntries([...asked, 'ATTESTATION_REQUIRED', 'JWKS_ENABLED'].map((name) => [name, 'true']))
    const read = readConfig({ ...env, ARCP_PORT: 'x' })
    const lines = read.ok ? [] : read.error
    expect(lines).toHaveLength(8)
    for (const name of Object.keys(env)) expect(lines.join('\n')).toMatch(new RegExp(`^${name} must be false: `, 'm'))
    const off = Object.fromEntries(Object.keys(env).map((name) => [name, 'false']))
    expect(readConfig(off).ok).toBe(true)
  })

  it('LOG_FORMAT counts where it says what ARCP_LOG_FORMAT takes, and is spoken of where it does not', () => {
    const format = (env: Readonly<Record<string, string>>) => {
      const read = readConfig(env)
      return read.ok ? read.value.ARCP_LOG_FORMAT : undefined
    }
    expect(format({ LOG_FORMAT: 'json' })).toBe('json')
    expect(notices({ LOG_FORMAT: 'json' })).toEqual([])
    expect(format({ LOG_FORMAT: '%(asctime)s %(message)s' })).toBe('auto')
    expect(notices({ LOG_FORMAT: '%(asctime)s %(message)s' })).toHaveLength(1)
    expect(format({ LOG_FORMAT: 'json', ARCP_LOG_FORMAT: 'pretty' })).toBe('pretty')
  })
})

describe('variables that nobody knows', () => {
  it.each([
    ['ALOWED_ORIGINS', 'did you mean ALLOWED_ORIGINS?'],
    ['AGENT_HEARTBEAT_TIMOUT', 'did you mean AGENT_HEARTBEAT_TIMEOUT?'],
    ['AGNET_KEYS', 'did you mean AGENT_KEYS?'],
    ['IP_DEFUALT_DENY', 'did you mean IP_DEFAULT_DENY?'],
    ['ARCP_COLOUR', 'this hub has no such setting'],
    ['PUBLIC_WS_COLOUR', 'this hub has no such setting'],
  ])('%s is spoken of', (name, reason) => {
    expect(notices({ [name]: '1' })).toEqual([`setting_unknown ${name}: ${reason}`])
  })

  it('what Kubernetes sets for services called arcp and redis is not taken for a port', () => {
    const env = { ARCP_PORT: 'tcp://10.0.0.1:8001', REDIS_PORT: 'tcp://10.0.0.2:6379' }
    const read = readConfig(env)
    expect(read.ok && [read.value.ARCP_PORT, read.value.REDIS_PORT]).toEqual([8001, 6379])
    expect(reviewEnv(env)).toEqual({ refusals: [], notices: [] })
    expect(readConfig({ ARCP_PORT: 'tcp:8001' }).ok).toBe(false)
  })

  it('what other programs have is left alone', () => {
    const env = {
      PATH: '/bin',
      HOME: '/',
      LANG: 'C',
      SHLVL: '1',
      USER: 'x',
      NODE_ENV: 'x',
      HOSTNAME: 'x',
      LOGNAME: 'x',
    }
    expect(notices(env)).toEqual([])
    expect(notices({ ARCP_SERVICE_HOST: '10.0.0.1', ARCP_PORT_8001_TCP_ADDR: '10.0.0.1' })).toEqual([])
    expect(notices({ AGENT_NAME: 'build-7', REDIS_SERVICE_PORT: '6379' })).toEqual([])
    expect(reviewEnv({ constructor: '1', ARCP_PORT: '1' })).toEqual({ refusals: [], notices: [] })
  })
})
