import { describe, expect, it } from 'vitest'

import { configurationPage, helpText } from './help.ts'
import { OPTION_GROUPS, OPTIONS } from './options.ts'

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
    expect(page.match(/^\| `/gm)).toHaveLength(Object.keys(OPTIONS).length)
  })

  it('both show the options by group, each option in one', () => {
    const headings = Object.keys(OPTION_GROUPS)
    expect([...configurationPage().matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(headings)
    const help = helpText().split('\n')
    expect(headings.filter((heading) => !help.includes(heading))).toEqual([])
    const names = Object.values(OPTION_GROUPS).flatMap((options) => Object.keys(options))
    expect(names.toSorted()).toEqual(Object.keys(OPTIONS).toSorted())
  })

  it('--help names both ways to start a hub', () => {
    expect(helpText()).toContain('npm start -- [--help]')
    expect(helpText()).toContain('node apps/server/dist/main.js [--help]')
  })

  it('a default that is a list breaks between its items', () => {
    expect(configurationPage()).toContain('| security, monitoring, automation, networking, testing |')
  })

  it('the page is made of tables: five bars on each of their lines', () => {
    const rows = configurationPage()
      .split('\n')
      .filter((line) => line.startsWith('|'))
    for (const row of rows) expect([row, row.match(/\|/g)?.length]).toEqual([row, 5])
  })

  it('says where a default comes from', () => {
    expect(configurationPage()).toContain('| `AGENT_WS_INTERVAL` | WEBSOCKET_INTERVAL, else 5 |')
    expect(configurationPage()).toContain('`JWT_SECRET` (secret)')
  })
})
