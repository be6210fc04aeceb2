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

const SEPARATOR = '\u0000'

export const createProm = (): Prom => {
  const registry = new Registry()
  const registers = [registry]
  return {
    counter: (name, help, labelNames) => new Counter({ name, help, labelNames, registers }),

    tally: (name, help, labelNames) => {
      const counts = new Map<string, number>()
      const labelsOf = (key: string): Labels => {
        const values = key.split(SEPARATOR)
        return Object.fromEntries(labelNames.map((label, index) => [label, values[index] ?? '']))
      }
      registry.registerMetric(
        new Counter({
          name,
          help,
          labelNames,
          registers: [],
          collect() {
            this.reset()
            for (const [key, count] of counts) this.inc(labelsOf(key), count)
          },
        }),
      )
      return (by, ...values) => {
        const key = values.length === 1 ? (values[0] ?? '') : values.join(SEPARATOR)
        counts.set(key, (counts.get(key) ?? 0) + by)
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
