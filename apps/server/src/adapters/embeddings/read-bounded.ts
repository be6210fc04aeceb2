// The text of an answer, as long as it is not too long.

/** Throws when there is more than `max` bytes, or when they are no UTF-8. */
export const readBounded = async (response: Response, max: number): Promise<string> => {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let read = 0
  for await (const chunk of response.body ?? []) {
    read += chunk.length
    if (read > max) throw new Error('the answer is too long')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
