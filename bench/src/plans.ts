// How much each kind of run does.
import type { W1Plan } from './w1.ts'
import type { W12Plan } from './w12.ts'
import type { W17Plan } from './w17.ts'
import type { W4Plan } from './w4.ts'
import type { W6Plan } from './w6.ts'
import type { W8Plan } from './w8.ts'

export interface Plan {
  readonly w1: W1Plan
  readonly w4: W4Plan
  readonly w6: W6Plan
  readonly w8: W8Plan
  readonly w12: W12Plan
  readonly w17: W17Plan
}

/** About a minute and a half. */
export const SMOKE: Plan = {
  w1: { agents: [1000], subscribers: [100], samples: 5, repetitions: 1, referenceSamples: 0 },
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
  w6: {
    agents: 50,
    callers: 32,
    heartbeats: 10_000,
    discoveries: 5000,
    repetitions: 1,
    referenceHeartbeats: 0,
    referenceDiscoveries: 0,
  },
  w8: {
    sockets: 5000,
    agentSockets: 2000,
    repetitions: 1,
    churn: 1000,
    settleMs: 300,
    idleMs: 500,
    profiled: 0,
  },
  w12: { callers: [1, 64], commits: 3000, slowCommits: 300, synchronous: ['full'], requests: 500, repetitions: 1 },
  w17: { runs: 10 },
}

/** About fifteen minutes. */
export const FULL: Plan = {
  w1: { agents: [10, 100, 1000], subscribers: [20, 100], samples: 20, repetitions: 2, referenceSamples: 10 },
  w4: {
    sizes: [
      { agents: 10, samples: 100 },
      { agents: 100, samples: 100 },
      { agents: 600, samples: 70 },
      { agents: 1000, samples: 70 },
      { agents: 10_000, samples: 50 },
    ],
    repetitions: 2,
    floorSamples: 100,
    referenceSizes: [
      { agents: 10, samples: 7 },
      { agents: 20, samples: 20 },
      { agents: 600, samples: 20 },
    ],
  },
  w6: {
    agents: 300,
    callers: 32,
    heartbeats: 100_000,
    discoveries: 30_000,
    repetitions: 3,
    referenceHeartbeats: 2000,
    referenceDiscoveries: 300,
  },
  w8: {
    sockets: 15_000,
    agentSockets: 15_000,
    repetitions: 2,
    churn: 2000,
    settleMs: 1000,
    idleMs: 10_000,
    profiled: 5000,
  },
  w12: {
    callers: [1, 64],
    commits: 10_000,
    slowCommits: 2000,
    synchronous: ['full', 'normal'],
    requests: 3000,
    repetitions: 2,
  },
  w17: { runs: 30 },
}
