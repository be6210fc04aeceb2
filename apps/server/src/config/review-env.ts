// What the environment asks for beside the options: what is refused, what is ignored, what looks like a slip of the pen.

import { ofKubernetes, type Env } from './env.ts'
import { KNOWN_SETTINGS } from './known-settings.ts'
import { OPTIONS } from './options.ts'

export interface SettingNotice {
  readonly event: 'setting_ignored' | 'setting_unknown'
  readonly name: string
  readonly reason: string
}

export interface EnvReview {
  /** One line for each variable that stops the start. */
  readonly refusals: readonly string[]
  /** What is said once the hub is up. */
  readonly notices: readonly SettingNotice[]
}

/** Nobody else has variables that begin like this. */
const OURS = /^(ARCP|WS|PUBLIC_WS|AGENT_WS|DASHBOARD|WEBSOCKET|SQLITE|LEASE|DRAIN)_/
/** What Kubernetes adds for a service of that name. */
const OF_KUBERNETES = /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP)/
/** A name this short is a slip of too many others. */
const SHORT = 6
const SLIPS = 2

export const reviewEnv = (env: Env): EnvReview => {
  const refusals: string[] = []
  const notices: SettingNotice[] = []
  for (const [name, given = ''] of Object.entries(env)) {
    const value = given.trim()
    if (value === '' || ofKubernetes(name, value) || Object.hasOwn(OPTIONS, name)) continue
    const known = KNOWN_SETTINGS.get(name)
    if (known === undefined) notices.push(...strange(name))
    else if (known.fate === 'elsewhere' || known.fine?.test(value) === true) continue
    else if (known.fate === 'ignored') notices.push({ event: 'setting_ignored', name, reason: known.reason })
    else refusals.push(`${name} must be ${known.fine?.shown ?? 'unset'}: ${known.reason}`)
  }
  return { refusals, notices }
}

const strange = (name: string): readonly SettingNotice[] => {
  if (OF_KUBERNETES.test(name)) return []
  const near = nearest(name)
  if (near === undefined && !OURS.test(name)) return []
  const reason = near === undefined ? 'this hub has no such setting' : `did you mean ${near}?`
  return [{ event: 'setting_unknown', name, reason }]
}

const names: readonly string[] = [...Object.keys(OPTIONS), ...KNOWN_SETTINGS.keys()]

const nearest = (name: string): string | undefined => {
  if (name.length < SHORT) return undefined
  let best: string | undefined
  let least = SLIPS + 1
  for (const known of names) {
    if (known.length < SHORT || Math.abs(known.length - name.length) >= least) continue
    const slips = distance(name, known)
    if (slips < least) {
      least = slips
      best = known
    }
  }
  return best
}

/** Letters to add, drop, change or swap with their neighbour (Damerau-Levenshtein, optimal string alignment). */
const distance = (from: string, to: string): number => {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1]
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (same ? 0 : 1),
          swapped ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      )
    }
  }
  return at(from.length, to.length)
}
