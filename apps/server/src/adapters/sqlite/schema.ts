// What the file holds: its marks, its tables, and how a new one is made. The hub's cards and changes are JSON text;
// everything a decision asks for is a column.

import type { DatabaseSync } from 'node:sqlite'

/** "ARCP": tells our files from those of other programs. */
export const APPLICATION_ID = 0x41_52_43_50
/** Of the tables below. A file with a higher one is left alone. */
export const SCHEMA_VERSION = 1

/**
 * `seq` orders rows as they came. `history.start` is the length of all changes before this one, so that trimming by
 * bytes needs no scan. When an agent was last heard stands apart from its card: it moves all the time, the card does
 * not. `meta.floor`: changes up to it belong to an earlier epoch; `meta.loose`: the end of the process may have cost
 * commits, see `use.ts`.
 */
const TABLES = `
  CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch TEXT NOT NULL CHECK (epoch <> ''),
    floor INTEGER NOT NULL,
    forgotten INTEGER NOT NULL,
    loose INTEGER NOT NULL CHECK (loose IN (0, 1))
  ) STRICT;
  CREATE TABLE agents (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    incarnation INTEGER NOT NULL CHECK (incarnation > 0),
    epoch TEXT NOT NULL,
    key_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('alive', 'dead')),
    registered_at INTEGER NOT NULL,
    card TEXT NOT NULL
  ) STRICT;
  CREATE INDEX agents_of_key ON agents (key_id, status);
  CREATE TABLE heard (seq INTEGER PRIMARY KEY, seen_at INTEGER NOT NULL) STRICT;
  CREATE TABLE tombstones (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    incarnation INTEGER NOT NULL CHECK (incarnation > 0),
    epoch TEXT NOT NULL,
    key_id TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('unregistered', 'expired', 'revoked')),
    ended_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE answers (
    seq INTEGER PRIMARY KEY,
    jti TEXT NOT NULL UNIQUE,
    body_digest TEXT NOT NULL,
    id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    at_offset INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    until INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE history (at_offset INTEGER PRIMARY KEY, start INTEGER NOT NULL, change TEXT NOT NULL) STRICT;
`

/** Makes everything in an empty database. The marks come with the tables: a file that has them is whole. */
export const createSchema = (db: DatabaseSync, epoch: string): void => {
  db.exec(`BEGIN; ${TABLES}`)
  db.prepare('INSERT INTO meta (one, epoch, floor, forgotten, loose) VALUES (1, ?, 0, 0, 0)').run(epoch)
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
}
