// What is worth an alert (D7), as data: what is looked at, from which figure on, and what the alert says.

import type { AlertSeverity, ResourceUtilization } from '@arcp/protocol/model'

import type { RecentFigures } from './monitoring.ts'

export interface AlertFigures {
  readonly requests: RecentFigures
  readonly agents: { readonly total: number; readonly alive: number }
  /** `degraded`: works, and what it holds is at risk. */
  readonly storage: 'available' | 'degraded' | 'lost'
  readonly resources: ResourceUtilization
}

export interface Finding {
  readonly severity: AlertSeverity
  readonly message: string
}

export interface AlertRule {
  /** Of the condition; one alert at a time has it. */
  readonly key: string
  readonly type: 'performance' | 'errors' | 'agents' | 'storage' | 'resources'
  readonly title: string
  /** Evaluations in a row that must find it before it is raised: a peak of a moment is no alert. */
  readonly after: number
  /**
   * @param held the severity of the alert that stands: it is only given up below its threshold by `MARGIN`
   * @returns undefined when all is well or nothing is known
   */
  readonly find: (figures: AlertFigures, held: AlertSeverity | undefined) => Finding | undefined
}

/** Share of a threshold by which a figure must fall below it before an alert of that threshold ends. */
export const MARGIN = 0.05
/** Requests within the window below which a share of failures says nothing. */
const FEW_REQUESTS = 10

/** Lowest first. */
type Thresholds = readonly (readonly [severity: AlertSeverity, above: number])[]

const severityAt = (value: number, thresholds: Thresholds, held: AlertSeverity | undefined) => {
  let found: (typeof thresholds)[number] | undefined
  for (const level of thresholds) {
    const [severity, above] = level
    if (value > (severity === held ? above * (1 - MARGIN) : above)) found = level
  }
  return found
}

interface Measured extends Pick<AlertRule, 'key' | 'type' | 'title'> {
  readonly after?: number
  readonly thresholds: Thresholds
  readonly value: (figures: AlertFigures) => number | null
  readonly message: (value: string, threshold: string) => string
  readonly show: (value: number) => string
}

const measured = ({ thresholds, value, message, show, after = 1, ...rule }: Measured): AlertRule => ({
  ...rule,
  after,
  find: (figures, held) => {
    const now = value(figures)
    const level = now === null ? undefined : severityAt(now, thresholds, held)
    if (now === null || level === undefined) return undefined
    return { severity: level[0], message: message(show(now), show(level[1])) }
  },
})

const percent = (value: number): string => `${Math.round(value * 10) / 10} %`

const resource = (name: keyof ResourceUtilization, title: string, what: string, thresholds: Thresholds): AlertRule =>
  measured({
    key: `resources.${name}`,
    type: 'resources',
    title,
    // Two in a row: starting a process is not a machine that is too small.
    after: 2,
    thresholds,
    value: ({ resources }) => resources[name],
    message: (value, threshold) => `${what} is at ${value} (above ${threshold})`,
    show: percent,
  })

const agents: AlertRule = {
  key: 'agents',
  type: 'agents',
  title: 'Agent connectivity',
  after: 1,
  find: ({ agents: { total, alive } }) => {
    // A hub nobody uses yet is no fault.
    if (total === 0) return { severity: 'info', message: 'No agent is registered' }
    if (alive === 0) return { severity: 'critical', message: `None of ${total} agents is alive` }
    if (alive * 2 < total) return { severity: 'warning', message: `Only ${alive} of ${total} agents are alive` }
    return undefined
  },
}

const storage: AlertRule = {
  key: 'storage',
  type: 'storage',
  title: 'Storage',
  after: 1,
  find: (figures) => {
    if (figures.storage === 'lost') {
      return { severity: 'critical', message: 'Nothing can be stored: registering and unregistering are refused' }
    }
    if (figures.storage === 'degraded') {
      return { severity: 'warning', message: 'The store works and may lose what it acknowledged' }
    }
    return undefined
  },
}

export const ALERT_RULES: readonly AlertRule[] = [
  measured({
    key: 'performance',
    type: 'performance',
    title: 'High response time',
    thresholds: [
      ['info', 1],
      ['warning', 1.5],
      ['critical', 2],
    ],
    value: ({ requests }) => requests.meanTime,
    message: (value, threshold) => `Requests take ${value} on average (above ${threshold})`,
    show: (seconds) => `${Math.round(seconds * 100) / 100} s`,
  }),
  measured({
    key: 'errors',
    type: 'errors',
    title: 'High error rate',
    thresholds: [
      ['info', 5],
      ['warning', 15],
      ['critical', 20],
    ],
    value: ({ requests: { recent, errorRate } }) =>
      recent > FEW_REQUESTS && errorRate !== null ? errorRate * 100 : null,
    message: (value, threshold) => `${value} of the requests fail (above ${threshold})`,
    show: percent,
  }),
  agents,
  storage,
  resource('cpu', 'High CPU load', 'The processor', [
    ['info', 70],
    ['warning', 80],
    ['critical', 90],
  ]),
  resource('memory', 'Memory is short', 'The memory', [
    ['info', 75],
    ['warning', 85],
    ['critical', 95],
  ]),
  resource('storage', 'The disk fills up', 'The file system of ARCP_DATA_DIR', [
    ['info', 80],
    ['warning', 85],
    ['critical', 95],
  ]),
  resource('network', 'High network load', 'The network', [
    ['warning', 60],
    ['critical', 80],
  ]),
]
