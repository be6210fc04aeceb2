// From a service's answer to vectors: as many as were asked for, finite, of one dimension, brought to length 1.

import { isJsonObject, ownValue } from '@arcp/protocol/codec'

import type { EmbeddingFault } from '../../domain/embeddings.ts'
import { err, ok, type Result } from '../../kernel/result.ts'

const MAX_DIMENSION = 8192

/** @param dimension of the vectors that came before, undefined for the first */
export const parseVectors = (
  text: string,
  count: number,
  dimension: number | undefined,
): Result<readonly Float32Array[], EmbeddingFault> => {
  const garbage = (reason: string) => err({ kind: 'garbage', reason } as const)
  const answer = parseJson(text)
  const data = isJsonObject(answer) ? ownValue(answer, 'data') : undefined
  if (!Array.isArray(data) || data.length !== count) return garbage('the answer does not hold one vector for each text')
  const items: readonly unknown[] = data
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count }, () => undefined)
  for (const [position, item] of items.entries()) {
    if (!isJsonObject(item)) return garbage('an entry of the answer is no object')
    const index = ownValue(item, 'index') ?? position
    const vector = vectorOf(ownValue(item, 'embedding'))
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count) {
      return garbage('an entry of the answer is for no text')
    }
    if (vector === undefined) return garbage('a vector is not made of finite numbers')
    vectors[index] = vector
  }
  const wanted = dimension ?? vectors[0]?.length
  const whole = vectors.filter((vector) => vector?.length === wanted).filter((vector) => vector !== undefined)
  return whole.length === count ? ok(whole) : garbage('vectors are missing or have different dimensions')
}

const vectorOf = (value: unknown): Float32Array | undefined => {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_DIMENSION) return undefined
  const numbers: readonly unknown[] = value
  const vector = new Float32Array(numbers.length)
  let sum = 0
  for (const [index, number] of numbers.entries()) {
    if (typeof number !== 'number' || !Number.isFinite(number)) return undefined
    vector[index] = number
    sum += number * number
  }
  const length = Math.sqrt(sum)
  if (!Number.isFinite(length) || length === 0) return undefined
  return vector.map((number) => number / length)
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
