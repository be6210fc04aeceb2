import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { describe, expect, it, onTestFinished } from 'vitest'

import { emptyDirectory, sqliteRig, type SqliteRig } from '../../../test/sqlite-rig.ts'
import { register } from '../../../test/store-contract.ts'
import { systemRandom } from '../../kernel/random.ts'
import { createFile } from './create-file.ts'

/** Every file of a directory, by name. */
const bytesIn = (directory: string) =>
  Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name)).toString('base64')]),
  )

/** Refused with this line, and every file as it was. */
const expectRefusal = (rig: SqliteRig, line: unknown): void => {
  const before = bytesIn(dirname(rig.path))
  expect(rig.open()).toEqual({ ok: false, error: line })
  expect(bytesIn(dirname(rig.path))).toEqual(before)
}

/** A file with some agents in it, closed in order. */
const closedFile = async (): Promise<SqliteRig> => {
  const rig = sqliteRig()
  const store = rig.opened()
  for (let at = 0; at < 30; at += 1) await store.commit(register(`agent-${at}`))
  await store.close()
  return rig
}

const edit = ({ path }: SqliteRig, sql: string): void => {
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}

const RESTORE =
  'restore a backup, or move it away, with the -wal beside it, to start without agents, or set ARCP_STORE=memory'

describe('the file', () => {
  it('is made whole, for this user only, with our marks, and nothing else is left', () => {
    const rig = sqliteRig()
    rig.opened()
    expect(readdirSync(dirname(rig.path)).toSorted()).toEqual(['arcp.sqlite', 'arcp.sqlite-wal'])
    expect(statSync(rig.path).mode & 0o777).toBe(0o600)
    const header = readFileSync(rig.path)
    expect([header.toString('latin1', 68, 72), header.readUInt32BE(60)]).toEqual(['ARCP', 1])
  })

  it('is never made over one that is there', () => {
    const path = join(emptyDirectory(), 'arcp.sqlite')
    createFile(path, systemRandom)
    const before = bytesIn(dirname(path))
    createFile(path, systemRandom)
    expect(bytesIn(dirname(path))).toEqual(before)
    expect(Object.keys(before)).toEqual(['arcp.sqlite'])
  })

  it('that others could read is closed to them', async () => {
    const rig = await closedFile()
    chmodSync(rig.path, 0o644)
    rig.opened()
    expect(statSync(rig.path).mode & 0o777).toBe(0o600)
  })

  it('belongs to one hub at a time', async () => {
    const rig = sqliteRig()
    const store = rig.opened()
    await store.commit(register('agent-a'))
    const line = `${rig.path} is in use by another hub: use that one, or stop it; a second hub needs an ARCP_DATA_DIR and an ARCP_PORT of its own`
    expectRefusal(rig, line)
    await store.commit(register('agent-b'))
    expectRefusal(rig, line)
    await store.close()
    expect(rig.opened().head().offset).toBe(2)
  })

  it('may be reached by a link', async () => {
    const rig = await closedFile()
    const link = sqliteRig(join(emptyDirectory(), 'arcp.sqlite'))
    symlinkSync(rig.path, link.path)
    expect(link.opened().head().offset).toBe(30)
  })
})

