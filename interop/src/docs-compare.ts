// Whether what a program printed is what a page claims. `…` stands for any text within a line, times are those of the run.
import { isObject } from './frames.ts'

const TIMES = [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/] as const

/** Numbers that differ from run to run. */
const CHANGING: ReadonlySet<string> = new Set(['timestamp', 'iat', 'exp', 'off'])

const VERSION = /^\d+\.\d+\.\d+$/

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

const fitsText = (claimed: string, actual: string): boolean =>
  TIMES.some((time) => time.test(claimed) && time.test(actual)) ||
  new RegExp(`^${claimed.split('…').map(escape).join('.*')}$`, 's').test(actual)

/** The first line that is not as claimed, or undefined. */
export const textFault = (claimed: string, actual: readonly string[]): string | undefined => {
  const lines = claimed.split('\n')
  const at = lines.findIndex((line, index) => !fitsText(line, actual[index] ?? '(nothing)'))
  if (at !== -1)
    return `line ${at + 1} is said to be ${JSON.stringify(lines[at])}, and is ${JSON.stringify(actual[at])}`
  return actual.length > lines.length
    ? `there is more than is said: ${JSON.stringify(actual[lines.length])}`
    : undefined
}

/** The path of the first value that is not as claimed, or undefined. */
export const valueFault = (claimed: unknown, actual: unknown, path = ''): string | undefined => {
  const differs = `${path || '/'} is said to be ${JSON.stringify(claimed)}, and is ${JSON.stringify(actual)}`
  // The hub's own version changes with each release; that of an agent is the page's.
  if (path === '/version' && VERSION.test(String(claimed)) && VERSION.test(String(actual))) return undefined
  if (typeof claimed === 'string') return typeof actual === 'string' && fitsText(claimed, actual) ? undefined : differs
  if (typeof claimed === 'number') {
    const changes = CHANGING.has(path.split('/').at(-1) ?? '') && typeof actual === 'number'
    return changes || claimed === actual ? undefined : differs
  }
  if (Array.isArray(claimed) && Array.isArray(actual)) {
    if (claimed.length !== actual.length) return differs
    return firstFault(claimed.map((value, index) => valueFault(value, actual[index], `${path}/${index}`)))
  }
  if (isObject(claimed) && isObject(actual)) {
    const keys = [...new Set([...Object.keys(claimed), ...Object.keys(actual)])]
    return firstFault(keys.map((key) => valueFault(claimed[key], actual[key], `${path}/${key}`)))
  }
  return claimed === actual ? undefined : differs
}

const firstFault = (faults: readonly (string | undefined)[]): string | undefined =>
  faults.find((fault) => fault !== undefined)
