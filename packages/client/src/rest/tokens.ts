/** Owns: the calls about tokens. Must not know: HTTP, what the claims mean. */
import type { RefreshAnswer, TokenInvalid, TokenValid } from '@arcp/protocol'
import type { Call, CallOptions } from './call.ts'
import { isRefreshed, isTokenVerdict } from './shapes.ts'
import type { TokenBook } from './token-book.ts'

export interface TokenOptions extends CallOptions {
  /** Default: the client's own. */
  readonly token?: string
}

export interface TokensApi {
  /** What the token says; a bad token is an answer (`valid: false`), not an error. */
  readonly validate: (options?: TokenOptions) => Promise<TokenValid | TokenInvalid>
  /** A new access token for the old one, which this client then uses in its place. */
  readonly refresh: (options?: TokenOptions) => Promise<RefreshAnswer>
}

export function createTokensApi(call: Call, tokens: TokenBook): TokensApi {
  const tokenOf = (options: TokenOptions) => options.token ?? tokens.own()
  return {
    validate: (options = {}) =>
      call(
        { method: 'GET', path: '/tokens/validate', token: tokenOf(options), shape: isTokenVerdict, alsoGood: [401] },
        options,
      ),
    refresh: async (options = {}) => {
      const token = tokenOf(options)
      const answer = await call({ method: 'POST', path: '/tokens/refresh', token, shape: isRefreshed }, options)
      if (token !== null) tokens.replace(token, answer.access_token)
      return answer
    },
  }
}
