// Variables of the reference implementation and of its compose files that this hub does not honour, each with what
// happens to it. Those it honours are in options.ts; together they are every variable that is known.

import { all, elsewhere, ignored, notBuilt, OFF, ON, oneOf, type KnownSetting } from './known-setting.ts'

const partOf = (feature: string, names: readonly string[]): Readonly<Record<string, KnownSetting>> =>
  all(names, ignored(`belongs to ${feature}, which this version does not have`))

const hub = {
  ...all(['TZ', 'TIMEZONE'], ignored('all times are UTC', oneOf('UTC', 'Etc/UTC', 'GMT', 'Z'))),
  ARCP_DEBUG: ignored('set LOG_LEVEL=debug to see more', OFF),
  ARCP_LOGS_DIR: ignored('the log goes to standard output; let a service manager keep it'),
  LOG_FORMAT: ignored('lines have no template; set ARCP_LOG_FORMAT', oneOf('auto', 'json', 'pretty')),
  STATE_FILE: ignored('the state is in arcp.sqlite in ARCP_DATA_DIR, or in Redis'),
  AGENT_CLEANUP_INTERVAL: ignored('the hub looks ten times a second who is overdue'),
  AGENT_REGISTRATION_TIMEOUT: ignored('a registration is answered at once'),
  CSP_ALLOW_CONNECT_HTTP: ignored('pages of the hub connect to the hub alone', OFF),
  CSP_ALLOW_CONNECT_HTTPS: ignored('pages of the hub connect to the hub alone', OFF),
}

const limits = {
  RATE_LIMIT_RPM: ignored('set PUBLIC_RATE for requests, LOGIN_MAX_FAILURES and RATE_LIMIT_BURST for wrong secrets'),
  RATE_LIMIT_REQUESTS: ignored('set PUBLIC_RATE'),
  RATE_LIMIT_WINDOW: ignored('rates are per minute; set PUBLIC_RATE'),
  RATE_LIMIT_ENABLED: ignored('limits are always on; raise PUBLIC_RATE instead', ON),
  SECURITY_LOGGING: ignored('what was refused is always logged', ON),
  CONTENT_FILTERING: ignored('input is checked field by field, and nothing is rewritten', OFF),
}

const redis = {
  REDIS_HEALTH_CHECK_INTERVAL: ignored('the hub notices by itself that Redis is away'),
  DISABLE_REDIS: ignored('leave REDIS_URL and REDIS_HOST unset to run without Redis', OFF),
  ...all(
    ['REDIS_MAX_MEMORY', 'REDIS_EXPORTER_PORT', 'REDIS_DATA_DIR'],
    elsewhere('for the container of Redis, not for the hub'),
  ),
}

const threePhases = {
  ARCP_TPR: notBuilt('Three-Phase Registration'),
  ...partOf('Three-Phase Registration', [
    'ARCP_TPR_TOKEN_TTL_VALIDATED',
    'ARCP_TPR_TOKEN_TTL_ACCESS',
    'ARCP_TPR_TOKEN_AUD_VALIDATE',
    'ARCP_TPR_TOKEN_AUD_REGISTER',
    'ARCP_TPR_TOKEN_AUD_OPERATIONS',
    'ARCP_TPR_VALIDATION_TIMEOUT_FAST',
    'ARCP_TPR_VALIDATION_TIMEOUT_FULL',
    'ARCP_TPR_ENDPOINT_VALIDATION',
    'ARCP_TPR_ENDPOINT_VALIDATION_MODE',
    'ARCP_TPR_ENDPOINT_VALIDATION_STRICT',
    'ARCP_TPR_ENDPOINT_CONTRACTS_FILE',
    'ARCP_TPR_RATE_LIMIT_TEMP',
    'ARCP_TPR_RATE_LIMIT_VALIDATE',
    'ARCP_TPR_RATE_LIMIT_REGISTER',
    'ARCP_TPR_IDEMPOTENCY_TTL',
    'ARCP_TPR_HEARTBEAT_INTERVAL',
    'ARCP_TPR_INSTANCE_TTL_MULT',
    'ARCP_TPR_VALIDATION_QUEUE_MAX',
    'ARCP_TPR_VALIDATION_WORKERS',
  ]),
  ARCP_TPR_TOKEN_TTL_TEMP: ignored('a temp token lives 900 s', oneOf('900')),
}

