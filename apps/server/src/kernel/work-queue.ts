// Work of which only so much may run at a time: the rest waits in line, and beyond the line is turned away.

export interface WorkQueue {
  /** @returns undefined when the line is full */
  readonly run: <T>(work: () => Promise<T>) => Promise<T> | undefined
}

export interface WorkLimits {
  readonly running: number
  readonly waiting: number
}

export const createWorkQueue = (limits: WorkLimits): WorkQueue => {
  const line: (() => void)[] = []
  let running = 0

  const turn = (): Promise<void> | undefined => {
    if (running < limits.running) {
      running += 1
      return Promise.resolve()
    }
    if (line.length >= limits.waiting) return undefined
    return new Promise((resolve) => void line.push(resolve))
  }

  /** Its place goes to the next in line, so that nobody else takes it in between. */
  const leave = (): void => {
    const next = line.shift()
    if (next === undefined) running -= 1
    else next()
  }

  return {
    run: (work) => turn()?.then(work).finally(leave),
  }
}
