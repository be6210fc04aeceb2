// What operators watch (D3): load of the machine, requests and their times. Every figure is measured; one that is not
// known is null.

import type { ResourceUtilization } from '@arcp/protocol/model'

/** Requests of agents, as they report them, and of this hub together. */
export interface RequestFigures {
  readonly total: number | null
  /** Seconds. */
  readonly meanTime: number | null
  /** 0 to 1. */
  readonly errorRate: number | null
}

export interface Monitoring {
  readonly requests: () => RequestFigures
  /** Measured over the time since the last call for it, at least a second. */
  readonly resources: () => ResourceUtilization
}
