/**
 * Owns: running one schema over one value, and saying in words what is wrong with it.
 * Must not know: endpoints or discriminators.
 */
import type { StaticDecode, TSchema } from '@sinclair/typebox'
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler'
import { ValueErrorType, type ValueError } from '@sinclair/typebox/errors'

export type Validated<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly path: string; readonly message: string }

export type Validate<T> = (value: unknown) => Validated<T>

/** `/data/level` as `data.level`. */
function fieldName(path: string): string {
  return path.slice(1).replaceAll('/', '.')
}

/** ` from 0 to 1`; nothing where every number is good. */
function range({ minimum, maximum }: TSchema): string {
  if (typeof minimum === 'number') return ` from ${minimum}${typeof maximum === 'number' ? ` to ${maximum}` : ''}`
  return typeof maximum === 'number' ? ` up to ${maximum}` : ''
}

/** `one of a, b`, where a schema takes these texts and nothing else. */
function literals(schema: TSchema): string | undefined {
  const variants: unknown = schema['anyOf']
  if (!Array.isArray(variants)) return undefined
  const texts = variants.map((one: TSchema) => one['const'] as unknown)
  return texts.every((text) => typeof text === 'string') ? `one of ${texts.join(', ')}` : undefined
}

function expectation(schema: TSchema): string {
  const words: unknown = schema['x-expects']
  if (typeof words === 'string') return words
  const type: unknown = schema['type']
  const texts = literals(schema)
  if (texts !== undefined) return texts
  if (typeof schema['const'] === 'string') return `"${schema['const']}"`
  if (type === 'integer' || type === 'number') return `${type === 'integer' ? 'an' : 'a'} ${type}${range(schema)}`
  if (type === 'array' || type === 'object') return `an ${type} within the documented limits`
  if (typeof type === 'string') return `a ${type} within the documented limits`
  return 'of the documented form'
}

function explain(error: ValueError): string {
  const name = fieldName(error.path)
  if (error.type === ValueErrorType.ObjectRequiredProperty || error.value === undefined) return `${name} is required`
  return `${name} must be ${expectation(error.schema)}`
}

/** Of a value that was to be one of several: what is wrong with it as the one it was meant to be, if that can be told. */
function closest(error: ValueError): ValueError {
  if (error.type !== ValueErrorType.Union) return error
  const firsts = error.errors.map((errors) => errors.First())
  const meant = firsts.filter((one) => one !== undefined && one.path.length > error.path.length && isPlain(one))
  const [only, ...others] = meant
  return only === undefined || others.length > 0 ? error : only
}

/** A value that is there and wrong by itself: what is missing or too long may as well be meant for another form. */
function isPlain({ type, schema }: ValueError): boolean {
  return type !== ValueErrorType.ObjectRequiredProperty && schema['type'] !== 'array' && schema['type'] !== 'object'
}

/**
 * A validator for the schema, compiled at the first call. On failure only the first error is looked for: a hostile
 * value must not cost more than a good one. `path` is a JSON pointer; messages never contain the value.
 */
export function validatorOf<T extends TSchema>(schema: T): Validate<StaticDecode<T>> {
  let compiled: TypeCheck<T> | undefined
  return (value) => {
    compiled ??= TypeCompiler.Compile(schema)
    if (compiled.Check(value)) return { ok: true, value: compiled.Decode(value) }
    const first = compiled.Errors(value).First()
    const error = first === undefined ? undefined : closest(first)
    if (error === undefined) return { ok: false, path: '', message: 'Invalid message' }
    return { ok: false, path: error.path, message: explain(error) }
  }
}