describe('a file that is refused is left as it is', () => {
  it('because a newer version wrote it', async () => {
    const rig = await closedFile()
    edit(rig, 'PRAGMA user_version = 2')
    expectRefusal(
      rig,
      `${rig.path} was written by a newer version of the hub (format 2, this one knows 1): run that version, or set ` +
        'ARCP_DATA_DIR to another directory',
    )
  })

  it('because a newer version wrote it, and died before that stood in the file itself', async () => {
    const rig = await closedFile()
    const db = new DatabaseSync(rig.path)
    onTestFinished(() => db.close())
    db.exec('PRAGMA user_version = 2')
    const copy = sqliteRig(join(emptyDirectory(), 'arcp.sqlite'))
    for (const part of ['', '-wal']) copyFileSync(`${rig.path}${part}`, `${copy.path}${part}`)
    expect(readFileSync(copy.path).readUInt32BE(60)).toBe(1)
    expectRefusal(
      copy,
      expect.stringContaining('was written by a newer version of the hub (format 2, this one knows 1)'),
    )
  })

  it.each([
    ['empty', '', 'is empty, which the hub never leaves it'],
    ['a text', 'agents, agents, agents', 'is not a database of this hub, or is damaged at its very start'],
  ])('because it is %s', (_, text, what) => {
    const rig = sqliteRig()
    writeFileSync(rig.path, text)
    expectRefusal(rig, `${rig.path} ${what}: ${RESTORE}`)
  })

  it('because it is a database of another program', () => {
    const rig = sqliteRig()
    edit(rig, 'CREATE TABLE theirs (a)')
    expectRefusal(
      rig,
      `${rig.path} is a database of another program: move it away, or set ARCP_DATA_DIR to another directory`,
    )
  })

  it('because it is a directory, or a link that leads nowhere', () => {
    const rig = sqliteRig()
    mkdirSync(rig.path)
    expect(rig.open()).toEqual({
      ok: false,
      error: `${rig.path} is not a file: move it away, or set ARCP_DATA_DIR to another directory`,
    })
    const link = sqliteRig()
    symlinkSync('/nowhere/at/all', link.path)
    expect(link.open()).toEqual({
      ok: false,
      error: `${link.path} is a link that leads nowhere: remove it, or set ARCP_DATA_DIR to another directory`,
    })
  })

  it('because it was cut', async () => {
    const rig = await closedFile()
    const { size } = statSync(rig.path)
    truncateSync(rig.path, size - 4096)
    expectRefusal(rig, expect.stringMatching(/ is damaged \(.+\) and was left as it is: restore a backup, or /))
    truncateSync(rig.path, size - 5000)
    expectRefusal(rig, `${rig.path} is damaged (it was cut) and was left as it is: ${RESTORE}`)
  })

  it('because one of its pages is overwritten, whichever', async () => {
    const rig = await closedFile()
    const good = readFileSync(rig.path)
    expect(good.length / 4096).toBeGreaterThan(10)
    for (let at = 100; at < good.length; at = (Math.floor(at / 4096) + 1) * 4096) {
      const bad = Buffer.from(good)
      bad.fill(0xa5, at, Math.min(at + 4096, good.length))
      writeFileSync(rig.path, bad)
      expectRefusal(rig, expect.stringContaining(`${rig.path} is damaged (`))
    }
  })

  it.each([
    [
      'a card is no JSON',
      "UPDATE agents SET card = '{' WHERE id = 'agent-7'",
      'the record of agent "agent-7" cannot be read',
    ],
    [
      'a card lacks something',
      "UPDATE agents SET card = '{}' WHERE id = 'agent-7'",
      'the record of agent "agent-7" cannot be read',
    ],
    [
      'a card is that of another',
      "UPDATE agents SET id = 'agent-x' WHERE id = 'agent-7'",
      'the record of agent "agent-x" cannot be read',
    ],
    ['nobody knows when an agent was heard', 'DELETE FROM heard', 'a record has no whole number in "seen_at"'],
    ['its history is gone', 'DELETE FROM history', 'its history is gone'],
    ['its epoch is gone', 'DELETE FROM meta', 'its epoch is gone'],
    ['a table is gone', 'DROP TABLE answers', 'no such table: answers'],
    ['its marks are gone', 'PRAGMA user_version = 0', 'its marks are gone'],
  ])('because %s', async (_, sql, what) => {
    const rig = await closedFile()
    edit(rig, sql)
    expectRefusal(rig, `${rig.path} is damaged (${what}) and was left as it is: ${RESTORE}`)
  })

  it('because a record is damaged in what its process could not write back any more', async () => {
    const rig = await closedFile()
    const db = new DatabaseSync(rig.path)
    onTestFinished(() => db.close())
    db.exec("UPDATE agents SET card = '{' WHERE id = 'agent-7'")
    const copy = sqliteRig(join(emptyDirectory(), 'arcp.sqlite'))
    for (const part of ['', '-wal']) copyFileSync(`${rig.path}${part}`, `${copy.path}${part}`)
    expect(statSync(`${copy.path}-wal`).size).toBeGreaterThan(4096)
    expectRefusal(copy, expect.stringContaining('the record of agent "agent-7" cannot be read'))
  })

  it('because only what belongs beside it is there', async () => {
    const rig = sqliteRig()
    writeFileSync(`${rig.path}-wal`, 'something')
    expectRefusal(
      rig,
      `${rig.path} is missing, but ${rig.path}-wal, which belongs to it, is there: put both back, or move that away`,
    )
    expect(existsSync(rig.path)).toBe(false)
  })

  it('a place where no file can be made', () => {
    const file = join(emptyDirectory(), 'a-file')
    writeFileSync(file, '')
    const rig = sqliteRig(join(file, 'arcp.sqlite'))
    expect(rig.open()).toEqual({
      ok: false,
      error:
        `${rig.path} cannot be made or opened (ENOTDIR): make it readable and writable for this user, or set ` +
        'ARCP_DATA_DIR to another directory',
    })
  })
})
