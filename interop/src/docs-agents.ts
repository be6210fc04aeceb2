// The whole agents of agent-development.md as somebody would run them: they beat faster here.
import { blocksOf, type Block } from './docs-blocks.ts'

const WHOLE = new Set([
  'TypeScript',
  'TypeScript with @arcp/client',
  'Python with httpx and websockets',
  'Python with arcp-py',
])

/** With a heartbeat every fifth of a second. */
const lastingText = (text: string): string =>
  text.replace('BEAT_MS = 20_000', 'BEAT_MS = 200').replace('BEAT_S = 20', 'BEAT_S = 0.2')

export const wholeAgents = (): readonly Block[] => {
  const found = blocksOf('agent-development.md')
    .filter(({ heading, kind }) => WHOLE.has(heading) && kind !== 'text')
    .map((block) => Object.assign({}, block, { text: lastingText(block.text) }))
  if (found.length !== WHOLE.size) throw new Error('agent-development.md has other whole agents than expected')
  return found
}
