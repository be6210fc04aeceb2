// How much each kind of run does.
import type { W17Plan } from './w17.ts'
import type { W4Plan } from './w4.ts'

export interface Plan {
  readonly w4: W4Plan
  readonly w17: W17Plan
}

/** About a minute. */
export const SMOKE: Plan = {
  w4: {
    sizes: [
      { agents: 10, samples: 50 },
      { agents: 1000, samples: 40 },
      { agents: 10_000, samples: 30 },
    ],
    repetitions: 1,
    floorSamples: 40,
    referenceSizes: [],
  },
  w17: { runs: 10 },
}

/** About eight minutes. */
export const FULL: Plan = {
  w4: {
    sizes: [
      { agents: 10, samples: 100 },
      { agents: 600, samples: 70 },
      { agents: 1000, samples: 70 },
      { agents: 10_000, samples: 50 },
    ],
    repetitions: 3,
    floorSamples: 100,
    referenceSizes: [
      { agents: 10, samples: 7 },
      { agents: 20, samples: 20 },
      { agents: 600, samples: 20 },
    ],
  },
  w17: { runs: 30 },
}
