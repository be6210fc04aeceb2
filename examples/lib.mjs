// What the examples share: reading the command line, and failing with one line.
import { readFileSync } from 'node:fs'

const DEFAULT_URL = 'http://localhost:8001'

/**
 * Ends the program with one line that says what went wrong.
 * @param {string} message
 * @returns {never}
 */
export function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/** The hub's URL: the first argument, or where a hub listens by default. */
export function hubUrl() {
  const text = process.argv[2] ?? DEFAULT_URL
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '')
  return fail(`"${text}" is no URL of a hub. Usage: node ${process.argv[1] ?? 'example'} [${DEFAULT_URL}]`)
}

/** The client, which comes from the build. */
export async function loadClient() {
  try {
    return await import('@arcp/client')
  } catch {
    return fail('@arcp/client is not built yet: run "npm start" once, or "pnpm install && pnpm build".')
  }
}

/** The agent key: ARCP_AGENT_KEY, or the first one the hub made for itself. */
export function agentKey() {
  const given = process.env['ARCP_AGENT_KEY']
  if (given !== undefined && given !== '') return given
  const file = `${process.env['ARCP_DATA_DIR'] ?? '.data'}/secrets.json`
  return (
    firstKey(file) ?? fail(`No agent key: set ARCP_AGENT_KEY, or run where the hub keeps its ${file} (ARCP_DATA_DIR).`)
  )
}

/** @param {string} file */
function firstKey(file) {
  try {
    const { AGENT_KEYS } = JSON.parse(readFileSync(file, 'utf8'))
    const [first] = Array.isArray(AGENT_KEYS) ? AGENT_KEYS : String(AGENT_KEYS ?? '').split(',')
    return typeof first === 'string' && first.trim() !== '' ? first.trim() : null
  } catch {
    return null
  }
}
