// GET /docs: the routes of this hub as a plain page, made from the protocol's own table.

import { ROUTES, type Route } from '@arcp/protocol/rest'

import type { HttpAnswer } from '../kernel/http.ts'

const WHO: Readonly<Record<Route['tier'], string>> = {
  public: 'anybody',
  temp: 'temp token',
  agent: 'agent or admin token',
  'agent-or-temp': 'agent or temp token',
  admin: 'admin token',
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const row = (route: Route): string =>
  `<tr><td>${route.method}</td><td><code>${escape(route.path)}</code></td><td>${WHO[route.tier]}</td><td>${escape(route.summary)}</td></tr>`

const STYLE =
  ':root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}' +
  'table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .75rem;border-bottom:1px solid #8884}' +
  'code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}.wide{overflow-x:auto}' +
  '@media(max-width:40rem){.wide thead{display:none}.wide tr{display:block;padding:.5rem 0;border-bottom:1px solid #8884}' +
  '.wide td{display:inline;border:0;padding:0 .5rem 0 0}.wide td:last-child{display:block}}'

export const docsPage = (version: string, styleNonce: string): HttpAnswer => ({
  status: 200,
  headers: [
    ['content-type', 'text/html; charset=utf-8'],
    [
      'content-security-policy',
      `default-src 'none'; style-src 'nonce-${styleNonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    ],
  ],
  body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>ARCP routes</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style nonce="${styleNonce}">${STYLE}</style></head><body>
<h1>ARCP ${escape(version)}</h1>
<p>Errors are RFC 9457 problem documents. Live frames: <code>/public/ws</code> (anybody), <code>/agents/ws</code> (agent token as the first frame) and <code>/dashboard/ws</code> (admin token as the first frame). Requests with an admin token carry the <code>X-Client-Fingerprint</code> of the log-in; the protocol is described in <code>PROTOCOL.md</code> of <code>@arcp/protocol</code>.</p>
<div class="wide"><table><thead><tr><th>Method</th><th>Path</th><th>Who</th><th>What</th></tr></thead><tbody>
${(Object.values(ROUTES) as readonly Route[]).map(row).join('\n')}
</tbody></table></div>
<h2>Beside the protocol</h2>
<ul><li><code>/docs</code>: this page</li><li><a href="/openapi.json">/openapi.json</a>, <a href="/asyncapi.json">/asyncapi.json</a>: the same for programs, and <code>/schemas/</code> one by one</li><li><code>/dashboard/</code>: the dashboard</li>
<li><code>/metrics/scrape</code>: metrics for Prometheus, with the scrape token</li></ul></body></html>
`,
})
