// What may one day be verified of agents, and is not yet: routes under /security, and validations of three-phase
// registration. All of it is off, and says so after the token was checked, where the route wants one.

import type { Gate } from '../gate.ts'
import { json, problem } from '../answer.ts'
import type { Handlers } from '../router.ts'

type SecurityHandlers = Pick<
  Handlers,
  | 'attestationChallenge'
  | 'attestationVerify'
  | 'attestationStatus'
  | 'verifySbom'
  | 'scanContainer'
  | 'securityHealth'
  | 'validationStatus'
>

const notEnabled = (what: string) => () => json({ detail: `${what} is not enabled` }, 501)

const OFF = { enabled: false, available: false }

export const securityHandlers = (gate: Gate): SecurityHandlers => {
  const attestation = notEnabled('Attestation')
  return {
    attestationChallenge: attestation,
    attestationVerify: gate('attestationVerify', attestation),
    attestationStatus: gate('attestationStatus', attestation),
    verifySbom: gate('verifySbom', notEnabled('SBOM verification')),
    scanContainer: gate('scanContainer', notEnabled('Container scanning')),
    securityHealth: () =>
      json({
        status: 'degraded',
        services: { sbom: OFF, vulnerability: OFF, container_scanner: OFF, attestation: OFF },
      }),
    // The same whatever the id: there are no validations, and nobody learns whose id it could have been.
    validationStatus: gate('validationStatus', () => problem('not-found', 'There is no validation of this id')),
  }
}
