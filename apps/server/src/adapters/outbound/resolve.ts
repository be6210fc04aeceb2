// From a host to addresses that were all checked: one that may not be called spoils the name.

import { isIP } from 'node:net'

import { err, ok, type Result } from '../../kernel/result.ts'
import { addressClass } from './address-class.ts'

/** Every address of a name, as the system resolves it. Rejects for a name that is not there. */
export type Resolve = (host: string) => Promise<readonly string[]>

export interface Checked {
  readonly address: string
  readonly family: 4 | 6
}

/** The addresses of a host, or why it is not called: for the operator's eyes only. */
export const resolveChecked = async (
  host: string,
  { resolve, allowPrivate }: { readonly resolve: Resolve; readonly allowPrivate: boolean },
): Promise<Result<readonly Checked[], 'not found' | 'not allowed'>> => {
  const addresses = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host]
  const callable = addresses.every((address) => {
    const kind = addressClass(address)
    return kind === 'public' || (kind === 'private' && allowPrivate)
  })
  if (addresses.length === 0) return err('not found')
  if (!callable) return err('not allowed')
  return ok(addresses.map((address) => ({ address, family: isIP(address) === 6 ? 6 : 4 })))
}
