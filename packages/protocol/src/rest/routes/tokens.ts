/** Table of contents: routes under `/tokens`. */
import { TokenMintBody } from '../parse-token-mint.ts'
import { MintAnswer, PostedTokenValid, RefreshAnswer, TokenInvalid, TokenValid } from '../tokens.ts'
import { PostedTokenParameters } from '../query-schemas.ts'
import type { Route } from '../route.ts'

export const TOKEN_ROUTES = {
  validateToken: {
    method: 'GET',
    path: '/tokens/validate',
    tier: 'public',
    summary: 'What the token in the Authorization header says; 401 with valid:false when it is bad',
    success: 200,
    answers: { 200: TokenValid, 401: TokenInvalid },
  },
  validatePostedToken: {
    method: 'POST',
    path: '/tokens/validate',
    query: PostedTokenParameters,
    tier: 'public',
    summary: 'The same for a token in the query; 200 either way',
    success: 200,
    answers: { 200: [PostedTokenValid, TokenInvalid] },
  },
  refreshToken: {
    method: 'POST',
    path: '/tokens/refresh',
    tier: 'public',
    summary: 'A new token for the access or admin token in the Authorization header, or for the cookie of a log-in',
    success: 200,
    answers: { 200: RefreshAnswer },
  },
  mintToken: {
    method: 'POST',
    path: '/tokens/mint',
    tier: 'admin',
    summary: 'A token for a user, an agent or oneself; with a PIN in the session it needs X-Session-Pin',
    success: 200,
    body: TokenMintBody,
    answers: { 200: MintAnswer },
  },
} as const satisfies Readonly<Record<string, Route>>
