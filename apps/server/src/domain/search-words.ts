// From texts to the words they are searched by: any script, no case, no accents. Nothing here is a pattern of a user's.

import type { AgentRegistration, JsonValue } from '@arcp/protocol/model'

/** Longer words are known by their first characters. */
const MAX_WORD = 40
const WORDS = /[\p{L}\p{N}]+/gu
// oxlint-disable-next-line no-control-regex
const IS_ASCII = /^[\u0000-\u007F]*$/
const ACCENTS = /[\u0300-\u036F]+/gu
/** Scripts that put no spaces between words: a run of them is searched by pairs of characters. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}'
const RUNS = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, 'gu')
const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, 'u')

/** The same text for the same word, however it was written. */
export const fold = (text: string): string => (IS_ASCII.test(text) ? text.toLowerCase() : foldAny(text))

const foldAny = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(ACCENTS, '')
    // Upper case first: `ß` and `SS` are the same word, and so is every form of sigma.
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    // Case can bring an accent of its own.
    .replace(ACCENTS, '')
    .normalize('NFC')

const pairs = (run: string): readonly string[] => {
  const characters = Array.from(run)
  if (characters.length < 2) return characters
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`)
}

/** The words of a text in their order, repeats included. */
export const wordsOf = (text: string): readonly string[] =>
  (fold(text).match(WORDS) ?? []).flatMap((word) => {
    if (IS_ASCII.test(word)) return [word.slice(0, MAX_WORD)]
    const runs = word.match(RUNS) ?? []
    return runs.flatMap((run) => (IS_UNSPACED.test(run) ? pairs(run) : [run.slice(0, MAX_WORD)]))
  })

export interface SearchField {
  /** How much a word here counts. */
  readonly weight: number
  /** Words a field of ordinary length has: in longer ones each counts less. */
  readonly length: number
  readonly texts: readonly string[]
}

/** What of an agent is searched, what says most about it first. */
export const searchFields = (card: AgentRegistration): readonly SearchField[] => [
  { weight: 3, length: 3, texts: [card.name] },
  { weight: 3, length: 8, texts: card.capabilities },
  { weight: 2, length: 2, texts: [card.agent_type] },
  { weight: 1.5, length: 20, texts: [card.context_brief] },
  { weight: 1.5, length: 12, texts: card.features },
  { weight: 1, length: 80, texts: card.ai_context === null ? [] : [card.ai_context] },
  { weight: 1, length: 20, texts: Object.values(card.metadata).flatMap(textsIn) },
]

const textsIn = (value: JsonValue): readonly string[] => {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** Characters of an agent's text that are embedded: models take some thousand words. */
const MAX_EMBEDDED = 8000

/** One text that says what an agent is, for an embedding model. */
export const embeddedText = (card: AgentRegistration): string =>
  searchFields(card)
    .flatMap(({ texts }) => (texts.length === 0 ? [] : [texts.join(', ')]))
    .join('\n')
    .slice(0, MAX_EMBEDDED)
    .replace(/\p{Surrogate}/gu, '')
