// The progress of `npm start` and `npm run verify`: a line for each step, with its time.
import { interruption } from './run.mjs'

const out = process.stdout
const live = out.isTTY === true

/** @param {number} ms */
export const duration = (ms) => {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/**
 * @typedef {{ ok: boolean, note?: string, output?: string }} Outcome what a step came to: `note` stands behind its time,
 *   `output` is shown in full when it failed
 */

/**
 * @param {string[]} titles every step that will be run, in order
 * @returns a function that runs the next step and prints its line
 */
export const progress = (titles) => {
  const width = Math.max(...titles.map((title) => title.length)) + 2
  let index = 0

  /** @param {() => Promise<Outcome>} work */
  return async (work) => {
    const title = titles[index]
    index += 1
    const count = `[${index}/${titles.length}]`.padStart(`[${titles.length}/${titles.length}]`.length)
    const head = `${count} ${`${title} …`.padEnd(width)} `
    const began = performance.now()
    out.write(head)
    const ticking = live
      ? setInterval(() => out.write(`\r${head}${Math.round((performance.now() - began) / 1000)} s`), 1000).unref()
      : undefined
    const outcome = await work()
    clearInterval(ticking)
    const stopped = interruption() !== null
    const state = stopped ? 'stopped' : outcome.ok ? 'done' : 'FAILED'
    const note = outcome.note === undefined ? '' : `  ${outcome.note}`
    const line = `${state.padEnd(7)} ${duration(performance.now() - began).padStart(10)}${note}`
    out.write(live ? `\r\u001B[K${head}${line}\n` : `${line}\n`)
    if (!outcome.ok && !stopped && outcome.output !== undefined) out.write(`\n${outcome.output.trimEnd()}\n\n`)
    return outcome
  }
}
