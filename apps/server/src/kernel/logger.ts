// The shape of a logger, so that no layer needs to know which library writes the lines.

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

export interface Logger {
  readonly debug: (event: string, fields?: LogFields) => void
  readonly info: (event: string, fields?: LogFields) => void
  readonly warn: (event: string, fields?: LogFields) => void
  /** `cause` keeps the stack of the error that was caught. */
  readonly error: (event: string, fields?: LogFields, cause?: unknown) => void
}

const nothing = (): void => undefined

export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
