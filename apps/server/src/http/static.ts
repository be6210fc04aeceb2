// The dashboard's built files, read once at the start and served from memory under /dashboard/.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'

import type { HttpAnswer, HttpRequest } from '../kernel/http.ts'
import { readOnly } from './answer.ts'
import type { Extra } from './router.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"

const BASE = '/dashboard'

/** @param directory the built dashboard; a hub without one answers 404 below /dashboard */
export const createDashboardFiles = (directory: string): Extra => {
  const files = existsSync(directory) ? readAll(directory) : new Map<string, HttpAnswer>()
  return (request) => serve(files, request)
}

const serve = (files: ReadonlyMap<string, HttpAnswer>, request: HttpRequest) => {
  const { path, method } = request
  if (path !== BASE && !path.startsWith(`${BASE}/`)) return undefined
  const refused = readOnly(method)
  if (refused !== undefined) return refused
  if (path === BASE) return { status: 308, headers: [['location', `${BASE}/`] as const], body: '' }
  const wantsPage = (request.headers.get('accept') ?? []).some((accept) => accept.includes('text/html'))
  // Every page of the dashboard is the same document; what looks like a file is one or is missing.
  return (
    files.get(path.slice(BASE.length + 1)) ?? (wantsPage || path === `${BASE}/` ? files.get('index.html') : undefined)
  )
}

const readAll = (directory: string): Map<string, HttpAnswer> => {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
  return new Map(names.map((name) => [name, fileAnswer(name, readFileSync(join(directory, name)))]))
}

const fileAnswer = (name: string, body: Uint8Array): HttpAnswer => ({
  status: 200,
  headers: [
    ['content-type', TYPES[extname(name)] ?? 'application/octet-stream'],
    // Names of assets carry a hash of what is in them.
    ['cache-control', name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'],
    ['content-security-policy', CSP],
  ],
  body,
})
