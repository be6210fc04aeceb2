// The configuration as an operator may see it: secrets only as set or not set.

import type { Option } from './option.ts'
import { OPTION_GROUPS, type Config, type OptionName } from './options.ts'

export interface SettingView {
  readonly name: string
  readonly group: string
  /** Of a secret only whether it is set. */
  readonly value: string | number | boolean | readonly string[]
  readonly secret: boolean
  /** It has the value it has by default. */
  readonly byDefault: boolean
}

const groups: readonly (readonly [string, Readonly<Record<string, Option<unknown>>>])[] = Object.entries(OPTION_GROUPS)

export const viewConfig = (config: Config): readonly SettingView[] => {
  const values = new Map<string, Config[OptionName]>(Object.entries(config))
  return groups.flatMap(([group, options]) =>
    Object.entries(options).map(([name, { secret, fallback }]) => {
      const value = values.get(name) ?? ''
      const byDefault = JSON.stringify(value) === JSON.stringify(fallback)
      return { name, group, value: secret ? (byDefault ? 'not set' : 'set') : value, secret, byDefault }
    }),
  )
}
