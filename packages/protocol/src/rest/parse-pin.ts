/**
 * Owns: the body of `POST /auth/set_pin` and `POST /auth/verify_pin`.
 * Must not know: the PIN of any session.
 */
import { Type, type Static } from '@sinclair/typebox'
import { isJsonObject, ownValue } from '../codec/json.ts'
import { Text, type TextSchema } from '../model/text.ts'
import { createReport, finish, type Parsed } from './parsed.ts'
import { checkText } from './read-fields.ts'

const newPin = Text({ minLength: 4, maxLength: 32 })
const anyPin = Text({ minLength: 1, maxLength: 32 })

export const PinBody = Type.Object({ pin: anyPin })
export type PinBody = Static<typeof PinBody>

/** What is tried first; compared in lower case. */
const WEAK: ReadonlySet<string> = new Set([
  ...Array.from({ length: 10 }, (_, digit) => String(digit).repeat(4)),
  '1234',
  '12345',
  '123456',
  'password',
  'admin',
])

function readPin(input: unknown, schema: TextSchema, weak: ReadonlySet<string>): Parsed<string> {
  const report = createReport()
  if (!isJsonObject(input)) {
    report.add('', 'must be a JSON object')
    return finish(report, '')
  }
  const pin = ownValue(input, 'pin')
  if (pin === undefined || pin === null) report.add('/pin', 'is required')
  else if (typeof pin !== 'string') report.add('/pin', 'must be a string')
  else if (checkText(report, '/pin', pin, schema)) {
    if (weak.has(pin.toLowerCase())) report.add('/pin', 'is too easily guessed: take another')
    return finish(report, pin)
  }
  return finish(report, '')
}

/** A PIN that may be set: taken as it is, not trimmed. */
export const parseNewPin = (input: unknown): Parsed<string> => readPin(input, newPin, WEAK)

/** A PIN that is to be checked. */
export const parsePin = (input: unknown): Parsed<string> => readPin(input, anyPin, new Set())