const tokenBinding = {
  JWKS_ENABLED: notBuilt('asymmetric signing of tokens'),
  ...partOf('asymmetric signing of tokens', [
    'JWKS_ALGORITHM',
    'JWKS_ROTATION_DAYS',
    'JWKS_OVERLAP_DAYS',
    'JWKS_VERIFY_ISSUER',
  ]),
  DPOP_ENABLED: notBuilt('DPoP: tokens would not be bound to keys'),
  DPOP_REQUIRED: notBuilt('DPoP: tokens would not be bound to keys'),
  ...partOf('DPoP', ['DPOP_PROOF_TTL', 'DPOP_ALGORITHMS']),
  DPOP_CLOCK_SKEW: ignored('belongs to DPoP, which this version does not have; it does not change the life of a token'),
  MTLS_ENABLED: notBuilt('check of client certificates: let a proxy check them'),
  ...partOf('client certificates', [
    'MTLS_REQUIRED_REMOTE',
    'MTLS_CERT_HEADER',
    'MTLS_VERIFY_CHAIN',
    'MTLS_CA_BUNDLE',
    'MTLS_CHECK_REVOCATION',
    'MTLS_OCSP_TIMEOUT',
    'MTLS_CRL_CACHE_TTL',
    'MTLS_CRL_TIMEOUT',
    'MTLS_REVOCATION_SOFT_FAIL',
  ]),
}

const supplyChain = {
  SBOM_VERIFICATION_ENABLED: notBuilt('check of SBOMs'),
  SBOM_REQUIRED: notBuilt('check of SBOMs'),
  ...partOf('the check of SBOMs', [
    'SBOM_ALLOWED_FORMATS',
    'SBOM_FAIL_ON_CRITICAL',
    'SBOM_FAIL_ON_HIGH',
    'SBOM_VULNERABILITY_CHECK',
    'SBOM_VULNERABILITY_CACHE_TTL',
    'SBOM_OSV_API_URL',
    'SBOM_OSV_API_TIMEOUT',
  ]),
  CONTAINER_SCAN_ENABLED: notBuilt('scan of containers'),
  CONTAINER_SCAN_REQUIRED: notBuilt('scan of containers'),
  ...partOf('the scan of containers', [
    'CONTAINER_SCANNER',
    'CONTAINER_SCAN_FAIL_ON_CRITICAL',
    'CONTAINER_SCAN_FAIL_ON_HIGH',
    'CONTAINER_SCAN_FAIL_ON_SECRETS',
    'CONTAINER_SCAN_TIMEOUT',
    'CONTAINER_SCAN_CACHE_TTL',
  ]),
  ATTESTATION_ENABLED: notBuilt('attestation'),
  ATTESTATION_REQUIRED: notBuilt('attestation'),
  ...partOf('attestation', [
    'ATTESTATION_TYPE',
    'ATTESTATION_CHALLENGE_TTL',
    'ATTESTATION_INTERVAL',
    'ATTESTATION_CLOCK_SKEW',
  ]),
}

const watching = {
  TRACING_ENABLED: ignored('this version sends no traces', OFF),
  ...partOf('tracing', [
    'JAEGER_ENDPOINT',
    'OTLP_ENDPOINT',
    'TRACE_SERVICE_NAME',
    'TRACE_SERVICE_VERSION',
    'TRACE_ENVIRONMENT',
    'TRACE_SAMPLE_RATE',
  ]),
  SECURITY_AUDIT_ENABLED: ignored('what was refused is always logged', ON),
  SECURITY_AUDIT_REDIS: ignored('the audit is the log'),
  SECURITY_AUDIT_RETENTION_HOURS: ignored('the audit is the log; keep it as long as you need'),
  SECURITY_AUDIT_SIEM_URL: ignored('the audit is the log; let a collector send it on'),
  SECURITY_AUDIT_SIEM_TOKEN: ignored('the audit is the log; let a collector send it on'),
  ...all(
    [
      'PROMETHEUS_HOST',
      'PROMETHEUS_PORT',
      'PROMETHEUS_DATA_DIR',
      'GRAFANA_HOST',
      'GRAFANA_PORT',
      'GRAFANA_PASSWORD',
      'GRAFANA_DATA_DIR',
      'JAEGER_UI_PORT',
      'JAEGER_GRPC_PORT',
      'JAEGER_METRICS_PORT',
      'JAEGER_OTLP_GRPC_PORT',
      'JAEGER_OTLP_HTTP_PORT',
      'JAEGER_THRIFT_PORT',
    ],
    elsewhere('for the containers beside the hub'),
  ),
  ...all(
    ['ARCP_AGENT_KEY', 'ARCP_TOKEN', 'ARCP_WS', 'ARCP_URL', 'ARCP_HEARTBEAT_S'],
    elsewhere('for programs that use the hub, as those in examples/'),
  ),
}

/** By the headings they are shown under. */
export const KNOWN_GROUPS: Readonly<Record<string, Readonly<Record<string, KnownSetting>>>> = {
  'The hub and its limits': { ...hub, ...limits },
  Redis: redis,
  'Three-Phase Registration': threePhases,
  'Bound and signed tokens': tokenBinding,
  'Supply chain and attestation': supplyChain,
  'Watching and other programs': watching,
}

/** A `Map`, so that a variable called `constructor` is not found. */
export const KNOWN_SETTINGS: ReadonlyMap<string, KnownSetting> = new Map(
  Object.values(KNOWN_GROUPS).flatMap((settings) => Object.entries(settings)),
)
