/** Table of contents: the hub about itself. */
import { HealthAnswer, LiveAnswer, ReadyAnswer, ServiceInfo } from '../service.ts'
import type { Route } from '../route.ts'

export const SERVICE_ROUTES = {
  root: {
    method: 'GET',
    path: '/',
    tier: 'public',
    summary: 'Name, version and state of the service',
    success: 200,
    answers: { 200: ServiceInfo },
  },
  health: {
    method: 'GET',
    path: '/health',
    tier: 'public',
    summary: 'Health of the hub and its parts; always 200',
    success: 200,
    answers: { 200: HealthAnswer },
  },
  livez: {
    method: 'GET',
    path: '/livez',
    tier: 'public',
    summary: 'The process is alive',
    success: 200,
    answers: { 200: LiveAnswer },
  },
  readyz: {
    method: 'GET',
    path: '/readyz',
    tier: 'public',
    summary: 'The hub takes traffic; 503 while it goes away, 200 with "degraded" while nothing can be stored',
    success: 200,
    answers: { 200: ReadyAnswer, 503: ReadyAnswer },
  },
} as const satisfies Readonly<Record<string, Route>>
