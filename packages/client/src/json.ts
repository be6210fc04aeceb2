/**
 * Owns: looking into parsed JSON without trusting it.
 * Must not know: ARCP. TypeBox's validators stay out of the browser, so answers are checked by shape: the keys this
 * client and its callers steer by, not every field.
 */

export type Json = Readonly<Record<string, unknown>>

/** Whether a value has the shape of `T`. */
export type Shape<T> = (value: unknown) => value is T

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function hasTexts(value: Json, keys: readonly string[]): boolean {
  return keys.every((key) => typeof value[key] === 'string')
}

export function hasNumbers(value: Json, keys: readonly string[]): boolean {
  return keys.every((key) => typeof value[key] === 'number')
}

export function isListOf<T>(value: unknown, item: Shape<T>): value is T[] {
  return Array.isArray(value) && value.every((each) => item(each))
}

export function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** The value of a JSON text, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}
