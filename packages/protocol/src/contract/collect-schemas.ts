/**
 * Owns: gathering the named schemas a document refers to, those they refer to included.
 * Must not know: the document.
 */
import { NAMED_SCHEMAS } from './named-schemas.ts'
import { plainSchema, type JsonObject, type RefOf } from './plain-schema.ts'

export interface Collector {
  /** Hand this to what builds the document. */
  readonly refOf: RefOf
  /** Every schema referred to so far, by its name, in the order of the names. */
  readonly schemas: () => JsonObject
}

/** @param base what a reference begins with, e.g. `#/components/schemas/` */
export function collectSchemas(base: string): Collector {
  const wanted = new Set<string>()
  const refOf: RefOf = (name) => {
    wanted.add(name)
    return base + name
  }
  return {
    refOf,
    schemas: () => {
      const made = new Map<string, JsonObject>()
      // A set goes on to what is added while it is walked.
      for (const name of wanted) {
        const schema = NAMED_SCHEMAS.get(name)
        if (schema !== undefined) made.set(name, plainSchema(schema, refOf))
      }
      return Object.fromEntries([...made].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    },
  }
}
