// Numbers out of raw samples. Percentiles are read from all samples together, never averaged.

export interface Summary {
  readonly samples: number
  readonly min: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Nearest rank: always a sample that was measured. */
export const quantile = (sorted: readonly number[], share: number): number => {
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new Error('no samples')
  return value
}

export const summarise = (samples: readonly number[]): Summary => {
  const sorted = samples.toSorted((a, b) => a - b)
  return {
    samples: sorted.length,
    min: quantile(sorted, 0),
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    max: quantile(sorted, 1),
  }
}

export const median = (values: readonly number[]): number => summarise(values).p50

/** How far repetitions lie apart, as a share of their median. */
export const spread = (values: readonly number[]): number => {
  const { min, max, p50 } = summarise(values)
  return p50 === 0 ? 0 : (max - min) / p50
}

/** How much `y` grows with `x`, by least squares. */
export const slopeOf = (points: readonly (readonly [x: number, y: number])[]): number => {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const x = mean(points.map(([value]) => value))
  const y = mean(points.map(([, value]) => value))
  const together = points.reduce((sum, [atX, atY]) => sum + (atX - x) * (atY - y), 0)
  const alone = points.reduce((sum, [atX]) => sum + (atX - x) ** 2, 0)
  return alone === 0 ? 0 : together / alone
}
