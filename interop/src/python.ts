// The published Python client in its virtual environments (interop/.venv-<version>, made by `npm run verify`).
// Without them the tests that need one are skipped and say why; in CI they fail.
import { existsSync, globSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { startProgram, type Exit, type Program } from './program.ts'
import { within } from './recording.ts'

export const CLIENT_VERSIONS = ['2.1.2', '2.0.3'] as const
export type ClientVersion = (typeof CLIENT_VERSIONS)[number]

const interop = fileURLToPath(new URL('..', import.meta.url))
/** The interpreter of its environment. */
export const pythonOf = (version: ClientVersion): string => `${interop}.venv-${version}/bin/python`
const isCi = !['', 'false', undefined].includes(process.env['CI'])

/** For `describe.skipIf`: true when this client is missing and may be. */
export const skipWithout = (version: ClientVersion): boolean => {
  const skip = !isCi && !existsSync(pythonOf(version))
  if (skip) console.warn(`Skipped: interop/.venv-${version} is missing. \`npm run verify\` makes it.`)
  return skip
}

/** `websockets-15.0.1.dist-info`, or undefined when the environment is missing. */
const websocketsOf = (version: ClientVersion): string | undefined =>
  globSync(`${interop}.venv-${version}/lib/python3*/site-packages/websockets-*.dist-info`).at(0)?.split('/').at(-1)

/** The clients that differ in the `websockets` they bring: programs that use that alone need no others. */
export const websocketsVersions = (): readonly ClientVersion[] =>
  CLIENT_VERSIONS.filter(
    (version, index) => CLIENT_VERSIONS.findIndex((one) => websocketsOf(one) === websocketsOf(version)) === index,
  )

/** Starts a script below interop/, unbuffered, so that its lines can be waited for. */
export const startPython = (
  version: ClientVersion,
  script: string,
  env: Readonly<Record<string, string>> = {},
): Program => {
  const python = pythonOf(version)
  if (!existsSync(python)) throw new Error(`interop/.venv-${version} is missing. \`npm run verify\` makes it.`)
  // cwd: the client reads a .env of the folder it is started in.
  // -B: scripts import each other, and the checkout stays as it is.
  return startProgram(python, ['-u', '-B', `${interop}${script}`], { cwd: tmpdir(), env })
}

export interface Finished extends Exit {
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
}

/** Waits for the end of a program; at the deadline it is killed, and the error has its output. */
export const finish = async (program: Program, deadlineMs = 40_000): Promise<Finished> => {
  try {
    const exit = await within(program.exit, deadlineMs, 'Python script')
    return { ...exit, stdout: program.stdout.items, stderr: program.stderr.items }
  } catch (error) {
    await program.end('SIGKILL')
    throw new Error(`The script did not end.\n${program.output()}`, { cause: error })
  }
}

export const runPython = (
  version: ClientVersion,
  script: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> => finish(startPython(version, script, env))
