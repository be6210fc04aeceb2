// The option table as people read it: `--help` and docs/configuration.md.

import type { Option } from './option.ts'
import { OPTION_GROUPS } from './options.ts'

type Row = readonly [name: string, option: Option<unknown>]

const groups: readonly (readonly [heading: string, rows: readonly Row[]])[] = Object.entries(OPTION_GROUPS).map(
  ([heading, options]) => [heading, Object.entries(options)],
)

const shownDefault = (option: Option<unknown>): string => {
  const own = option.shown === '' ? 'none' : option.shown
  return option.inherits === undefined ? own : `${option.inherits}, else ${own}`
}

export const helpText = (): string => {
  const width = Math.max(...groups.flatMap(([, rows]) => rows.map(([name]) => name.length)))
  const indent = ' '.repeat(width + 4)
  const line = ([name, option]: Row): string =>
    `  ${name.padEnd(width)}  ${option.text}\n${indent}${option.accepts}. Default: ${shownDefault(option)}`
  return [
    'ARCP hub: where running AI agents are found, watched and reached.',
    '',
    'Usage: npm start -- [--help] [--version]',
    '       node apps/server/dist/main.js [--help] [--version]      once it is built',
    '',
    'Settings come from the environment and from .env in the working directory.',
    '',
    ...groups.flatMap(([heading, rows]) => [heading, '', ...rows.map(line), '']),
  ].join('\n')
}

export const configurationPage = (): string => {
  const line = ([name, option]: Row): string =>
    `| \`${name}\`${option.secret ? ' (secret)' : ''} | ${shownDefault(option)} | ${option.accepts} | ${option.text} |`
  const section = ([heading, rows]: (typeof groups)[number]): readonly string[] => [
    `## ${heading}`,
    '',
    '| variable | default | accepts | meaning |',
    '|---|---|---|---|',
    ...rows.map(line),
    '',
  ]
  return [
    '# Configuration',
    '',
    groups.map(([heading]) => `[${heading}](#${heading.toLowerCase().replaceAll(' ', '-')})`).join(' · '),
    '',
    'Settings come from the environment and from `.env` in the working directory; the environment wins. An empty',
    'value counts as not set. A bad value stops the start with one message that lists every bad variable.',
    '',
    ...groups.flatMap(section),
    'What the lines of a hub say, and what to do about them: [operating.md](operating.md).',
    '',
  ].join('\n')
}
