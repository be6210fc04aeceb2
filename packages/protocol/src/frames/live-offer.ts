/** Owns: the `live` key by which a hub offers live frames and a client asks for them. Must not know: live frames. */
import { Type } from '@sinclair/typebox'

/** In `welcome` and `auth_success`: the version of the live frames the hub speaks. */
export const LiveOffer = Type.Object({ version: Type.Integer({ minimum: 1 }) })

/** In a client's auth frame: live frames wanted, so no list is pushed until asked for (A3). */
export const LiveWanted = Type.Literal(1, { 'x-expects': '1' })
