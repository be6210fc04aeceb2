// Agents to register in tests.

import type { AgentRegistration } from '@arcp/protocol/model'
import { parseRegistration } from '@arcp/protocol/rest'

export const sampleBody = (id: string, over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  agent_id: id,
  name: 'Sample agent',
  agent_type: 'testing',
  endpoint: 'http://localhost:8010',
  context_brief: 'An agent that stands in tests.',
  capabilities: ['echo', 'compute'],
  owner: 'ARCP tests',
  public_key: 'sample-public-key-of-at-least-32-characters',
  metadata: { language: 'typescript' },
  version: '1.0.0',
  communication_mode: 'remote',
  ...over,
})

/** A card as the hub keeps it. Throws when the parts do not make a valid one. */
export const sampleCard = (id: string, over: Readonly<Record<string, unknown>> = {}): AgentRegistration => {
  const body = sampleBody(id, over)
  const parsed = parseRegistration(body, { allowedTypes: [String(body['agent_type'])] })
  if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join('; '))
  return parsed.value
}
