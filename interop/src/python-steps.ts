// What the programs of interop/python said of each call they made, one line of JSON a call.
import { isObject } from './frames.ts'
import { runPython, type ClientVersion } from './python.ts'

/** What a call returned, or the error it raised. */
export type Outcome = { readonly ok: unknown } | { readonly error: string }

/** method -> case -> outcome */
export type Outcomes = Map<string, Map<string, Outcome>>

const outcomeOf = (line: Readonly<Record<string, unknown>>): Outcome =>
  typeof line['error'] === 'string' ? { error: line['error'] } : { ok: line['ok'] }

/** Runs a program to its end and adds what it said; one that breaks off fails with what it wrote. */
export const collectSteps = async (
  into: Outcomes,
  version: ClientVersion,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<void> => {
  const done = await runPython(version, script, env)
  if (done.code !== 0) throw new Error(`${script} ended with ${done.code}:\n${done.stderr.join('\n')}`)
  for (const text of done.stdout) {
    const line: unknown = JSON.parse(text)
    if (!isObject(line)) throw new Error(`${script} said ${text}`)
    const { method, case: name } = line
    if (typeof method !== 'string' || typeof name !== 'string') throw new Error(`${script} said ${text}`)
    const cases = into.get(method) ?? new Map<string, Outcome>()
    if (cases.has(name)) throw new Error(`${script} tells ${method}, ${name}, twice`)
    into.set(method, cases.set(name, outcomeOf(line)))
  }
}
