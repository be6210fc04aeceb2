// Whose allocations are still alive: a sampled heap profile, summed by the functions of the hub.
import type { ProfileNode } from './inspector.ts'

export interface Site {
  /** A function and its file, or what a library was called for by it. */
  readonly where: string
  readonly bytes: number
}

const OWN = /\/(apps\/server|packages\/[^/]+)\/dist\/(.+)\.js$/
const ELSEWHERE = 'Node, libraries and code'

const ownName = ({ functionName, url, lineNumber }: ProfileNode['callFrame']): string | undefined => {
  const file = OWN.exec(url)?.[2]
  if (file === undefined) return undefined
  return functionName === '' ? `${file}, line ${lineNumber + 1} as built` : `${functionName}, ${file}`
}

/** Bytes per function of ours, most first. What a library allocates counts for the function of ours that called it. */
export const liveBytesBySite = (head: ProfileNode): readonly Site[] => {
  const sums = new Map<string, number>()
  const walk = (node: ProfileNode, caller: string): void => {
    const own = ownName(node.callFrame) ?? caller
    if (node.selfSize > 0) sums.set(own, (sums.get(own) ?? 0) + node.selfSize)
    for (const child of node.children) walk(child, own)
  }
  walk(head, ELSEWHERE)
  return [...sums].map(([where, bytes]) => ({ where, bytes })).sort((a, b) => b.bytes - a.bytes)
}
