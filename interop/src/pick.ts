// Single values out of answers and frames, checked on the way: a missing one is an error that shows what was there.
import { isObject } from './frames.ts'

type Path = readonly (string | number)[]

const valueAt = (value: unknown, path: Path): unknown => {
  let found = value
  for (const key of path) {
    if (Array.isArray(found) && typeof key === 'number') found = found[key]
    else found = isObject(found) ? found[key] : undefined
  }
  return found
}

const missing = (what: string, value: unknown, path: Path): Error =>
  new Error(`no ${what} at /${path.join('/')} of ${JSON.stringify(value)?.slice(0, 500)}`)

export const textAt = (value: unknown, ...path: Path): string => {
  const found = valueAt(value, path)
  if (typeof found === 'string') return found
  throw missing('text', value, path)
}

export const numberAt = (value: unknown, ...path: Path): number => {
  const found = valueAt(value, path)
  if (typeof found === 'number') return found
  throw missing('number', value, path)
}

/** A list of objects. */
export const objectsAt = (value: unknown, ...path: Path): readonly Readonly<Record<string, unknown>>[] => {
  const found = valueAt(value, path)
  if (Array.isArray(found) && found.every(isObject)) return found
  throw missing('list of objects', value, path)
}
