// The option table as people read it: `--help` and docs/configuration.md.

import type { Option } from './option.ts'
import { OPTIONS } from './options.ts'

const table: readonly (readonly [string, Option<unknown>])[] = Object.entries(OPTIONS)

const shownDefault = (option: Option<unknown>): string => {
  const own = option.shown === '' ? 'none' : option.shown
  return option.inherits === undefined ? own : `${option.inherits}, else ${own}`
}

export const helpText = (): string => {
  const width = Math.max(...table.map(([name]) => name.length))
  const indent = ' '.repeat(width + 4)
  const lines = table.map(
    ([name, option]) =>
      `  ${name.padEnd(width)}  ${option.text}\n${indent}${option.accepts}. Default: ${shownDefault(option)}`,
  )
  return [
    'ARCP hub: where running AI agents are found, watched and reached.',
    '',
    'Usage: node apps/server/dist/main.js [--help] [--version]',
    '',
    'Settings come from the environment and from .env in the working directory:',
    '',
    ...lines,
    '',
  ].join('\n')
}

export const configurationPage = (): string => {
  const rows = table.map(
    ([name, option]) =>
      `| \`${name}\`${option.secret ? ' (secret)' : ''} | ${shownDefault(option)} | ${option.accepts} | ${option.text} |`,
  )
  return [
    '# Configuration',
    '',
    'Settings come from the environment and from `.env` in the working directory; the environment wins. An empty',
    'value counts as not set. A bad value stops the start with one message that lists every bad variable.',
    '',
    '| variable | default | accepts | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}
