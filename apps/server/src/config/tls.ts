// The certificate and its key, looked at before the transport takes them: it would only say that it cannot listen.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'

import { err, ok, type Result } from '../kernel/result.ts'
import type { Config } from './options.ts'

export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

type TlsSettings = Pick<
  Config,
  'ARCP_TLS_ENABLED' | 'ARCP_TLS_CERT_DIR' | 'ARCP_TLS_CERT_FILENAME' | 'ARCP_TLS_KEY_FILENAME'
>

/** @returns undefined without TLS; one line that says what to do when the files cannot be used */
export const readTls = (config: TlsSettings): Result<TlsFiles | undefined, string> => {
  if (!config.ARCP_TLS_ENABLED) return ok(undefined)
  const certFile = join(config.ARCP_TLS_CERT_DIR, config.ARCP_TLS_CERT_FILENAME)
  const keyFile = join(config.ARCP_TLS_CERT_DIR, config.ARCP_TLS_KEY_FILENAME)
  const cert = read(certFile)
  if (!cert.ok) return cert
  const key = read(keyFile)
  if (!key.ok) return key
  try {
    createSecureContext({ cert: cert.value, key: key.value })
    return ok({ certFile, keyFile })
  } catch (cause) {
    return err(`${certFile} and ${keyFile} are no pair of a certificate and its key in PEM (${reason(cause)})`)
  }
}

const read = (path: string): Result<Buffer, string> => {
  try {
    return ok(readFileSync(path))
  } catch (cause) {
    return err(
      `${path} cannot be read (${reason(cause)}): set ARCP_TLS_CERT_DIR, ARCP_TLS_CERT_FILENAME and ` +
        'ARCP_TLS_KEY_FILENAME to readable files, or unset ARCP_TLS_ENABLED',
    )
  }
}

const reason = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
