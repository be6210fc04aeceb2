// GET /metrics/scrape: the hub's metrics for a scraper that holds the scrape token.

import { sameDigest, sha256Hex } from '../kernel/digest.ts'
import { bearer, single } from '../kernel/http.ts'
import { problem, readOnly } from './answer.ts'
import type { Extra } from './router.ts'

export interface ScrapeDeps {
  /** `METRICS_SCRAPE_TOKEN`; empty closes the route. */
  readonly token: string
  readonly metrics: { readonly text: () => Promise<string>; readonly contentType: string }
}

export const createScrape = ({ token, metrics }: ScrapeDeps): Extra => {
  const expected = sha256Hex(token)
  return async ({ path, method, headers }) => {
    if (path !== '/metrics/scrape') return undefined
    const refused = readOnly(method)
    if (refused !== undefined) return refused
    if (token === '')
      return problem('forbidden', 'Metrics are closed on this hub: set METRICS_SCRAPE_TOKEN to open them')
    if (single(headers, 'authorization') === undefined) {
      return problem('authentication-failed', 'Send Authorization: Bearer <METRICS_SCRAPE_TOKEN>')
    }
    const given = bearer(headers) ?? ''
    if (!sameDigest(sha256Hex(given), expected)) {
      return problem('forbidden', 'This is not the scrape token of this hub')
    }
    return { status: 200, headers: [['content-type', metrics.contentType]], body: await metrics.text() }
  }
}
