// Who may come in, with what: keys, tokens, administrators, addresses, names, TLS, origins.

import { isAddressRange, isHostPattern } from '../kernel/address.ts'
import { choice, connections, flag, integer, list, minutes, text } from './option.ts'

export const keys = {
  AGENT_KEYS: list({
    fallback: [],
    shown: 'made in development, required in production',
    secret: true,
    item: /^.{10,200}$/u,
    accepts: 'a comma list of keys, each 10-200 characters',
    text: 'Keys that let agents register. Kept as digests only.',
  }),
  AGENT_KEYS_FILE: text({
    fallback: '',
    shown: 'none',
    accepts: 'a file name',
    text: 'File with one agent key per line, read again on SIGHUP: a key that is gone ends its agents.',
  }),
  AGENT_KEY_MAX_AGENTS: connections(0, 'Agents alive per key; 0 for no limit.'),
  JWT_SECRET: text({
    fallback: '',
    shown: 'made in development, required in production',
    secret: true,
    pattern: /^.{32,}$/,
    accepts: 'at least 32 characters',
    text: 'Secret that signs tokens. Every hub of a cluster needs the same.',
  }),
  JWT_ALGORITHM: choice({ choices: ['HS256'], fallback: 'HS256', text: 'Signature algorithm of tokens.' }),
  JWT_EXPIRE_MINUTES: integer({ fallback: 3600, min: 1, max: 43_200, text: 'Life of an agent token in minutes.' }),
  ARCP_ISSUER: text({ fallback: 'arcp', text: 'Issuer written into tokens and demanded of them.' }),
  METRICS_SCRAPE_TOKEN: text({
    fallback: '',
    shown: 'none',
    secret: true,
    pattern: /^\S{16,}$/,
    accepts: 'at least 16 characters without blanks',
    text: 'Bearer token that opens GET /metrics/scrape; without it the route is closed.',
  }),
} as const

export const administrators = {
  ADMIN_USERNAME: text({
    fallback: 'admin',
    pattern: /^[A-Za-z0-9_@.-]{2,100}$/,
    accepts: '2-100 of A-Z a-z 0-9 _ @ . -',
    text: 'Name the administrator logs in with.',
  }),
  ADMIN_PASSWORD: text({
    fallback: '',
    shown: 'made in development, required in production',
    secret: true,
    pattern: /^.{1,1024}$/u,
    accepts: '1-1024 characters',
    text: 'Password of the administrator, without the blanks around it; in production at least 8 characters that are not easily guessed.',
  }),
  SESSION_TIMEOUT: minutes(30, 'Minutes after which a session ends unless its token was refreshed.'),
  SESSION_ABSOLUTE_MAX: minutes(720, 'Minutes after which a session ends in any case.'),
  MAX_SESSIONS: integer({
    fallback: 5,
    min: 1,
    max: 1000,
    text: 'Sessions of one administrator at a time; a further one ends the oldest.',
  }),
} as const

export const who = {
  BLOCKED_IPS: list({
    fallback: [],
    shown: 'none',
    item: isAddressRange,
    accepts: 'a comma list of addresses or CIDR ranges',
    text: 'Clients that are refused with 403, whatever they ask.',
  }),
  IP_DEFAULT_DENY: flag({ fallback: false, text: 'Only clients in ALLOWED_IP_RANGES are served; others get 403.' }),
  ALLOWED_IP_RANGES: list({
    fallback: [],
    shown: 'none',
    item: isAddressRange,
    accepts: 'a comma list of addresses or CIDR ranges',
    text: 'Clients that are served under IP_DEFAULT_DENY.',
  }),
} as const

export const tls = {
  ARCP_TLS_ENABLED: flag({
    fallback: false,
    text: 'The hub itself speaks TLS: https and wss only. A new certificate needs a restart.',
  }),
  ARCP_TLS_CERT_DIR: text({ fallback: '/app/certs', accepts: 'a directory', text: 'Where its two files are.' }),
  ARCP_TLS_CERT_FILENAME: text({
    fallback: 'server.crt',
    accepts: 'a file name',
    text: 'Certificate and its chain, PEM.',
  }),
  ARCP_TLS_KEY_FILENAME: text({ fallback: 'server.key', accepts: 'a file name', text: 'Private key, PEM.' }),
} as const

export const origins = {
  ALLOWED_ORIGINS: list({
    fallback: [],
    item: /^https?:\/\/[^\s/,]+$/,
    accepts: 'a comma list of origins like https://app.example.com',
    text: 'Web origins whose pages may use this hub.',
  }),
  PUBLIC_WS_CHECK_ORIGIN: flag({ fallback: false, text: 'Check Origin on /public/ws as on the other endpoints.' }),
  TRUSTED_HOSTS: list({
    fallback: [],
    shown: 'this machine in development, any host elsewhere',
    item: isHostPattern,
    accepts: 'a comma list of host names, *.names of a domain, addresses, CIDR ranges, or *',
    text:
      'What clients may call this hub in Host, in development beside localhost and addresses; else 400. /livez and ' +
      '/readyz answer to any.',
  }),
  TRUSTED_PROXIES: list({
    fallback: [],
    item: isAddressRange,
    accepts: 'a comma list of addresses or CIDR ranges',
    text: 'Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.',
  }),
} as const
