import { describe, expect, it } from 'vitest'

import type { ProfileNode } from './inspector.ts'
import { liveBytesBySite } from './live-bytes.ts'

const node = (functionName: string, url: string, selfSize: number, children: ProfileNode[] = []): ProfileNode => ({
  callFrame: { functionName, url, lineNumber: 6 },
  selfSize,
  children,
})
const SERVER = 'file:///x/apps/server/dist'

describe('live bytes', () => {
  it('count for the nearest function of ours, also where a library allocated them', () => {
    const library = node('set', 'file:///x/node_modules/lru/index.js', 30, [node('', '', 12)])
    const head = node('(root)', '', 0, [
      node('boot', 'node:internal', 5),
      node('open', `${SERVER}/channels/receive.js`, 100, [library, node('make', `${SERVER}/channels/session.js`, 200)]),
      node('', 'file:///x/packages/protocol/dist/codec.js', 7),
      node('open', `${SERVER}/channels/receive.js`, 1),
    ])
    expect(liveBytesBySite(head)).toEqual([
      { where: 'make, channels/session', bytes: 200 },
      { where: 'open, channels/receive', bytes: 143 },
      { where: 'codec, line 7 as built', bytes: 7 },
      { where: 'Node, libraries and code', bytes: 5 },
    ])
  })
})
