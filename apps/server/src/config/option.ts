// The kinds of options: each knows how to read its text and how to say what it accepts.

import { err, ok, type Result } from '../kernel/result.ts'

export interface Option<T> {
  readonly read: (text: string) => Result<T, string>
  /** What is accepted, as it is shown in `--help` and in error messages. */
  readonly accepts: string
  readonly fallback: T
  /** How the default is shown. */
  readonly shown: string
  readonly text: string
  readonly secret: boolean
  /** Another variable whose value counts when this one is not set. */
  readonly inherits?: string
}

interface Common {
  readonly text: string
  readonly secret?: boolean
  readonly inherits?: string
}

const option = <T>(
  common: Common,
  fallback: T,
  shown: string,
  accepts: string,
  read: (text: string) => T | undefined,
): Option<T> => ({
  accepts,
  fallback,
  shown,
  text: common.text,
  secret: common.secret ?? false,
  ...(common.inherits === undefined ? {} : { inherits: common.inherits }),
  read: (text) => {
    const value = read(text)
    return value === undefined ? err(accepts) : ok(value)
  },
})

interface Range extends Common {
  readonly fallback: number
  readonly min: number
  readonly max: number
}

const inRange = (value: number, { min, max }: Range): boolean => value >= min && value <= max

export const integer = (range: Range): Option<number> =>
  option(range, range.fallback, String(range.fallback), `a whole number from ${range.min} to ${range.max}`, (text) => {
    const value = Number(text)
    return /^-?\d+$/.test(text) && inRange(value, range) ? value : undefined
  })

export const decimal = (range: Range): Option<number> =>
  option(range, range.fallback, String(range.fallback), `a number from ${range.min} to ${range.max}`, (text) => {
    const value = Number(text)
    return /^\d+(\.\d+)?$/.test(text) && inRange(value, range) ? value : undefined
  })

export const text = (
  common: Common & {
    readonly fallback: string
    readonly accepts?: string
    readonly pattern?: RegExp
    readonly shown?: string
  },
): Option<string> =>
  option(common, common.fallback, common.shown ?? common.fallback, common.accepts ?? 'text', (value) =>
    common.pattern === undefined || common.pattern.test(value) ? value : undefined,
  )

export const flag = (common: Common & { readonly fallback: boolean }): Option<boolean> =>
  option(common, common.fallback, String(common.fallback), 'true or false', (value) => {
    if (/^(true|1|yes|on)$/i.test(value)) return true
    return /^(false|0|no|off)$/i.test(value) ? false : undefined
  })

/** `aliases`: other names for a choice, in lower case. */
export const choice = <const C extends readonly [string, ...string[]]>(
  common: Common & {
    readonly choices: C
    readonly fallback: C[number]
    readonly aliases?: Readonly<Record<string, C[number]>>
  },
): Option<C[number]> =>
  option<C[number]>(common, common.fallback, common.fallback, `one of ${common.choices.join(', ')}`, (value) => {
    const { choices, aliases = {} } = common
    const wanted = value.toLowerCase()
    return choices.find((item) => item.toLowerCase() === wanted) ?? new Map(Object.entries(aliases)).get(wanted)
  })

/** A comma list; blank items are dropped. */
export const list = (
  common: Common & {
    readonly fallback: readonly string[]
    readonly item: RegExp | ((item: string) => boolean)
    readonly accepts: string
    readonly shown?: string
  },
): Option<readonly string[]> =>
  option(common, common.fallback, common.shown ?? common.fallback.join(', '), common.accepts, (value) => {
    const items = value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
    const { item: accepted } = common
    const fits = accepted instanceof RegExp ? (item: string) => accepted.test(item) : accepted
    return items.every(fits) ? items : undefined
  })

const DAY_S = 86_400
const GIB = 1024 ** 3

/** Seconds between two of the same. `inherits`: the setting for all endpoints. */
export const interval = (fallback: number, what: string, inherits?: string): Option<number> =>
  decimal({ fallback, min: 0.05, max: DAY_S, text: what, ...(inherits === undefined ? {} : { inherits }) })

/** Parts of a minute are allowed. */
export const minutes = (fallback: number, what: string): Option<number> =>
  decimal({ fallback, min: 0.01, max: 43_200, text: what })

/** How many at a time, 0 for no limit. */
export const connections = (fallback: number, what: string, inherits?: string): Option<number> =>
  integer({ fallback, min: 0, max: 10_000_000, text: what, ...(inherits === undefined ? {} : { inherits }) })

/** A size. */
export const bytes = (fallback: number, min: number, what: string, max = 64 * GIB): Option<number> =>
  integer({ fallback, min, max, text: what })
