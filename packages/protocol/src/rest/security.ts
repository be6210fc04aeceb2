/** Owns: answers under `/security`. Must not know: how anything is verified: nothing is, yet. */
import { Type, type Static } from '@sinclair/typebox'

/** 501 of a feature that is off; clients look for "not enabled" in `detail`. */
export const NotEnabled = Type.Object({ detail: Type.String({ pattern: 'not enabled' }) })
export type NotEnabled = Static<typeof NotEnabled>

const service = Type.Object({ enabled: Type.Boolean(), available: Type.Boolean() })

/** `degraded` while any of the services is off. */
export const SecurityHealth = Type.Object({
  status: Type.Union([Type.Literal('healthy'), Type.Literal('degraded')]),
  services: Type.Object({
    sbom: service,
    vulnerability: service,
    container_scanner: service,
    attestation: service,
  }),
})
export type SecurityHealth = Static<typeof SecurityHealth>
