// Whether the TypeScript of the pages is sound for somebody who pastes it into a strict project.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Block } from './docs-blocks.ts'
import { startProgram } from './program.ts'
import { finish } from './python.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const TSC = `${root}interop/node_modules/typescript/bin/tsc`

const CONFIG = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    moduleDetection: 'force',
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [`${root}interop/node_modules/@types`],
    paths: { '@arcp/client': [`${root}packages/client/dist/index.d.ts`] },
  },
}

/** What the compiler says about these blocks: one line a fault, with page and line. */
export const typeFaults = async (blocks: readonly Block[]): Promise<readonly string[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'arcp-docs-'))
  try {
    await writeFile(join(directory, 'package.json'), '{"type":"module"}')
    await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(CONFIG))
    for (const { page, line, text } of blocks) await writeFile(join(directory, `${page}-${line}.ts`), text)
    const done = await finish(startProgram(process.execPath, [TSC, '-p', directory, '--pretty', 'false']))
    const faults = [...done.stdout, ...done.stderr]
    return done.code === 0 || faults.length > 0 ? faults : [`the compiler ended with ${done.code}`]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
