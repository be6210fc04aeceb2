// How a subscriber tells which list shows a registration, without parsing it: by the ends that the skimmer kept.
import type { SkimmedFrame } from './frame-skimmer.ts'

export const isList = (frame: SkimmedFrame): boolean => frame.head.includes('agents_update')

export const totalCount = (frame: SkimmedFrame): number =>
  Number(/"total_count": ?(\d+)/.exec(frame.tail.toString('latin1').slice(-200))?.[1])

/**
 * What told the frame: the new agent's id in it, or the count where the list is cut before the new agent; undefined
 * when the list does not show it.
 */
export const seesBy = (frame: SkimmedFrame, agentId: string, total: number): 'id' | 'count' | undefined => {
  if (!isList(frame)) return undefined
  if (frame.tail.includes(`"${agentId}"`)) return 'id'
  return frame.tail.includes('"truncated"') && totalCount(frame) === total ? 'count' : undefined
}
