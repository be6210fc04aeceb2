// Loaded into a process by --import: notes when its phases were over and writes them to START_PROBE_FILE when it ends.
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { performance } from 'node:perf_hooks'

const file = process.env['START_PROBE_FILE']
let modules = 0
let lastModuleMs = 0
const packages: Record<string, number> = {}

registerHooks({
  load: (url, context, nextLoad) => {
    const result = nextLoad(url, context)
    modules += 1
    const from = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? (url.startsWith('node:') ? 'node' : 'own')
    packages[from] = (packages[from] ?? 0) + 1
    lastModuleMs = performance.now()
    return result
  },
})

process.on('exit', () => {
  if (file === undefined) return
  const { bootstrapComplete, loopStart } = performance.nodeTiming
  writeFileSync(
    file,
    JSON.stringify({ bootMs: bootstrapComplete, loopStartMs: loopStart, modules, lastModuleMs, packages }),
  )
})
