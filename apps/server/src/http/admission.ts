// Who is served at all, before anything else of a request is looked at: clients by their address, and requests by the
// name they call this hub. A page whose name was pointed at this machine (DNS rebinding) has the wrong name.

import { isIP } from 'node:net'

import { createAddressSet, isAddressRange } from '../kernel/address.ts'
import { single, type HttpRequest } from '../kernel/http.ts'
import type { Meter } from '../kernel/meter.ts'
import { problem, type Problem } from './answer.ts'

export interface AdmissionRules {
  readonly blocked: readonly string[]
  /** Only clients of `allowed` are served. */
  readonly defaultDeny: boolean
  readonly allowed: readonly string[]
  /** Names, `*.names`, addresses, ranges, or `*`. */
  readonly hosts: readonly string[]
  /** Names of this hub from its other settings. */
  readonly ownHosts: readonly string[]
  /** Names of this machine and plain addresses are good as well, and nothing but these and `hosts`. */
  readonly development: boolean
}

export type Admit = (request: Pick<HttpRequest, 'address' | 'headers' | 'path'>) => Problem | undefined

const CLOSE = [['connection', 'close']] as const
/** What health checks ask, by whatever name; nothing can be learnt from them. */
const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz'])

export const createAdmission = (rules: AdmissionRules, meter: Pick<Meter, 'limited'>): Admit => {
  const isBlocked = createAddressSet(rules.blocked)
  const isAllowed = createAddressSet(rules.allowed)
  const trusted = createHostCheck(rules)
  return ({ address, headers, path }) => {
    if (isBlocked(address) || (rules.defaultDeny && !isAllowed(address))) {
      meter.limited('ip_filter')
      return problem('forbidden', 'This address is not served here', {}, CLOSE)
    }
    if (PROBES.has(path) || trusted(single(headers, 'host'))) return undefined
    return problem('request-error', 'This hub does not go by that Host: add the name to TRUSTED_HOSTS', {}, CLOSE)
  }
}

const createHostCheck = ({ hosts, ownHosts, development }: AdmissionRules): ((host?: string) => boolean) => {
  if (hosts.includes('*') || (!development && hosts.length === 0)) return () => true
  const inRange = createAddressSet(hosts.filter(isAddressRange))
  const names = new Set([...hosts, ...ownHosts].map((name) => name.toLowerCase()))
  const domains = hosts.filter((name) => name.startsWith('*.')).map((name) => name.slice(1).toLowerCase())
  return (host = '') => {
    const name = hostName(host)
    if (name === undefined) return false
    // An address is nobody's name: a page cannot be made to come from it.
    if (isIP(name) !== 0) return development || inRange(name)
    if (names.has(name) || domains.some((domain) => name.endsWith(domain))) return true
    return development && (name === 'localhost' || name.endsWith('.localhost'))
  }
}

/** Without its port, in lower case; undefined for what is no host. */
const hostName = (host: string): string | undefined => {
  const [, v6, name] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]/@?#]+?)\.?)(?::\d{1,5})?$/.exec(host) ?? []
  return (v6 ?? name)?.toLowerCase()
}
