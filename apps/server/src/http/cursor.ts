// Where a page of agents ended, as text that a caller hands back without reading it. It names a place in the order,
// not an agent: it holds when that agent is gone.

import { isAgentId } from '@arcp/protocol/model'

import type { OrderKey } from '../live/ordered.ts'

/** The latest moment a date can be made of. */
const LATEST = 8.64e15

export const encodeCursor = ({ registeredAt, id }: OrderKey): string =>
  Buffer.from(`${registeredAt} ${id}`).toString('base64url')

/** @returns undefined for what no hub has given out */
export const decodeCursor = (text: string): OrderKey | undefined => {
  const [, time = '', id = ''] = /^(\d{1,16}) (\S+)$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? []
  const key = { registeredAt: Number(time), id }
  return isAgentId(id) && key.registeredAt <= LATEST && encodeCursor(key) === text ? key : undefined
}
