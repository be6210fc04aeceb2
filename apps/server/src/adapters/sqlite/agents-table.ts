// The agents as rows: what decisions read, and what changes write.

import type { DatabaseSync } from 'node:sqlite'

import type { Agent } from '../../domain/agent.ts'
import type { Change } from '../../domain/change.ts'
import type { AgentRef } from '../../domain/command.ts'
import type { SignOfLife } from '../../domain/ports.ts'
import { agentOf, integerOf } from './rows.ts'

export interface AgentsTable {
  readonly get: (id: string) => Agent | undefined
  readonly aliveWithKey: (keyId: string) => number
  readonly write: (change: Change) => void
  /** @returns the agent when it is dead in this incarnation */
  readonly renew: (sign: SignOfLife) => AgentRef | undefined
  /** In the order in which their ids came. */
  readonly all: () => readonly Agent[]
}

/**
 * How many agents are alive with each key, in memory. Of the connection: it moves with the rows, in the same transaction
 * and back with it, and what was on disk is counted once.
 */
const ALIVE_COUNTS = `
  PRAGMA temp_store = MEMORY;
  CREATE TEMP TABLE alive (key_id TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO alive SELECT key_id, count(*) FROM agents WHERE status = 'alive' GROUP BY key_id;
  CREATE TEMP TRIGGER alive_came AFTER INSERT ON agents WHEN NEW.status = 'alive' BEGIN
    INSERT INTO alive VALUES (NEW.key_id, 1) ON CONFLICT (key_id) DO UPDATE SET n = n + 1;
  END;
  CREATE TEMP TRIGGER alive_went AFTER DELETE ON agents WHEN OLD.status = 'alive' BEGIN
    UPDATE alive SET n = n - 1 WHERE key_id = OLD.key_id;
  END;
  CREATE TEMP TRIGGER alive_changed AFTER UPDATE OF status, key_id ON agents BEGIN
    UPDATE alive SET n = n - 1 WHERE key_id = OLD.key_id AND OLD.status = 'alive';
    INSERT INTO alive SELECT NEW.key_id, 1 WHERE NEW.status = 'alive' ON CONFLICT (key_id) DO UPDATE SET n = n + 1;
  END`

export const createAgentsTable = (db: DatabaseSync): AgentsTable => {
  const get = db.prepare('SELECT * FROM agents LEFT JOIN heard USING (seq) WHERE id = ?')
  const all = db.prepare('SELECT * FROM agents LEFT JOIN heard USING (seq) ORDER BY seq')
  const isDead = db.prepare("SELECT 1 FROM agents WHERE id = ? AND incarnation = ? AND status = 'dead'")
  const put = db.prepare(`
    INSERT INTO agents (id, incarnation, epoch, key_id, status, registered_at, card) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
      incarnation = excluded.incarnation, epoch = excluded.epoch, key_id = excluded.key_id, status = excluded.status,
      registered_at = excluded.registered_at, card = excluded.card
    RETURNING seq`)
  const setStatus = db.prepare('UPDATE agents SET status = ? WHERE id = ? AND incarnation = ? RETURNING seq')
  const remove = db.prepare('DELETE FROM agents WHERE id = ? RETURNING seq')
  const hear = db.prepare('INSERT OR REPLACE INTO heard (seq, seen_at) VALUES (?, ?)')
  const hearLater = db.prepare(`
    UPDATE heard SET seen_at = ?1 WHERE seen_at < ?1 AND seq =
      (SELECT seq FROM agents WHERE id = ?2 AND incarnation = ?3 AND status = 'alive')`)
  const unhear = db.prepare('DELETE FROM heard WHERE seq = ?')
  db.exec(ALIVE_COUNTS)
  const alive = db.prepare('SELECT n FROM alive WHERE key_id = ?')

  const write = (change: Change): void => {
    switch (change.op) {
      case 'put': {
        const { id, incarnation, epoch, keyId, status, registeredAt, card, seenAt } = change.agent
        const row = put.get(id, incarnation, epoch, keyId, status, registeredAt, JSON.stringify(card))
        if (row !== undefined) hear.run(integerOf(row, 'seq'), seenAt)
        return
      }
      case 'status': {
        const row = setStatus.get(change.status, change.id, change.incarnation)
        if (row !== undefined) hear.run(integerOf(row, 'seq'), change.seenAt)
        return
      }
      case 'remove': {
        const row = remove.get(change.tombstone.id)
        if (row !== undefined) unhear.run(integerOf(row, 'seq'))
      }
    }
  }

  return {
    get: (id) => {
      const row = get.get(id)
      return row === undefined ? undefined : agentOf(row)
    },
    aliveWithKey: (keyId) => integerOf(alive.get(keyId) ?? { n: 0 }, 'n'),
    write,
    renew: ({ id, incarnation, seenAt }) => {
      if (hearLater.run(seenAt, id, incarnation).changes > 0) return undefined
      return isDead.get(id, incarnation) === undefined ? undefined : { id, incarnation }
    },
    all: () => all.all().map(agentOf),
  }
}
