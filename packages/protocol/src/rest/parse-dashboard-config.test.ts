import { describe, expect, it } from 'vitest'
import { parseDashboardConfigQuery, parseUiSettings, UI_SETTINGS_MAX } from './parse-dashboard-config.ts'

const zone = (query: string) => parseDashboardConfigQuery(new URLSearchParams(query))
const issue = (input: unknown) => {
  const read = parseUiSettings(input, 1000)
  return read.ok ? undefined : read.issues.map(({ path }) => path)
}

describe('GET /dashboard/config', () => {
  it('echoes time zones that exist, and no other text', () => {
    expect(zone('')).toEqual({ ok: true, value: { tz: 'UTC' } })
    expect(zone('tz=')).toEqual({ ok: true, value: { tz: 'UTC' } })
    for (const tz of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5']) {
      expect(zone(`tz=${encodeURIComponent(tz)}`)).toEqual({ ok: true, value: { tz } })
    }
    for (const tz of ['Europe/Nowhere', '<script>', '../..', 'x'.repeat(100), 'Europe/Berlin\u0000']) {
      const read = zone(`tz=${encodeURIComponent(tz)}`)
      expect(read).toMatchObject({ ok: false, issues: [{ path: '/tz' }] })
      expect(JSON.stringify(read)).not.toContain(tz)
    }
  })
})

describe('POST /dashboard/config', () => {
  it('takes texts, numbers, switches, and null for what is to go', () => {
    const ui = { theme: 'dark', refresh: 5.5, sound: false, gone: null, 'list.columns-1': 'ä' }
    expect(parseUiSettings({ ui, more: 1 }, 1000)).toEqual({ ok: true, value: ui })
    expect(parseUiSettings({ ui: {} }, 1000)).toEqual({ ok: true, value: {} })
  })

  it.each([
    [1, 10],
    [-5, 10],
    [10, 10],
    [99.6, 100],
    [1000, 1000],
    [1e300, 1000],
  ])('maxLogEntries %d becomes %d', (given, kept) => {
    expect(parseUiSettings({ ui: { maxLogEntries: given } }, 1000)).toEqual({
      ok: true,
      value: { maxLogEntries: kept },
    })
  })

  it('says what is wrong without repeating it', () => {
    for (const input of [
      undefined,
      null,
      1,
      'x',
      [],
      {},
      { ui: 1 },
      { ui: null },
      { ui: [] },
      Object.create({ ui: {} }),
    ]) {
      expect(issue(input)).toEqual(['/ui'])
    }
    expect(issue({ ui: { maxLogEntries: '10' } })).toEqual(['/ui/maxLogEntries'])
    expect(issue({ ui: { a: {}, b: [], c: 'x'.repeat(201), d: 'a\nb', e: Number.POSITIVE_INFINITY } })).toEqual([
      '/ui/a',
      '/ui/b',
      '/ui/c',
      '/ui/d',
      '/ui/e',
    ])
    for (const key of ['__proto__', '', '1', 'a b', '<b>', 'x'.repeat(65)]) {
      const read = parseUiSettings({ ui: JSON.parse(`{${JSON.stringify(key)}: 1}`) }, 1000)
      expect(read).toMatchObject({ ok: false, issues: [{ path: '/ui' }] })
    }
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]))
    expect(issue({ ui: many(UI_SETTINGS_MAX) })).toBeUndefined()
    expect(issue({ ui: many(UI_SETTINGS_MAX + 1) })).toEqual(['/ui'])
  })
})
