// The fenced blocks of a page of docs/, with the heading they stand under and what the comment before them says.
// Must not know: how a block is checked.
//
// A comment on the line before a fence is not shown to readers and tells the tests what the text cannot:
//   <!-- check: frame = public down; hub = PUBLIC_WS_INTERVAL=0.5; agents = weather-01 -->
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url))

/** The pages whose every block is checked. */
export const PAGES = [
  'websocket-api.md',
  'rest-api.md',
  'agent-development.md',
  'client-library.md',
  'operating.md',
] as const
export type Page = (typeof PAGES)[number]

/**
 * - `frame`: endpoint and direction of a frame that its `type` does not tell, such as `agents down` for a bare list
 * - `body`, `answer`: the route whose request or answer a JSON block is; an answer may add its status
 * - `output`: the block shows what the program before it printed
 * - `hub`: settings of the hub a program runs against
 * - `agents`: ids that are registered before a program runs; TOKEN is the access token of the first
 * - `shell`: goes on in the shell where the block that gets a token has run, with its functions and TOKEN
 * - `stop`: the program stays; SIGTERM ends it once it printed this
 * - `cluster`: there are two hubs on one Redis, on ports 8001 and 8002
 * - `defaults`: every setting of the block has its default
 */
const NOTES = ['frame', 'body', 'answer', 'output', 'hub', 'agents', 'shell', 'stop', 'cluster', 'defaults'] as const
export type Note = (typeof NOTES)[number]

export interface Block {
  readonly page: Page
  readonly heading: string
  /** Position of the fence, from 1. */
  readonly line: number
  readonly kind: string
  readonly text: string
  readonly notes: ReadonlyMap<Note, string>
}

export const pageText = (page: Page): string => readFileSync(`${DOCS}${page}`, 'utf8')

const isNote = (name: string): name is Note => NOTES.some((note) => note === name)

const notesIn = (line: string | undefined, where: string): ReadonlyMap<Note, string> => {
  const inner = /^<!-- check: (.*) -->$/.exec(line ?? '')?.[1]
  if (inner === undefined) return new Map()
  return new Map(
    inner.split(';').map((part) => {
      const [, name = '', value = ''] = /^\s*(\w+)(?: = (.*?))?\s*$/.exec(part) ?? []
      if (!isNote(name)) throw new Error(`${where}: no such note: ${part}`)
      return [name, value]
    }),
  )
}

/** Every fenced block of the page, in order; throws for a fence that is not written the one way that is read here. */
export const blocksOf = (page: Page): readonly Block[] => {
  const lines = pageText(page).split('\n')
  const blocks: Block[] = []
  let heading = ''
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const where = `docs/${page}:${at + 1}`
    heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading
    if (!/^\s*(?:```|~~~)/.test(line)) continue
    const kind = /^```(\w+)$/.exec(line)?.[1]
    if (kind === undefined) throw new Error(`${where}: a fence is three backticks at the margin and one word`)
    const end = lines.indexOf('```', at + 1)
    if (end === -1) throw new Error(`${where}: the block is not closed`)
    const text = lines.slice(at + 1, end).join('\n')
    blocks.push({ page, heading, line: at + 1, kind, text, notes: notesIn(lines[at - 1], where) })
    at = end
  }
  return blocks
}

/** The block that gets TOKEN for the other pages. */
export const tokenBlock = (): Block => {
  const found = blocksOf('agent-development.md').find(
    ({ kind, text }) => kind === 'bash' && text.includes('export TOKEN'),
  )
  if (found === undefined) throw new Error('no block of agent-development.md gets a token')
  return found
}

/** What a program is said to print: the block right after it, if it is one of output. */
export const outputOf = (block: Block, blocks: readonly Block[]): Block | undefined => {
  const next = blocks[blocks.indexOf(block) + 1]
  return next !== undefined && (next.kind === 'text' || next.notes.has('output')) ? next : undefined
}
