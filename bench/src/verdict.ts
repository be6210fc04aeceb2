// What a figure means: whether its targets are met, and whether missing one fails the run.

/** A gated figure fails the run when it does not even reach this share of its target: machines are noisy. */
export const GATE = 0.7

export interface Check {
  readonly measured: number
  /** A time or ratio that must not be larger. */
  readonly target: number
  readonly gated?: boolean
}

export interface Judged {
  readonly verdict: string
  readonly failed: boolean
}

export const judge = (checks: readonly Check[]): Judged => {
  if (checks.some(({ measured, target, gated }) => gated === true && measured > target / GATE)) {
    return { verdict: 'NOT MET, beyond the gate', failed: true }
  }
  const met = checks.every(({ measured, target }) => measured <= target)
  const note = checks.some(({ gated }) => gated === true) ? '' : ' (not gated)'
  return { verdict: `${met ? 'met' : 'not met'}${note}`, failed: false }
}
