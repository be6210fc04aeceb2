// A request with a body exactly as given, and its answer with the text as it came, held to the protocol's contract.
import type { TextAnswer } from './answer.ts'
import { holdToContract } from './contract.ts'
import type { Hub } from './hub.ts'

export type { Answer, TextAnswer } from './answer.ts'

export interface Sent {
  readonly token?: string
  /** Sent as it is, as `application/json` unless the headers say otherwise. */
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

/** The hub itself waits 10 s for others. */
const DEADLINE_MS = 15_000

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export const send = async (
  hub: Pick<Hub, 'url'>,
  method: string,
  path: string,
  { token, body, headers = {} }: Sent = {},
): Promise<TextAnswer> => {
  const url = new URL(`${hub.url}${path}`)
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    signal: AbortSignal.timeout(DEADLINE_MS),
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  const answer = { status: response.status, headers: response.headers, text, body: parse(text) }
  holdToContract(method, url.pathname, answer)
  return answer
}
