import { describe, expect, it } from 'vitest'

import { configurationPage, helpText } from './help.ts'
import { KNOWN_SETTINGS } from './known-settings.ts'
import { OPTION_GROUPS, OPTIONS } from './options.ts'

/** The part of the page that lists the options. */
const optionsPart = (): string => configurationPage().split('## Known and not honoured')[0] ?? ''

describe('help', () => {
  it('--help and the page list every option with its text', () => {
    const page = configurationPage()
    const help = helpText()
    for (const [name, option] of Object.entries(OPTIONS)) {
      expect(page).toContain(`| \`${name}\``)
      expect(page).toContain(option.text)
      expect(help).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
      expect(help).toContain(option.text)
    }
    expect(optionsPart().match(/^\| `/gm)).toHaveLength(Object.keys(OPTIONS).length)
  })

  it('both show the options by group, each option in one', () => {
    const headings = Object.keys(OPTION_GROUPS)
    expect([...optionsPart().matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(headings)
    const help = helpText().split('\n')
    expect(headings.filter((heading) => !help.includes(heading))).toEqual([])
    const names = Object.values(OPTION_GROUPS).flatMap((options) => Object.keys(options))
    expect(names.toSorted()).toEqual(Object.keys(OPTIONS).toSorted())
  })

  it('both say of every other known variable what happens to it', () => {
    const page = configurationPage()
    const help = helpText()
    for (const [name, { reason }] of KNOWN_SETTINGS) {
      expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\| (the hub does not start|ignored)`, 'm'))
      expect(help).toMatch(new RegExp(`^  ${name} +(the hub does not start|ignored)`, 'm'))
      expect([page.includes(reason), help.includes(reason)]).toEqual([true, true])
    }
    expect(page).toContain('| `ARCP_TPR` | the hub does not start, unless false |')
  })

  it('--help names both ways to start a hub', () => {
    expect(helpText()).toContain('npm start -- [--help]')
    expect(helpText()).toContain('node apps/server/dist/main.js [--help]')
  })

  it('a default that is a list breaks between its items', () => {
    expect(configurationPage()).toContain('| security, monitoring, automation, networking, testing |')
  })

  it('the page is made of tables: five bars on each of their lines', () => {
    const rows = optionsPart()
      .split('\n')
      .filter((line) => line.startsWith('|'))
    for (const row of rows) expect([row, row.match(/\|/g)?.length]).toEqual([row, 5])
  })

  it('says where a default comes from', () => {
    expect(configurationPage()).toContain('| `AGENT_WS_INTERVAL` | WEBSOCKET_INTERVAL, else 5 |')
    expect(configurationPage()).toContain('`JWT_SECRET` (secret)')
  })
})
