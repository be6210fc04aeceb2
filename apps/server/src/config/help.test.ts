import { describe, expect, it } from 'vitest'

import { configurationPage, helpText } from './help.ts'
import { OPTIONS } from './options.ts'

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

  it('the page is a table: five bars on each of its lines', () => {
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
