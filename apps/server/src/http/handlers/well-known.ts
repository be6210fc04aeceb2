// Where everything is, for clients that are told only the hub's address: routes under /.well-known.

import { single, type HttpAnswer } from '../../kernel/http.ts'
import { json } from '../answer.ts'
import type { Handlers } from '../router.ts'

export interface WellKnownDeps {
  /** `ARCP_ISSUER`; the request tells the address where it is none. */
  readonly issuer: string
  readonly version: string
}

/** Nothing here is anybody's secret, and every page may read it. */
const OPEN = [['access-control-allow-origin', '*']] as const
const FOR_AN_HOUR = ['cache-control', 'public, max-age=3600'] as const

export const wellKnownHandlers = ({
  issuer,
  version,
}: WellKnownDeps): Pick<Handlers, 'jwks' | 'arcpConfiguration'> => ({
  // Tokens are signed with a shared secret: there is no key that could be shown.
  jwks: (): HttpAnswer => json({ keys: [] }, 200, [FOR_AN_HOUR, ...OPEN]),

  arcpConfiguration: ({ request: { headers, scheme } }) => {
    const base = /^https?:\/\//.test(issuer)
      ? issuer.replace(/\/+$/, '')
      : `${scheme}://${single(headers, 'host') ?? 'localhost'}`
    const configuration = {
      issuer: base,
      jwks_uri: `${base}/.well-known/jwks.json`,
      token_endpoint: `${base}/auth/agent/request_temp_token`,
      validation_endpoint: `${base}/auth/agent/validate_compliance`,
      registration_endpoint: `${base}/agents/register`,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      id_token_signing_alg_values_supported: ['HS256'],
      // None: there is no DPoP to choose an algorithm for.
      dpop_signing_alg_values_supported: [],
      response_types_supported: ['token'],
      grant_types_supported: ['client_credentials'],
      three_phase_registration_enabled: false,
      service_version: version,
    }
    return json(configuration, 200, OPEN)
  },
})
