// What measuring reads from the system, handed in so that a test can be any machine.

import { readFile, statfs } from 'node:fs/promises'

export interface FileSystemSpace {
  /** Any unit, the same for all. */
  readonly blocks: number
  readonly free: number
  /** Free for whom the hub runs as. */
  readonly available: number
}

export interface Readers {
  /** Undefined where there is no such file, or it may not be read. */
  readonly text: (path: string) => Promise<string | undefined>
  readonly space: (path: string) => Promise<FileSystemSpace | undefined>
}

export const systemReaders: Readers = {
  text: (path) => readFile(path, 'utf8').catch(() => undefined),
  space: async (path) => {
    try {
      const { blocks, bfree, bavail } = await statfs(path)
      return { blocks, free: bfree, available: bavail }
    } catch {
      return undefined
    }
  },
}

/** The number a file holds; undefined for `max` and everything else that is none. */
export const numberIn = (text: string | undefined): number | undefined => {
  const word = text?.trim() ?? ''
  return /^\d+$/.test(word) ? Number(word) : undefined
}

/** The number behind a word at the begin of a line: `MemTotal:  123 kB`, `usage_usec 123`. */
export const numberAfter = (text: string | undefined, word: string): number | undefined => {
  const line = text?.split('\n').find((one) => one.startsWith(`${word} `) || one.startsWith(`${word}:`))
  const [, digits] = /(\d+)/.exec(line?.slice(word.length) ?? '') ?? []
  return digits === undefined ? undefined : Number(digits)
}
