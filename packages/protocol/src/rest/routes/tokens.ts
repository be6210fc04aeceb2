/** Table of contents: routes under `/tokens`. */
import { PostedTokenValid, RefreshAnswer, TokenInvalid, TokenValid } from '../tokens.ts'
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
    tier: 'public',
    summary: 'The same for a token in the query; 200 either way',
    success: 200,
    answers: { 200: [PostedTokenValid, TokenInvalid] },
  },
  refreshToken: {
    method: 'POST',
    path: '/tokens/refresh',
    tier: 'public',
    summary: 'A new access token for the one in the Authorization header; temp tokens are refused',
    success: 200,
    answers: { 200: RefreshAnswer },
  },
} as const satisfies Readonly<Record<string, Route>>
