/** Table of contents: routes under `/auth`. */
import { TempTokenAnswer } from '../auth.ts'
import { TempTokenBody } from '../parse-temp-token.ts'
import type { Route } from '../route.ts'

export const AUTH_ROUTES = {
  requestTempToken: {
    method: 'POST',
    path: '/auth/agent/request_temp_token',
    tier: 'public',
    summary: 'Exchange an agent key for a temp token of one agent id',
    success: 200,
    body: TempTokenBody,
    answers: { 200: TempTokenAnswer },
  },
  validateCompliance: {
    method: 'POST',
    path: '/auth/agent/validate_compliance',
    tier: 'public',
    summary: 'Phase two of three-phase registration; 409 tpr-disabled before any token check when that is off',
    success: 202,
    answers: {},
  },
} as const satisfies Readonly<Record<string, Route>>
