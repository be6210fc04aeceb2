// The programs the tests run against or call: Redis, a browser, nginx, Python, curl, bash, prlimit. Installed from
// Debian's packages when they are missing and we may (root, apt); otherwise the caller is told what to install.
import { existsSync } from 'node:fs'
import { delimiter } from 'node:path'
import { run } from './run.mjs'
import { findPython } from './python-clients.mjs'

// nginx is installed to sbin, which is not on every user's PATH.
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
const onPath = (name) => folders.some((folder) => existsSync(`${folder}/${name}`))

const programs = [
  { package: 'redis-server', present: () => onPath('redis-server') },
  { package: 'chromium', present: () => ['chromium', 'chromium-browser', 'google-chrome'].some(onPath) },
  { package: 'nginx', present: () => onPath('nginx') },
  { package: 'curl', present: () => onPath('curl') },
  { package: 'bash', present: () => onPath('bash') },
  // prlimit, which fills a disk for one process.
  { package: 'util-linux', present: () => onPath('prlimit') },
  { package: 'python3-venv', present: async () => (await findPython()) !== undefined },
]

const missingPackages = async () => {
  const missing = []
  for (const program of programs) if (!(await program.present())) missing.push(program.package)
  return missing
}

/** @returns {Promise<import('./steps.mjs').Outcome>} */
export const installSystemPackages = async () => {
  const missing = await missingPackages()
  if (missing.length === 0) return { ok: true, note: 'nothing missing' }

  const install = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    return { ok: false, output: `The tests need ${missing.join(', ')}. As root on Debian or Ubuntu:\n\n  ${install}` }
  }
  const result = await run('sh', ['-c', install], { env: { DEBIAN_FRONTEND: 'noninteractive' }, limitMs: 300_000 })
  if (!result.ok) return { ...result, note: `apt-get could not install ${missing.join(', ')}` }
  const still = await missingPackages()
  if (still.length > 0)
    return { ok: false, output: `${result.output}\nInstalled, but still not found: ${still.join(', ')}` }
  return { ok: true, note: `installed ${missing.join(', ')}` }
}
