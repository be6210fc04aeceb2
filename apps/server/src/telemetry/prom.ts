// How this hub makes its metrics: in a registry of their own, gauges read when the text is asked for, and what is
// counted often counted by an addition.

import { Counter, Gauge, Histogram, Registry } from 'prom-client'

type Labels = Readonly<Record<string, string>>

export interface Prom {
  readonly counter: (name: string, help: string, labelNames: string[]) => Counter
  /** A counter for hot paths: its labels are put together when somebody reads. */
  readonly tally: (name: string, help: string, labelNames: string[]) => Tally
  readonly histogram: (name: string, help: string, buckets: number[], labelNames?: string[]) => Histogram
  /** What is not set by `read` has no sample then. */
  readonly gauge: (name: string, help: string, read: (set: SetGauge) => void, labelNames?: string[]) => void
  readonly text: () => Promise<string>
  readonly contentType: string
}

/** Adds to what has these values for the labels, in the order of their names. */
export type Tally = (by: number, ...values: readonly string[]) => void

/** Null: not known, no sample. */
export type SetGauge = (labels: Labels, value: number | null) => void

/** A count, and those that share the labels so far. */
interface Cell {
  count: number
  readonly next: Map<string, Cell>
}

const stepInto = ({ next }: Cell, value: string): Cell => {
  const known = next.get(value)
  if (known !== undefined) return known
  const made: Cell = { count: 0, next: new Map() }
  next.set(value, made)
  return made
}

const eachCell = (
  cell: Cell,
  values: readonly string[],
  tell: (values: readonly string[], count: number) => void,
): void => {
  if (cell.next.size === 0 && values.length > 0) tell(values, cell.count)
  for (const [value, inner] of cell.next) eachCell(inner, [...values, value], tell)
}

export const createProm = (): Prom => {
  const registry = new Registry()
  const registers = [registry]
  return {
    counter: (name, help, labelNames) => new Counter({ name, help, labelNames, registers }),

    tally: (name, help, labelNames) => {
      const root: Cell = { count: 0, next: new Map() }
      registry.registerMetric(
        new Counter({
          name,
          help,
          labelNames,
          registers: [],
          collect() {
            this.reset()
            eachCell(root, [], (values, count) => {
              this.inc(Object.fromEntries(labelNames.map((label, index) => [label, values[index] ?? ''])), count)
            })
          },
        }),
      )
      return (by, ...values) => {
        let cell = root
        for (const value of values) cell = stepInto(cell, value)
        cell.count += by
      }
    },

    histogram: (name, help, buckets, labelNames = []) => new Histogram({ name, help, buckets, labelNames, registers }),

    gauge: (name, help, read, labelNames = []) => {
      registry.registerMetric(
        new Gauge({
          name,
          help,
          labelNames,
          registers: [],
          collect() {
            // Of labels that went away nothing may stay; one without labels would stand at 0.
            this.reset()
            if (labelNames.length === 0) this.remove()
            read((labels, value) => {
              if (value !== null && Number.isFinite(value)) this.set(labels, value)
            })
          },
        }),
      )
    },

    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
