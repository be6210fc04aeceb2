// The headers that every answer of the hub carries, whatever it says.
import type { Answer } from './http.ts'

export const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** Those of an answer. */
export const commonHeaders = ({ headers }: Answer): Record<string, unknown> =>
  Object.fromEntries(Object.keys(COMMON_HEADERS).map((name) => [name, headers.get(name)]))
