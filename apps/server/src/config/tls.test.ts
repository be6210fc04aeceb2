import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { readTls } from './tls.ts'

const directory = mkdtempSync(join(tmpdir(), 'arcp-tls-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
beforeAll(() => {
  for (const name of ['server', 'other']) {
    const out = ['-keyout', join(directory, `${name}.key`), '-out', join(directory, `${name}.crt`)]
    const make = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
    execFileSync('openssl', [...make, '-subj', '/CN=localhost', ...out], { stdio: 'ignore' })
  }
  writeFileSync(join(directory, 'empty.crt'), '')
})

const read = (cert: string, key: string, on = true) =>
  readTls({
    ARCP_TLS_ENABLED: on,
    ARCP_TLS_CERT_DIR: directory,
    ARCP_TLS_CERT_FILENAME: cert,
    ARCP_TLS_KEY_FILENAME: key,
  })

it('a certificate and its key are taken, and nothing is read without TLS', () => {
  const files = { certFile: join(directory, 'server.crt'), keyFile: join(directory, 'server.key') }
  expect(read('server.crt', 'server.key')).toEqual({ ok: true, value: files })
  expect(read('missing.crt', 'missing.key', false)).toEqual({ ok: true, value: undefined })
})

it.each([
  ['missing.crt', 'server.key', /missing\.crt cannot be read \(ENOENT\): set ARCP_TLS_CERT_DIR/],
  ['server.crt', 'missing.key', /missing\.key cannot be read \(ENOENT\)/],
  ['server.crt', 'other.key', /are no pair of a certificate and its key/],
  ['empty.crt', 'server.key', /are no pair of a certificate and its key/],
])('%s and %s are refused with what to do', (cert, key, line) => {
  const tls = read(cert, key)
  expect(tls.ok ? '' : tls.error).toMatch(line)
})
