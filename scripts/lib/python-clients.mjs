// The published Python client, in the versions the interop tests run: a virtual environment for each under interop/.
import { existsSync, rmSync } from 'node:fs'
import { root, run } from './run.mjs'

export const clientVersions = ['2.1.2', '2.0.3']

// The newest client needs 3.10; ensurepip is what Debian's python3-venv adds.
const usable = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'

/** @returns {Promise<string | undefined>} a Python that can make virtual environments */
export const findPython = async () => {
  for (const name of ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10']) {
    if ((await run(name, ['-c', usable])).ok) return name
  }
  return undefined
}

const environmentOf = (version) => `${root}interop/.venv-${version}`

const isInstalled = async (version) => {
  const python = `${environmentOf(version)}/bin/python`
  if (!existsSync(python)) return false
  const { ok, output } = await run(python, ['-c', 'from importlib.metadata import version; print(version("arcp-py"))'])
  return ok && output.trim() === version
}

/** A half-made environment never stays: the tests take its presence for the client's. */
const install = async (python, version) => {
  const folder = environmentOf(version)
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', `arcp-py==${version}`]
  let result = await run(python, ['-m', 'venv', '--clear', folder], { limitMs: 120_000 })
  if (result.ok) result = await run(`${folder}/bin/python`, pip, { limitMs: 300_000 })
  if (!result.ok) rmSync(folder, { recursive: true, force: true })
  return result
}

/** @returns {Promise<import('./steps.mjs').Outcome>} */
export const installPythonClients = async () => {
  const wanted = []
  for (const version of clientVersions) if (!(await isInstalled(version))) wanted.push(version)
  if (wanted.length === 0) return { ok: true, note: 'nothing missing' }

  const python = await findPython()
  if (python === undefined) return { ok: false, note: 'no Python 3.10 or newer that can make virtual environments' }
  const results = await Promise.all(wanted.map((version) => install(python, version)))
  const output = results.map((result) => result.output).join('\n')
  return results.every((result) => result.ok)
    ? { ok: true, note: `installed ${wanted.join(', ')}` }
    : { ok: false, note: `arcp-py ${wanted.join(', ')} cannot be installed`, output }
}
