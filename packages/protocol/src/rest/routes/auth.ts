/** Table of contents: routes under `/auth`. */
import { DoneAnswer, LoginAnswer, PinStatus, SessionStatus, TempTokenAnswer } from '../auth.ts'
import { LoginBody } from '../parse-login.ts'
import { PinBody } from '../parse-pin.ts'
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
  validationStatus: {
    method: 'GET',
    path: '/auth/agent/validation/{validation_id}',
    tier: 'temp',
    summary: 'A validation of three-phase registration; 404 for every id while that is off',
    success: 200,
    answers: {},
  },
  login: {
    method: 'POST',
    path: '/auth/login',
    headers: ['X-Client-Fingerprint'],
    tier: 'public',
    summary: 'Open a session for an administrator; needs X-Client-Fingerprint',
    success: 200,
    body: LoginBody,
    answers: { 200: LoginAnswer },
  },
  logout: {
    method: 'POST',
    path: '/auth/logout',
    tier: 'admin',
    summary: 'End the session, its tokens and its sockets; takes no body',
    success: 200,
    answers: { 200: DoneAnswer },
  },
  setPin: {
    method: 'POST',
    path: '/auth/set_pin',
    tier: 'admin',
    summary: 'Give the session a PIN, once; what cannot be undone then needs X-Session-Pin',
    success: 200,
    body: PinBody,
    answers: { 200: DoneAnswer },
  },
  verifyPin: {
    method: 'POST',
    path: '/auth/verify_pin',
    tier: 'admin',
    summary: 'Check the PIN of the session; five wrong ones end it',
    success: 200,
    body: PinBody,
    answers: { 200: DoneAnswer },
  },
  pinStatus: {
    method: 'GET',
    path: '/auth/pin_status',
    tier: 'admin',
    summary: 'Whether the session has a PIN',
    success: 200,
    answers: { 200: PinStatus },
  },
  sessionStatus: {
    method: 'GET',
    path: '/auth/session_status',
    tier: 'admin',
    summary: 'Whose session it is, and until when',
    success: 200,
    answers: { 200: SessionStatus },
  },
} as const satisfies Readonly<Record<string, Route>>
