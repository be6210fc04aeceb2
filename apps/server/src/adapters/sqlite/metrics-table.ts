// The metrics of agents as rows, each of one life. They end with it, by triggers, in the transaction that ends it.

import type { DatabaseSync } from 'node:sqlite'

import { isKeptMetrics, type KeptMetrics } from '../../domain/agent-metrics.ts'
import { integerOf, jsonOf, textOf, type Row } from './rows.ts'

export interface MetricsTable {
  /**
   * Passes over those of another life.
   *
   * @returns what is kept when it is not of the revision before
   */
  readonly write: (kept: KeptMetrics) => KeptMetrics | undefined
  /** Of agents that are there. A row that cannot be read is thrown away; its agent is told to `onBroken`. */
  readonly all: (onBroken: (ids: readonly string[]) => void) => readonly KeptMetrics[]
}

/** By the life and not by `seq`, which is given again: a hub that does not know this table may have written between. */
const TABLE = `
  CREATE TABLE IF NOT EXISTS metrics (
    id TEXT PRIMARY KEY,
    incarnation INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    revision INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  DELETE FROM metrics WHERE (id, incarnation, epoch) NOT IN (SELECT id, incarnation, epoch FROM agents);
  CREATE TEMP TRIGGER metrics_life_ended AFTER DELETE ON agents BEGIN
    DELETE FROM metrics WHERE id = OLD.id;
  END;
  CREATE TEMP TRIGGER metrics_life_replaced AFTER UPDATE OF incarnation, epoch ON agents
    WHEN OLD.incarnation <> NEW.incarnation OR OLD.epoch <> NEW.epoch BEGIN
    DELETE FROM metrics WHERE id = OLD.id;
  END`

/** Writes: to be made once everything else in the file was found sound. */
export const createMetricsTable = (db: DatabaseSync): MetricsTable => {
  db.exec(TABLE)
  const put = db.prepare(`
    INSERT INTO metrics (id, incarnation, epoch, revision, record)
    SELECT id, incarnation, epoch, ?4, ?5 FROM agents WHERE id = ?1 AND incarnation = ?2 AND epoch = ?3
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, record = excluded.record
      WHERE revision = excluded.revision - 1`)
  const get = db.prepare('SELECT * FROM metrics WHERE id = ? AND incarnation = ? AND epoch = ?')
  const all = db.prepare('SELECT * FROM metrics')
  const remove = db.prepare('DELETE FROM metrics WHERE id = ?')
  return {
    write: ({ incarnation, epoch, revision, record }) => {
      const { changes } = put.run(record.agentId, incarnation, epoch, revision, JSON.stringify(record))
      const row = changes === 0 ? get.get(record.agentId, incarnation, epoch) : undefined
      return row === undefined ? undefined : metricsOf(row)
    },
    all: (onBroken) => {
      const rows = all.all()
      const found = rows.map(metricsOf)
      const broken = rows.filter((_, at) => found[at] === undefined).map((row) => textOf(row, 'id'))
      for (const id of broken) remove.run(id)
      if (broken.length > 0) onBroken(broken)
      return found.filter((kept) => kept !== undefined)
    },
  }
}

const metricsOf = (row: Row): KeptMetrics | undefined => {
  const kept: unknown = {
    incarnation: integerOf(row, 'incarnation'),
    epoch: textOf(row, 'epoch'),
    revision: integerOf(row, 'revision'),
    record: jsonOf(textOf(row, 'record')),
  }
  return isKeptMetrics(kept) && kept.record.agentId === row['id'] ? kept : undefined
}
