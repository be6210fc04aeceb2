/** Owns: reading the hub's URL. Must not know: routes. */

export interface HubUrl {
  /** Without a trailing slash. */
  readonly http: string
  readonly ws: string
}

/** Throws a TypeError for anything that is not an http(s) URL: a mistake in a program, not of the network. */
export function parseHubUrl(text: string): HubUrl {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new TypeError(`url must be an http:// or https:// URL such as http://localhost:8001, not "${text}"`)
  }
  const http = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  return { http, ws: http.replace(/^http/, 'ws') }
}
