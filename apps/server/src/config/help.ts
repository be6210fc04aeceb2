// The option table as people read it: `--help` and docs/configuration.md.

import { KNOWN_GROUPS } from './known-settings.ts'
import type { KnownSetting } from './known-setting.ts'
import type { Option } from './option.ts'
import { OPTION_GROUPS } from './options.ts'

type Row = readonly [name: string, option: Option<unknown>]

const groups: readonly (readonly [heading: string, rows: readonly Row[]])[] = Object.entries(OPTION_GROUPS).map(
  ([heading, options]) => [heading, Object.entries(options)],
)

type KnownRow = readonly [name: string, setting: KnownSetting]

const knownGroups: readonly (readonly [heading: string, rows: readonly KnownRow[]])[] = Object.entries(
  KNOWN_GROUPS,
).map(([heading, settings]) => [heading, Object.entries(settings)])

const FATES = {
  refused: 'the hub does not start',
  ignored: 'ignored, with a warning',
  elsewhere: 'ignored',
} as const

const shownFate = ({ fate, fine }: KnownSetting): string =>
  `${FATES[fate]}${fine === undefined ? '' : `, unless ${fine.shown}`}`

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
    'Known and not honoured',
    '',
    ...knownGroups.flatMap(([, rows]) => rows.map(([name, known]) => knownLine(width, name, known))),
    '',
  ].join('\n')
}

const knownLine = (width: number, name: string, known: KnownSetting): string =>
  `  ${name.padEnd(width)}  ${shownFate(known)}: ${known.reason}`

const knownPage = (): readonly string[] => [
  '## Known and not honoured',
  '',
  'Variables of other ARCP servers and of their compose files. One that protects something stops the start when it is',
  'set; the others are warned of (`setting_ignored`), as is a name that looks misspelt (`setting_unknown`).',
  '',
  ...knownGroups.flatMap(knownSection),
]

const knownSection = ([heading, rows]: (typeof knownGroups)[number]): readonly string[] => [
  `### ${heading}`,
  '',
  '| variable | what happens | why |',
  '|---|---|---|',
  ...rows.map(([name, known]) => `| \`${name}\` | ${shownFate(known)} | ${known.reason} |`),
  '',
]

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
    [...groups.map(([heading]) => heading), 'Known and not honoured']
      .map((heading) => `[${heading}](#${heading.toLowerCase().replaceAll(' ', '-')})`)
      .join(' · '),
    '',
    'Settings come from the environment and from `.env` in the working directory; the environment wins. An empty',
    'value counts as not set. A bad value stops the start with one message that lists every bad variable.',
    '',
    ...groups.flatMap(section),
    ...knownPage(),
    'What the lines of a hub say, and what to do about them: [operating.md](operating.md).',
    '',
  ].join('\n')
}
