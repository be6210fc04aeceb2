// Makes the file: whole under another name, then under its own, and never over one that is there.

import { closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import type { Random } from '../../kernel/random.ts'
import { createSchema } from './schema.ts'

/** Throws what the system or SQLite said. A file that somebody else made in the meantime is left as it is. */
export const createFile = (path: string, random: Random): void => {
  const draft = `${path}.${random.token(6)}.new`
  try {
    closeSync(openSync(draft, 'wx', 0o600))
    const db = new DatabaseSync(draft)
    try {
      createSchema(db, random.token(12))
      db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL')
    } finally {
      db.close()
    }
    sync(draft)
    publish(draft, path)
    sync(dirname(path))
  } finally {
    for (const rest of ['', '-wal', '-journal']) rmSync(`${draft}${rest}`, { force: true })
  }
}

const publish = (draft: string, path: string): void => {
  try {
    // Two hubs that start at a time: a second link under the same name fails, a rename would take the first away.
    linkSync(draft, path)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'EEXIST') return
    // A file system without hard links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw cause
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) renameSync(draft, path)
  }
}

const sync = (path: string): void => {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
