// The answer to a request, as tests look at it.

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON, or the text when it is none. */
  readonly body: unknown
}

export interface TextAnswer extends Answer {
  readonly text: string
}
