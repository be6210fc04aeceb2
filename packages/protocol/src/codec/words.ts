/** Owns: recognising the bare words `ping` and `pong` (C2). Must not know: JSON. */

/** Longer texts are no bare word: keeps the check cheap for a 64 KiB frame. */
const LONGEST_PADDED_WORD = 64

/** The bare word the text is (trimmed, any case), else null. */
export function bareWord(text: string): 'ping' | 'pong' | null {
  if (text.length > LONGEST_PADDED_WORD) return null
  const word = text.trim()
  if (word.length !== 4) return null
  const lower = word.toLowerCase()
  return lower === 'ping' || lower === 'pong' ? lower : null
}
