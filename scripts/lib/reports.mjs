// Reads what vitest wrote about each package (reports/vitest.json) and turns it into one count.
// A package that should have tested and left no report counts as a failure: silence is not success.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './run.mjs'

/** @typedef {{ passed: number, failed: string[], skipped: string[] }} Tally names of what failed or was skipped */

/** @returns {Tally} */
export const emptyTally = () => ({ passed: 0, failed: [], skipped: [] })

const reportOf = (folder) => `${root}${folder}/reports/vitest.json`

/** Old reports must not be read as new ones. */
export const removeReports = (packages) => {
  for (const { folder } of packages) rmSync(reportOf(folder), { force: true })
}

/** One test file of a report. A file that broke outside its tests fails once under its own name. */
const tallyFile = (tally, label, file) => {
  const name = `${label}  ${relative(root, file.name)}`
  let failures = 0
  for (const test of file.assertionResults) {
    const title = `${name} > ${[...test.ancestorTitles, test.title].join(' > ')}`
    if (test.status === 'passed') tally.passed += 1
    else if (test.status === 'failed') {
      failures += 1
      tally.failed.push(title)
    } else tally.skipped.push(title)
  }
  if (file.status === 'failed' && failures === 0) tally.failed.push(name)
}

/**
 * @param {{ name: string, folder: string }[]} packages that were told to test
 * @param {boolean} ok what the run that started them said
 * @returns {Tally}
 */
export const readReports = (packages, ok) => {
  const tally = emptyTally()
  for (const { name, folder } of packages) {
    if (!existsSync(reportOf(folder))) {
      tally.failed.push(`${name}  wrote no test report`)
      continue
    }
    const report = JSON.parse(readFileSync(reportOf(folder), 'utf8'))
    const before = tally.failed.length
    for (const file of report.testResults) tallyFile(tally, name, file)
    if (!report.success && tally.failed.length === before) tally.failed.push(`${name}  failed outside its tests`)
  }
  if (!ok && tally.failed.length === 0) tally.failed.push('the test run failed outside the tests of any package')
  return tally
}
