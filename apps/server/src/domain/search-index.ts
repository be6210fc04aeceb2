// Finds agents by the words of a query: an inverted index that moves with every change of an agent, and a score from 0
// to 1 after BM25. It knows ids and texts, not who may be shown.
//
// The scale. Each word of the query that an agent has adds its weight (rare words weigh more) times how well it is
// there: by field, by how often, by the length of the field. The score is the square root of the share of the weight
// that was found: about 0.95 when all words stand in name and capabilities, 0.85 when they stand in the longer texts,
// 0.7 when half of them do, 0.5 when a quarter does.

import type { AgentRegistration } from '@arcp/protocol/model'

import { searchFields, wordsOf } from './search-words.ts'
import { createVocabulary } from './vocabulary.ts'

export interface Scored {
  readonly id: string
  /** Above 0, at most 1. */
  readonly similarity: number
}

export interface SearchIndex {
  /** Adds an agent, or changes it. */
  readonly put: (id: string, card: AgentRegistration) => void
  readonly remove: (id: string) => void
  /** Agents that have anything of the query, in no order. */
  readonly find: (query: string) => readonly Scored[]
  readonly size: () => { readonly agents: number; readonly words: number }
}

/** Distinct words of an agent that are kept, those of its first fields; and words of a query that are looked for. */
export const MAX_WORDS_OF_AGENT = 1000
export const MAX_WORDS_OF_QUERY = 32
/** Entries a query reads at most for words that only look like its own. */
const MAX_READ = 500_000
/** How fast more of the same word stops to count. */
const SATURATION = 0.4

/** Agents that have a word, and how well each has it: 0 to 255. */
interface Posting {
  slots: Uint32Array
  impacts: Uint8Array
  size: number
}

interface Kept {
  readonly slot: number
  readonly words: readonly string[]
}

export const createSearchIndex = (): SearchIndex => {
  const postings = new Map<string, Posting>()
  const vocabulary = createVocabulary()
  const agents = new Map<string, Kept>()
  const ids: string[] = []
  const free: number[] = []
  // Scores of the running query, by slot; all zero between queries.
  let best = new Float64Array(64)
  let total = new Float64Array(64)

  const takeSlot = (id: string): number => {
    const slot = free.pop() ?? ids.length
    ids[slot] = id
    if (slot >= best.length) {
      best = new Float64Array(best.length * 2)
      total = new Float64Array(best.length)
    }
    return slot
  }

  const remove = (id: string): void => {
    const kept = agents.get(id)
    if (kept === undefined) return
    agents.delete(id)
    free.push(kept.slot)
    for (const word of kept.words) {
      const posting = postings.get(word)
      if (posting === undefined) continue
      takeOut(posting, kept.slot)
      if (posting.size > 0) continue
      postings.delete(word)
      vocabulary.remove(word)
    }
  }

  const put = (id: string, card: AgentRegistration): void => {
    remove(id)
    const slot = takeSlot(id)
    const counts = countWords(card)
    agents.set(id, { slot, words: [...counts.keys()] })
    for (const [word, count] of counts) {
      const posting = postings.get(word) ?? { slots: new Uint32Array(1), impacts: new Uint8Array(1), size: 0 }
      if (posting.size === 0) {
        postings.set(word, posting)
        vocabulary.add(word)
      }
      putIn(posting, slot, Math.round((255 * count) / (count + SATURATION)))
    }
  }

  // The rarer, the more it says; an index of a few agents is looked at as if it were a small part of more.
  const weightOf = (word: string, having: number): number => {
    if (FUNCTION_WORDS.has(word)) return 0.1
    if (having === 0) return 0.5
    const all = agents.size + 10
    const idf = Math.log(1 + (all - having + 0.5) / (having + 0.5))
    return 0.2 + (0.8 * idf) / Math.log(1 + (all + 0.5) / 0.5)
  }

  /** Adds what one word of the query gives to the totals, and returns the word's weight. */
  const score = (word: string, touched: number[], budget: { left: number }): number => {
    const reached: number[] = []
    let having = 0
    for (const { word: other, quality } of vocabulary.like(word)) {
      const posting = postings.get(other)
      if (posting === undefined) continue
      if (quality < 1) {
        if (posting.size > budget.left) continue
        budget.left -= posting.size
      }
      having = Math.max(having, posting.size)
      read(posting, quality / 255, reached)
    }
    const weight = weightOf(word, having)
    for (const slot of reached) {
      if (total[slot] === 0) touched.push(slot)
      total[slot] = (total[slot] ?? 0) + weight * (best[slot] ?? 0)
      best[slot] = 0
    }
    return weight
  }

  const read = ({ slots, impacts, size }: Posting, factor: number, reached: number[]): void => {
    for (let at = 0; at < size; at += 1) {
      const slot = slots[at] ?? 0
      const value = (impacts[at] ?? 0) * factor
      const known = best[slot] ?? 0
      if (value <= known) continue
      if (known === 0) reached.push(slot)
      best[slot] = value
    }
  }

  const find = (query: string): readonly Scored[] => {
    const words = [...new Set(wordsOf(query))].slice(0, MAX_WORDS_OF_QUERY)
    const touched: number[] = []
    const budget = { left: MAX_READ }
    let weights = 0
    for (const word of words) weights += score(word, touched, budget)
    return touched.map((slot) => {
      const similarity = Math.sqrt((total[slot] ?? 0) / weights)
      total[slot] = 0
      return { id: ids[slot] ?? '', similarity }
    })
  }

  return { put, remove, find, size: () => ({ agents: agents.size, words: postings.size }) }
}

/** How often each word stands in a card, by the weights and lengths of its fields. */
const countWords = (card: AgentRegistration): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const { weight, length, texts } of searchFields(card)) {
    const words = texts.flatMap(wordsOf)
    const each = weight / (0.5 + (0.5 * words.length) / length)
    for (const word of words) {
      const known = counts.get(word)
      if (known !== undefined || counts.size < MAX_WORDS_OF_AGENT) counts.set(word, (known ?? 0) + each)
    }
  }
  return counts
}

const putIn = (posting: Posting, slot: number, impact: number): void => {
  if (posting.size === posting.slots.length) {
    const slots = new Uint32Array(posting.size * 2)
    const impacts = new Uint8Array(posting.size * 2)
    slots.set(posting.slots)
    impacts.set(posting.impacts)
    posting.slots = slots
    posting.impacts = impacts
  }
  posting.slots[posting.size] = slot
  posting.impacts[posting.size] = Math.max(1, impact)
  posting.size += 1
}

const takeOut = (posting: Posting, slot: number): void => {
  const at = posting.slots.indexOf(slot)
  if (at < 0 || at >= posting.size) return
  posting.size -= 1
  posting.slots[at] = posting.slots[posting.size] ?? 0
  posting.impacts[at] = posting.impacts[posting.size] ?? 0
}

/** Words that say little about what is looked for; found all the same where nothing else is asked. */
const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  (
    'a agent agents an and any are as at be by can could do does find for from get give gives has have how i if in ' +
    'into is it its me my need of on or our please provides show some that the their there this to us use want we ' +
    'what when where which who will with would you your'
  ).split(' '),
)
