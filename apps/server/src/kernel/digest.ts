// SHA-256, with and without a key, and comparison in constant time.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** SHA-256 of the UTF-8 text, as 64 hex digits. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** HMAC-SHA256 of the UTF-8 text, as 64 hex digits. */
export const hmacHex = (key: string, text: string): string =>
  createHmac('sha256', key).update(text, 'utf8').digest('hex')

/** True when both hex digests are equal; takes the same time wherever they differ. */
export const sameDigest = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'))
