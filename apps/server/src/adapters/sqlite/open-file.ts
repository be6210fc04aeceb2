// Opens the file of the store, or says in one line why not and what to do. What is refused is left as it is, byte for
// byte: it may be all that somebody has.

import { accessSync, chmodSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

import type { Random } from '../../kernel/random.ts'
import { err, ok, type Result } from '../../kernel/result.ts'
import { createFile } from './create-file.ts'
import { DamagedRecord, faultReason, isDamage, isInUse } from './faults.ts'
import { integerOf, textOf } from './rows.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts'

export interface FileOptions {
  readonly path: string
  readonly random: Random
  readonly connect: (path: string) => DatabaseSync
}

interface Refused {
  readonly refused: string
}

const RESTORE =
  'restore a backup, or move it away, with the -wal beside it, to start without agents, or set ARCP_STORE=memory'
const HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'
const PAGE_BYTES = 512

/**
 * Files that were refused with changes beside them that are not in them yet. Closing one would write these in, so it
 * stays open for the rest of the process, which ends soon.
 */
const leftOpen: DatabaseSync[] = []

/**
 * @param read takes from the opened file what the store needs, and throws when something there is not as it must be
 * @returns what `read` returned; or one line that names the file, what is wrong and what to do
 */
export const openFile = <T>(
  { path, random, connect }: FileOptions,
  read: (db: DatabaseSync) => T,
): Result<T, string> => {
  try {
    if (look(path) === 'missing') createFile(path, random)
    const state = look(path)
    if (state === 'missing') return err(`${path} is a link that leads nowhere: remove it, ${ELSE}`)
    if (state !== 'ours') return err(state.refused)
  } catch (cause) {
    return err(
      `${path} cannot be made or opened (${faultReason(cause)}): make it readable and writable for this user, ${ELSE}`,
    )
  }
  const changesBeside = walSize(path) > 0
  let db: DatabaseSync | undefined
  try {
    db = connect(path)
    check(db)
    return ok(read(db))
  } catch (cause) {
    if (db !== undefined) {
      if (changesBeside) leftOpen.push(db)
      else db.close()
    }
    return err(explain(path, cause))
  }
}

const ELSE = 'or set ARCP_DATA_DIR to another directory'

const explain = (path: string, cause: unknown): string => {
  if (cause instanceof NewerVersion) return newer(path, cause.version)
  if (isInUse(cause))
    return `${path} is in use by another hub: use that one, or stop it; a second hub needs an ARCP_DATA_DIR and an ARCP_PORT of its own`
  if (isDamage(cause)) return damaged(path, faultReason(cause))
  return `${path} cannot be opened (${faultReason(cause)}): make it readable and writable for this user, ${ELSE}`
}

const damaged = (path: string, what: string): string => `${path} is damaged (${what}) and was left as it is: ${RESTORE}`

const newer = (path: string, version: number): string =>
  `${path} was written by a newer version of the hub (format ${version}, this one knows ${SCHEMA_VERSION}): run that ` +
  'version, or set ARCP_DATA_DIR to another directory'

class NewerVersion extends Error {
  readonly version: number
  constructor(version: number) {
    super('newer version')
    this.version = version
  }
}

// Reads the first bytes by hand: SQLite itself would take an empty file for a new database.
const look = (path: string): 'missing' | 'ours' | Refused => {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) {
    return walSize(path) === 0
      ? 'missing'
      : {
          refused: `${path} is missing, but ${path}-wal, which belongs to it, is there: put both back, or move that away`,
        }
  }
  if (!stat.isFile()) return { refused: `${path} is not a file: move it away, ${ELSE}` }
  if (stat.size === 0) return { refused: `${path} is empty, which the hub never leaves it: ${RESTORE}` }
  const header = readHeader(path)
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    return { refused: `${path} is not a database of this hub, or is damaged at its very start: ${RESTORE}` }
  }
  if (header.readUInt32BE(68) !== APPLICATION_ID) {
    return { refused: `${path} is a database of another program: move it away, ${ELSE}` }
  }
  const version = header.readUInt32BE(60)
  if (version > SCHEMA_VERSION) return { refused: newer(path, version) }
  if (stat.size % PAGE_BYTES !== 0) return { refused: damaged(path, 'it was cut') }
  accessSync(path, constants.R_OK | constants.W_OK)
  if ((stat.mode & 0o077) !== 0) chmodSync(path, 0o600)
  return 'ours'
}

const readHeader = (path: string): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES)
  const handle = openSync(path, 'r')
  try {
    readSync(handle, header, 0, HEADER_BYTES, 0)
  } finally {
    closeSync(handle)
  }
  return header
}

// SQLite keeps it beside the file itself, not beside a link to it.
const walSize = (path: string): number => {
  const real = statSync(path, { throwIfNoEntry: false }) === undefined ? path : realpathSync(path)
  return statSync(`${real}-wal`, { throwIfNoEntry: false })?.size ?? 0
}

const pragma = (db: DatabaseSync, name: string): number => integerOf(db.prepare(`PRAGMA ${name}`).get() ?? {}, name)

/** Takes the lock with its first read, and believes nothing after that. Writes nothing. */
const check = (db: DatabaseSync): void => {
  db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 1000')
  const version = pragma(db, 'user_version')
  if (version > SCHEMA_VERSION) throw new NewerVersion(version)
  if (version < SCHEMA_VERSION || pragma(db, 'application_id') !== APPLICATION_ID) {
    throw new DamagedRecord('its marks are gone')
  }
  const found = textOf(db.prepare('PRAGMA quick_check(1)').get() ?? {}, 'quick_check')
  if (found !== 'ok') throw new DamagedRecord(found)
}
