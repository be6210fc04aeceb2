// What a hub says to a variable it knows and does not honour.

export interface KnownSetting {
  /**
   * refused: the start fails, since something would be off that whoever set it counts on. ignored: a warning.
   * elsewhere: meant for another program, nothing is said.
   */
  readonly fate: 'refused' | 'ignored' | 'elsewhere'
  /** What the hub does instead, or why it cannot. */
  readonly reason: string
  /** Values that ask for nothing else than what the hub does anyway. */
  readonly fine?: { readonly test: (value: string) => boolean; readonly shown: string }
}

export const ON = { test: (value: string) => /^(true|1|yes|on)$/i.test(value), shown: 'true' }
export const OFF = { test: (value: string) => /^(false|0|no|off)$/i.test(value), shown: 'false' }

export const oneOf = (...values: readonly string[]): KnownSetting['fine'] => ({
  test: (value) => values.some((one) => one.toLowerCase() === value.toLowerCase()),
  shown: values.join(', '),
})

export const ignored = (reason: string, fine?: KnownSetting['fine']): KnownSetting => ({
  fate: 'ignored',
  reason,
  ...(fine === undefined ? {} : { fine }),
})

export const elsewhere = (reason: string): KnownSetting => ({ fate: 'elsewhere', reason })

/** A switch of something that protects: a hub that started all the same would leave a hole nobody knows of. */
export const notBuilt = (feature: string): KnownSetting => ({
  fate: 'refused',
  reason: `this version has no ${feature}`,
  fine: OFF,
})

/** The same for all of these names. */
export const all = (names: readonly string[], setting: KnownSetting): Readonly<Record<string, KnownSetting>> =>
  Object.fromEntries(names.map((name) => [name, setting]))
