/** Table of contents: routes under `/security`. What is off answers 501. */
import type { Route } from '../route.ts'
import { NotEnabled, SecurityHealth } from '../security.ts'

export const SECURITY_ROUTES = {
  attestationChallenge: {
    method: 'POST',
    path: '/security/attestation/challenge',
    tier: 'public',
    summary: 'Attestation: not enabled',
    success: 501,
    answers: { 501: NotEnabled },
  },
  attestationVerify: {
    method: 'POST',
    path: '/security/attestation/verify',
    tier: 'agent-or-temp',
    summary: 'Attestation: not enabled',
    success: 501,
    answers: { 501: NotEnabled },
  },
  attestationStatus: {
    method: 'GET',
    path: '/security/attestation/status/{agent_id}',
    tier: 'agent',
    summary: 'Attestation: not enabled',
    success: 501,
    answers: { 501: NotEnabled },
  },
  verifySbom: {
    method: 'POST',
    path: '/security/sbom/verify',
    tier: 'agent',
    summary: 'Verification of SBOMs: not enabled',
    success: 501,
    answers: { 501: NotEnabled },
  },
  scanContainer: {
    method: 'POST',
    path: '/security/container/scan',
    tier: 'agent',
    summary: 'Scanning of containers: not enabled',
    success: 501,
    answers: { 501: NotEnabled },
  },
  securityHealth: {
    method: 'GET',
    path: '/security/health',
    tier: 'public',
    summary: 'Which of these services are there',
    success: 200,
    answers: { 200: SecurityHealth },
  },
} as const satisfies Readonly<Record<string, Route>>
