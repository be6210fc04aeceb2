/** Owns: answers under `/.well-known`. Must not know: keys. */
import { Type, type Static } from '@sinclair/typebox'

/** Public keys that verify tokens (RFC 7517); empty while tokens are signed with a shared secret. */
export const JwksAnswer = Type.Object({
  keys: Type.Array(
    Type.Object({
      kty: Type.String(),
      crv: Type.Optional(Type.String()),
      x: Type.Optional(Type.String()),
      y: Type.Optional(Type.String()),
      kid: Type.String(),
      use: Type.Literal('sig'),
      alg: Type.String(),
    }),
  ),
})
export type JwksAnswer = Static<typeof JwksAnswer>

const words = Type.Array(Type.String())

/** Where everything is, as absolute URLs. */
export const ArcpConfiguration = Type.Object({
  issuer: Type.String(),
  jwks_uri: Type.String(),
  token_endpoint: Type.String(),
  validation_endpoint: Type.String(),
  registration_endpoint: Type.String(),
  token_endpoint_auth_methods_supported: words,
  id_token_signing_alg_values_supported: words,
  dpop_signing_alg_values_supported: words,
  response_types_supported: words,
  grant_types_supported: words,
  three_phase_registration_enabled: Type.Boolean(),
  service_version: Type.String(),
})
export type ArcpConfiguration = Static<typeof ArcpConfiguration>
