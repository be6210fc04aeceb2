import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { HttpAnswer } from '../kernel/http.ts'
import { isProblem } from './answer.ts'
import { createDashboardFiles } from './static.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'arcp-static-'))
  mkdirSync(join(directory, 'dist', 'assets'), { recursive: true })
  writeFileSync(join(directory, 'dist', 'index.html'), '<!doctype html>')
  writeFileSync(join(directory, 'dist', 'assets', 'app-1a2b.js'), 'run()')
  writeFileSync(join(directory, 'dist', 'unknown.bin'), Uint8Array.from([0, 255]))
  writeFileSync(join(directory, 'outside.txt'), 'secret')
})
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

const get = async (path: string, method = 'GET', accept = '*/*', from = 'dist') => {
  const answer = await createDashboardFiles(join(directory, from))({
    method,
    path,
    query: '',
    headers: new Map([['accept', [accept]]]),
    address: '192.0.2.1',
    scheme: 'http',
    body: async () => {
      throw new Error('unread')
    },
  })
  return answer
}

const plain = async (...given: Parameters<typeof get>): Promise<HttpAnswer> => {
  const answer = await get(...given)
  if (answer === undefined || isProblem(answer)) throw new Error('no file')
  return answer
}

describe("the dashboard's files", () => {
  it('are served with their type; hashed ones for a year, the page never without asking', async () => {
    const page = await plain('/dashboard/')
    expect([page.status, String(page.body)]).toEqual([200, '<!doctype html>'])
    expect(new Map(page.headers).get('content-type')).toBe('text/html; charset=utf-8')
    expect(new Map(page.headers).get('cache-control')).toBe('no-cache')
    const script = new Map((await plain('/dashboard/assets/app-1a2b.js')).headers)
    expect(script.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(script.get('cache-control')).toContain('immutable')
    expect(new Map((await plain('/dashboard/unknown.bin')).headers).get('content-type')).toBe(
      'application/octet-stream',
    )
  })

  it('[X138] carry a policy that lets nothing foreign in', async () => {
    for (const path of ['/dashboard/', '/dashboard/assets/app-1a2b.js']) {
      const policy = new Map((await plain(path)).headers).get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("require-trusted-types-for 'script'")
      expect(policy).not.toMatch(/unsafe-|\*|http:/)
    }
  })

  it('every page of the dashboard is the one document, what looks like a file is one or is missing', async () => {
    expect(String((await plain('/dashboard/agents/agent-a', 'GET', 'text/html,*/*')).body)).toBe('<!doctype html>')
    expect(await get('/dashboard/assets/gone.js')).toBeUndefined()
  })

  it('without the slash the browser is sent to the page', async () => {
    expect(await plain('/dashboard')).toMatchObject({ status: 308, headers: [['location', '/dashboard/']] })
  })

  it('[X18] no path leads out of the directory', async () => {
    for (const path of [
      '/dashboard/../outside.txt',
      '/dashboard/..%2foutside.txt',
      '/dashboard/%2e%2e/outside.txt',
      '/dashboard//outside.txt',
      '/dashboard/assets/../../outside.txt',
      '/dashboard/index.html%00',
      '/dashboard/index.html;',
      '/dashboard/constructor',
    ]) {
      expect([path, await get(path)]).toEqual([path, undefined])
    }
  })

  it('paths of others are left to others', async () => {
    for (const path of ['/', '/dashboardx', '/DASHBOARD/', '/agents']) expect(await get(path)).toBeUndefined()
  })

  it('only GET and HEAD', async () => {
    expect((await plain('/dashboard/', 'HEAD')).status).toBe(200)
    for (const method of ['POST', 'DELETE', 'PUT']) {
      expect(await get('/dashboard/', method)).toMatchObject({
        slug: 'method-not-allowed',
        headers: [['allow', 'GET, HEAD']],
      })
    }
  })

  it('a hub without a built dashboard has none', async () => {
    expect(await get('/dashboard/', 'GET', 'text/html', 'nowhere')).toBeUndefined()
  })
})
