// The metrics of agents on this hub: reports show at once, and the store hears of them about once a second, together
// with the signs of life. Where several hubs take reports of one agent, each is counted once.

import type { ReportedMetrics } from '@arcp/protocol/model'

import type { Clock } from '../kernel/clock.ts'
import type { Agent } from './agent.ts'
import {
  afterReport,
  afterRequest,
  firstMetrics,
  type KeptMetrics,
  type MetricsRecord,
  type ServedRequest,
} from './agent-metrics.ts'
import { isLife } from './transition.ts'

export interface MetricsBook {
  /** @returns the metrics after it; undefined when no such agent is registered */
  readonly report: (id: string, said: ReportedMetrics) => MetricsRecord | undefined
  readonly served: (id: string, request: ServedRequest) => MetricsRecord | undefined
  /** Zeros before the first report. */
  readonly current: (id: string) => MetricsRecord | undefined
  /** Another hub kept these. */
  readonly heard: (kept: KeptMetrics) => void
  /** The copy was read again from the store: what was not kept yet stands on top of it. */
  readonly rebase: () => void
  /** Whether there is something to keep. */
  readonly pending: () => boolean
  /** What is to be kept now. One of `kept` and `failed` must follow, before the next time. */
  readonly take: () => readonly KeptMetrics[]
  /** @param overtaken what the store holds of those it did not write, as another hub had written since */
  readonly kept: (handed: readonly KeptMetrics[], overtaken: readonly KeptMetrics[]) => void
  readonly failed: () => void
}

export interface MetricsBookDeps {
  readonly view: { readonly get: (id: string) => Agent | undefined }
  /** Lives with the agent: what is set ends with its incarnation. */
  readonly copy: {
    readonly get: (id: string) => KeptMetrics | undefined
    readonly set: (id: string, kept: KeptMetrics) => void
  }
  readonly clock: Pick<Clock, 'wall'>
}

type Step = (before: MetricsRecord) => MetricsRecord

/** What is not kept yet, on top of what is. */
interface Pending {
  base: KeptMetrics
  steps: Step[]
  /** So many of the steps are under way to the store. */
  handed: number
}

/** Reports of one agent that are remembered one by one; beyond it the outcome counts, whoever else wrote. */
const MAX_STEPS = 256

export const createMetricsBook = ({ view, copy, clock }: MetricsBookDeps): MetricsBook => {
  const waiting = new Map<string, Pending>()

  const baseOf = (agent: Agent): KeptMetrics =>
    copy.get(agent.id) ?? {
      incarnation: agent.incarnation,
      epoch: agent.epoch,
      revision: 0,
      record: firstMetrics(agent),
    }

  const pendingOf = (agent: Agent): Pending => {
    const known = waiting.get(agent.id)
    if (known !== undefined && isLife(agent, known.base)) return known
    const fresh: Pending = { base: baseOf(agent), steps: [], handed: 0 }
    waiting.set(agent.id, fresh)
    return fresh
  }

  const show = ({ base }: Pending, record: MetricsRecord): void =>
    copy.set(record.agentId, { ...base, revision: base.revision + 1, record })

  const showAll = (pending: Pending): void =>
    show(
      pending,
      pending.steps.reduce((record, step) => step(record), pending.base.record),
    )

  const add = (id: string, step: Step): MetricsRecord | undefined => {
    const agent = view.get(id)
    if (agent === undefined) return undefined
    const pending = pendingOf(agent)
    const before = baseOf(agent).record
    if (pending.steps.length >= MAX_STEPS) {
      pending.steps = [() => before]
      pending.handed = 0
    }
    pending.steps.push(step)
    const after = step(before)
    show(pending, after)
    return after
  }

  const settle = (pending: Pending, handed: KeptMetrics, stored: KeptMetrics | undefined): void => {
    if (stored === undefined) {
      pending.steps = pending.steps.slice(pending.handed)
      // Another hub may have written on top of it already.
      if (handed.revision > pending.base.revision) pending.base = handed
    } else pending.base = stored
    pending.handed = 0
    const id = handed.record.agentId
    if (pending.steps.length > 0) return showAll(pending)
    waiting.delete(id)
    copy.set(id, pending.base)
  }

  /** Those of agents whose life goes on; the rest is forgotten. */
  const living = (): readonly (readonly [string, Pending])[] => {
    const found: (readonly [string, Pending])[] = []
    for (const [id, pending] of waiting) {
      const agent = view.get(id)
      if (agent !== undefined && isLife(agent, pending.base)) found.push([id, pending])
      else waiting.delete(id)
    }
    return found
  }

  return {
    report: (id, said) => {
      const at = clock.wall()
      return add(id, (before) => afterReport(before, said, at))
    },
    served: (id, request) => {
      const at = clock.wall()
      return add(id, (before) => afterRequest(before, request, at))
    },
    current: (id) => {
      const agent = view.get(id)
      return agent === undefined ? undefined : baseOf(agent).record
    },
    heard: (kept) => {
      const id = kept.record.agentId
      const agent = view.get(id)
      if (agent === undefined || !isLife(agent, kept)) return
      const pending = waiting.get(id)
      if (pending === undefined) {
        if (kept.revision > (copy.get(id)?.revision ?? 0)) copy.set(id, kept)
      } else if (kept.revision > pending.base.revision) {
        pending.base = kept
        showAll(pending)
      }
    },
    rebase: () => {
      for (const [id, pending] of living()) {
        const agent = view.get(id)
        if (agent === undefined) continue
        pending.base = baseOf(agent)
        showAll(pending)
      }
    },
    pending: () => waiting.size > 0,
    take: () =>
      living().flatMap(([id, pending]) => {
        pending.handed = pending.steps.length
        return copy.get(id) ?? []
      }),
    kept: (handed, overtaken) => {
      const stored = new Map(overtaken.map((one) => [one.record.agentId, one]))
      for (const one of handed) {
        const id = one.record.agentId
        const pending = waiting.get(id)
        if (pending !== undefined && isLife(one, pending.base)) settle(pending, one, stored.get(id))
      }
    },
    failed: () => {
      for (const pending of waiting.values()) pending.handed = 0
    },
  }
}
