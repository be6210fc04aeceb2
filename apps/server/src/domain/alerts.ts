// When a finding becomes an alert, and when the alert ends: a pure function of what stood before, figures and time.
// One alert per condition, until the condition ends, its severity changes, or its cooldown passes.

import type { Alert, AlertSeverity } from '@arcp/protocol/model'

import { ALERT_RULES, type AlertFigures, type AlertRule, type Finding } from './alert-rules.ts'

/** After so long an alert whose condition lasts is raised once more. */
export const COOLDOWN_S: Readonly<Record<AlertSeverity, number>> = { critical: 300, warning: 900, info: 3600 }
/** Evaluations in a row without a finding before an alert ends: what flickers is one alert, not many. */
export const CALM_TO_END = 2

interface Standing {
  readonly id: string
  readonly severity: AlertSeverity
  /** Epoch milliseconds. */
  readonly raisedAt: number
}

interface Condition {
  readonly standing: Standing | undefined
  /** Evaluations in a row that found something else than what stands: raised or ended when there are enough. */
  readonly streak: number
}

export interface AlertState {
  readonly conditions: ReadonlyMap<string, Condition>
  /** Alerts raised so far. */
  readonly raised: number
}

export interface Evaluation {
  readonly state: AlertState
  readonly raised: readonly Alert[]
  /** Ids of alerts whose condition ended. */
  readonly ended: readonly string[]
  /** Ids of alerts in whose place another one of the same condition was raised. */
  readonly replaced: readonly string[]
}

export const NO_ALERTS: AlertState = { conditions: new Map(), raised: 0 }

const CALM: Condition = { standing: undefined, streak: 0 }

type Step = 'nothing' | 'raise' | 'end'

/** What is to be done about a finding, and the streak that follows. */
const judge = (
  { standing, streak }: Condition,
  rule: AlertRule,
  finding: Finding | undefined,
  now: number,
): { readonly step: Step; readonly streak: number } => {
  if (finding?.severity === standing?.severity) {
    const cooled = standing !== undefined && now - standing.raisedAt >= COOLDOWN_S[standing.severity] * 1000
    return { step: cooled ? 'raise' : 'nothing', streak: 0 }
  }
  const grown = streak + 1
  const needed = finding === undefined || isMilder(finding.severity, standing?.severity) ? CALM_TO_END : rule.after
  if (grown < needed) return { step: 'nothing', streak: grown }
  return { step: finding === undefined ? 'end' : 'raise', streak: 0 }
}

const RANK: Readonly<Record<AlertSeverity, number>> = { info: 1, warning: 2, critical: 3 }
const isMilder = (one: AlertSeverity, other: AlertSeverity | undefined): boolean =>
  other !== undefined && RANK[one] < RANK[other]

export interface EvaluationInput {
  readonly figures: AlertFigures
  /** Epoch milliseconds; steps back are harmless. */
  readonly now: number
  /** Makes ids of this hub and this start its own. */
  readonly prefix: string
}

export const evaluateAlerts = (
  state: AlertState,
  { figures, now, prefix }: EvaluationInput,
  rules: readonly AlertRule[] = ALERT_RULES,
): Evaluation => {
  const conditions = new Map<string, Condition>()
  const raised: Alert[] = []
  const ended: string[] = []
  const replaced: string[] = []
  for (const rule of rules) {
    const before = state.conditions.get(rule.key) ?? CALM
    const { standing } = before
    const finding = rule.find(figures, standing?.severity)
    const { step, streak } = judge(before, rule, finding, now)
    if (step === 'nothing') {
      conditions.set(rule.key, { standing, streak })
      continue
    }
    if (standing !== undefined) (step === 'end' ? ended : replaced).push(standing.id)
    if (step === 'end' || finding === undefined) {
      conditions.set(rule.key, CALM)
      continue
    }
    const id = `${prefix}-${state.raised + raised.length + 1}`
    const { type, title } = rule
    raised.push({ id, type, title, ...finding, timestamp: new Date(now).toISOString() })
    conditions.set(rule.key, { standing: { id, severity: finding.severity, raisedAt: now }, streak: 0 })
  }
  return { state: { conditions, raised: state.raised + raised.length }, raised, ended, replaced }
}
