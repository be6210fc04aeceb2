/**
 * Owns: the type of a JSON value.
 * Must not know: who carries it.
 */
import { Type, type TUnsafe } from '@sinclair/typebox'

/** Any value JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** Schema that lets every value pass and types it as JSON: only for what `JSON.parse` made. */
export const AnyJson: TUnsafe<JsonValue> = Type.Unsafe<JsonValue>(Type.Unknown())
