// Every word the hub's agents use, and which of them look like a given one. Found by parts of three characters, so that
// no query walks through all words.

export interface Alike {
  readonly word: string
  /** 1 for the word itself; less for one that begins with it, contains it, or is its beginning. */
  readonly quality: number
}

export interface Vocabulary {
  readonly add: (word: string) => void
  readonly remove: (word: string) => void
  /** The best first; the word itself, where it is known, is the first. */
  readonly like: (word: string) => readonly Alike[]
  readonly size: () => number
}

/** Words that are looked at, and those that are used, for one word of a query. */
const MAX_LOOKED_AT = 2000
const MAX_USED = 32
/** A word's beginning stands for it ("forecast" for "forecasts") from this many characters and this share of it. */
const STEM_MIN = 4
const STEM_SHARE = 0.7

const PREFIX = { least: 0.5, more: 0.3 }
const INSIDE = { least: 0.3, more: 0.2 }
const STEM = 0.7

export const createVocabulary = (): Vocabulary => {
  const words = new Set<string>()
  const byPart = new Map<string, Set<string>>()

  const candidates = (word: string): ReadonlySet<string> => {
    let fewest: ReadonlySet<string> | undefined
    // What contains a longer word need not begin with its first two.
    for (const part of word.length < 3 ? partsOf(word) : threes(word)) {
      const having = byPart.get(part)
      if (having === undefined) return NONE
      if (fewest === undefined || having.size < fewest.size) fewest = having
    }
    return fewest ?? NONE
  }

  const longer = (word: string): Alike[] => {
    const found: Alike[] = []
    let lookedAt = 0
    for (const other of candidates(word)) {
      if (lookedAt >= MAX_LOOKED_AT) break
      lookedAt += 1
      const at = other.indexOf(word)
      if (at < 0 || other.length === word.length) continue
      const { least, more } = at === 0 ? PREFIX : INSIDE
      found.push({ word: other, quality: least + (more * word.length) / other.length })
    }
    return found
  }

  const stems = (word: string): Alike[] => {
    const found: Alike[] = []
    const least = Math.max(STEM_MIN, Math.ceil(word.length * STEM_SHARE))
    for (let length = word.length - 1; length >= least; length -= 1) {
      const stem = word.slice(0, length)
      if (words.has(stem)) found.push({ word: stem, quality: (STEM * length) / word.length })
    }
    return found
  }

  return {
    add: (word) => {
      if (words.has(word)) return
      words.add(word)
      for (const part of partsOf(word)) {
        const having = byPart.get(part)
        if (having === undefined) byPart.set(part, new Set([word]))
        else having.add(word)
      }
    },
    remove: (word) => {
      if (!words.delete(word)) return
      for (const part of partsOf(word)) {
        const having = byPart.get(part)
        having?.delete(word)
        if (having?.size === 0) byPart.delete(part)
      }
    },
    like: (word) => {
      const itself = words.has(word) ? [{ word, quality: 1 }] : []
      const others = [...longer(word), ...stems(word)].toSorted((a, b) => b.quality - a.quality)
      return [...itself, ...others.slice(0, MAX_USED)]
    },
    size: () => words.size,
  }
}

const NONE: ReadonlySet<string> = new Set()

const threes = (word: string): Set<string> => {
  const parts = new Set<string>()
  for (let at = 0; at + 3 <= word.length; at += 1) parts.add(word.slice(at, at + 3))
  return parts
}

/** Its parts of three characters, and its first two: what begins with a word of two is found by those. */
const partsOf = (word: string): ReadonlySet<string> => {
  const parts = threes(word)
  return word.length >= 2 ? parts.add(`^${word.slice(0, 2)}`) : parts
}
