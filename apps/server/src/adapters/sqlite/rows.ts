// From rows to what the domain knows, believing nothing: a file may have been written by anybody.

import type { SQLOutputValue } from 'node:sqlite'

import { isCardOf, type Agent, type Tombstone } from '../../domain/agent.ts'
import type { Remembered } from '../../domain/transition.ts'
import { DamagedRecord } from './faults.ts'

export type Row = Readonly<Record<string, SQLOutputValue>>

export const textOf = (row: Row, column: string): string => {
  const value = row[column]
  if (typeof value === 'string') return value
  throw new DamagedRecord(`a record has no text in "${column}"`)
}

export const integerOf = (row: Row, column: string): number => {
  const value = row[column]
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new DamagedRecord(`a record has no whole number in "${column}"`)
}

export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const agentOf = (row: Row): Agent => {
  const id = textOf(row, 'id')
  const registration = jsonOf(textOf(row, 'card'))
  if (!isCardOf(id, registration)) {
    throw new DamagedRecord(`the record of agent ${JSON.stringify(id)} cannot be read`)
  }
  return {
    id,
    incarnation: integerOf(row, 'incarnation'),
    epoch: textOf(row, 'epoch'),
    card: registration,
    keyId: textOf(row, 'key_id'),
    status: oneOf(row, 'status', ['alive', 'dead']),
    registeredAt: integerOf(row, 'registered_at'),
    seenAt: integerOf(row, 'seen_at'),
  }
}

export const tombstoneOf = (row: Row): Tombstone => ({
  id: textOf(row, 'id'),
  incarnation: integerOf(row, 'incarnation'),
  epoch: textOf(row, 'epoch'),
  keyId: textOf(row, 'key_id'),
  reason: oneOf(row, 'reason', ['unregistered', 'expired', 'revoked']),
  endedAt: integerOf(row, 'ended_at'),
})

export const rememberedOf = (row: Row): Remembered => ({
  bodyDigest: textOf(row, 'body_digest'),
  id: textOf(row, 'id'),
  incarnation: integerOf(row, 'incarnation'),
  offset: integerOf(row, 'at_offset'),
  registeredAt: integerOf(row, 'registered_at'),
})

const oneOf = <const W extends readonly string[]>(row: Row, column: string, words: W): W[number] => {
  const value = textOf(row, column)
  const word = words.find((known) => known === value)
  if (word === undefined) throw new DamagedRecord(`a record has an unknown "${column}"`)
  return word
}
