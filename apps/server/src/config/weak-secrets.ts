// Secrets that everybody knows or can guess. Development takes them, production does not.

/** Stand in examples and manuals; whoever copies those has no secret. */
const COPIED = /change[-_ ]?(me|this|in)|your[-_ ]|example|placeholder|default|secret[-_ ]?key|dummy|insert|replace/i
/** `test-agent-001` and the like. */
const OF_TESTS = /^(test|demo|dev|sample|my|agent)[-_]?(agent|key)?[-_]?(key)?[-_]?\d*$/i
/** A random text of 24 hex digits has fewer characters once in 300 million times. */
const DISTINCT = 6

const isWeak = (secret: string): boolean =>
  COPIED.test(secret) || OF_TESTS.test(secret) || new Set(secret).size < Math.min(DISTINCT, secret.length / 2)

/** One line for each; none of them repeats the secret. */
export const weakSecrets = (values: ReadonlyMap<string, unknown>): readonly string[] => {
  if (values.get('ENVIRONMENT') !== 'production') return []
  return ['JWT_SECRET', 'AGENT_KEYS', 'AGENT_KEYS_FILE', 'METRICS_SCRAPE_TOKEN'].flatMap((name) => {
    const given = values.get(name)
    // Of the file only its keys are asked, not its name.
    if (name === 'AGENT_KEYS_FILE' && !Array.isArray(given)) return []
    const secrets = (Array.isArray(given) ? given : [given]).filter((one) => typeof one === 'string' && one !== '')
    if (!secrets.some((one) => isWeak(String(one)))) return []
    return [
      `${name} holds one that others know or can guess, which production refuses: "openssl rand -base64 48" makes one`,
    ]
  })
}
