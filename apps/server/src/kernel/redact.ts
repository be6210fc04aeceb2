// The second net under what is written down: texts that look like a credential, and JSON keys that hold one. The first
// net is that nobody logs them.

/** Names whose values never appear, at any depth. */
const SECRET_NAMES = [
  'token',
  'access_token',
  'temp_token',
  'refresh_token',
  'authorization',
  'cookie',
  'agent_key',
  'agent_keys',
  'password',
  'secret',
  'jwt_secret',
  'pin',
  'api_key',
]

const CENSOR = '[redacted]'

const JWT = /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g
const BEARER = /\b(bearer)(?:[ +]|%20)+[\w.~+/=-]{8,}/gi
/** A secret written as a word and its value: `pin=1234`. */
const NAMED = new RegExp(`\\b(${SECRET_NAMES.join('|')})=[^\\s&"\\\\]+`, 'gi')
/** The same in JSON, whatever kind of value it has, lists and objects aside: their own keys are looked at. */
const IN_JSON = new RegExp(`"(${SECRET_NAMES.join('|')})":(?:"(?:[^"\\\\]|\\\\.)*"|-?[\\d.eE+-]+)`, 'gi')

/** Without what looks like a credential. Linear in the text, which may be JSON: it stays JSON. */
export const redact = (text: string): string =>
  text
    .replace(IN_JSON, (_found, name: string) => `"${name}":"${CENSOR}"`)
    .replace(JWT, CENSOR)
    .replace(BEARER, (_found, word: string) => `${word} ${CENSOR}`)
    .replace(NAMED, (_found, name: string) => `${name}=${CENSOR}`)
