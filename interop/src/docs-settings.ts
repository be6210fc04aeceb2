// Whether the settings a page shows are those of the hub, with the defaults it claims.
import { parseEnv } from 'node:util'
import { KNOWN_SETTINGS } from '../../apps/server/src/config/known-settings.ts'
import { readConfig } from '../../apps/server/src/config/load.ts'
import { OPTIONS } from '../../apps/server/src/config/options.ts'
import type { Block } from './docs-blocks.ts'

const shownDefaults: ReadonlyMap<string, string> = new Map(
  Object.entries(OPTIONS).map(([name, option]) => [name, String(option.fallback)]),
)

/** Settings a page speaks of, as `SETTING` or `SETTING=value`, that the hub does not have. */
export const unknownSettings = (text: string): readonly string[] =>
  [...text.matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:=[^`]*)?`/g)]
    .map(([, name = '']) => name)
    .filter((name) => !shownDefaults.has(name) && !KNOWN_SETTINGS.has(name))

/** Throws when the hub would not start with these settings, does not know one, or has another default than is claimed. */
export const checkSettings = ({ text, notes }: Block): void => {
  const env = parseEnv(text)
  const config = readConfig(env)
  if (!config.ok) throw new Error(config.error.join('\n'))
  for (const [name, value] of Object.entries(env)) {
    const fallback = shownDefaults.get(name)
    if (fallback === undefined) throw new Error(`no such setting: ${name}`)
    if (notes.has('defaults') && value !== fallback) throw new Error(`${name} is ${fallback} by default, not ${value}`)
  }
}
