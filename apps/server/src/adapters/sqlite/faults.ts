// What went wrong with the file, sorted and in words.

/** What a row should be and is not: somebody or something else wrote it. */
export class DamagedRecord extends Error {}

const BUSY = 5
/** SQLITE_ BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB: the file, not the question. */
const FILE_FAULTS: ReadonlySet<number> = new Set([BUSY, 6, 7, 8, 10, 11, 13, 14, 15, 26])

/** SQLITE_ ERROR (a table is not as it was made), CORRUPT, NOTADB. */
const DAMAGE: ReadonlySet<number> = new Set([1, 11, 26])

/** The primary result code of SQLite, undefined for any other error. */
const sqliteCode = (cause: unknown): number | undefined =>
  cause instanceof Error && 'errcode' in cause && typeof cause.errcode === 'number' ? cause.errcode & 0xff : undefined

/** Whether storage failed: nothing is wrong with what was asked for, and it may be asked again. One damaged record is not that. */
export const isStorageFault = (cause: unknown): boolean => {
  const code = sqliteCode(cause)
  return code !== undefined && FILE_FAULTS.has(code)
}

/** Whether the bytes are wrong, and not the way to them. */
export const isDamage = (cause: unknown): boolean => {
  const code = sqliteCode(cause)
  return cause instanceof DamagedRecord || (code !== undefined && DAMAGE.has(code))
}

export const isInUse = (cause: unknown): boolean => sqliteCode(cause) === BUSY

export const faultReason = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'unknown reason'
  const isOurs = cause instanceof DamagedRecord || sqliteCode(cause) !== undefined
  return !isOurs && 'code' in cause ? String(cause.code) : cause.message.replaceAll('\n', ' ')
}
