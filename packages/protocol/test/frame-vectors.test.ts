/** Runs every golden frame, and holds that every type of the tables has a good and a bad one. */
import { describe, expect, it } from 'vitest'
import { decodeAgentAuth } from '../src/codec/decode-agent-auth.ts'
import { decodeDashboardAuth } from '../src/codec/decode-dashboard-auth.ts'
import { decodeDown } from '../src/codec/decode-down.ts'
import { decodeUp } from '../src/codec/decode-up.ts'
import { DOWN } from '../src/frames/down.ts'
import type { Endpoint } from '../src/frames/endpoint.ts'
import { UP } from '../src/frames/up.ts'
import { readVectors, textOf, type FrameCase } from './vector-files.ts'

const ENDPOINTS: readonly Endpoint[] = ['public', 'agents', 'dashboard']
const DIRECTIONS = [
  { direction: 'up', decode: decodeUp, table: UP },
  { direction: 'down', decode: decodeDown, table: DOWN },
]

for (const { direction, decode, table } of DIRECTIONS) {
  for (const endpoint of ENDPOINTS) {
    const { cases } = readVectors<FrameCase>(`frames/${endpoint}-${direction}.json`)
    describe(`${endpoint} ${direction}`, () => {
      for (const testCase of cases) {
        it(`${testCase.about}: ${testCase.name}`, () => {
          expect(decode(endpoint, textOf(testCase))).toMatchObject(testCase.expect)
        })
        if (testCase.expect.frame !== undefined) {
          it(`${testCase.about}: ${testCase.name}: nothing more, nothing less`, () => {
            expect(decode(endpoint, textOf(testCase))).toStrictEqual(testCase.expect)
          })
        }
      }

      it.each(Object.keys(table[endpoint]))('%s has a good and a bad vector', (type) => {
        const own = cases.filter((testCase) => testCase.about === type)
        expect(own.some((testCase) => testCase.expect.kind === 'frame')).toBe(true)
        expect(own.some((testCase) => testCase.expect.kind !== 'frame')).toBe(true)
      })
    })
  }
}

describe('dashboard first frame', () => {
  for (const testCase of readVectors<FrameCase>('frames/dashboard-first.json').cases) {
    it(testCase.name, () => {
      expect(decodeDashboardAuth(textOf(testCase))).toStrictEqual(testCase.expect)
    })
  }
})

describe('agents first frame', () => {
  for (const testCase of readVectors<FrameCase>('frames/agents-first.json').cases) {
    it(testCase.name, () => {
      expect(decodeAgentAuth(textOf(testCase))).toMatchObject(testCase.expect)
    })
  }
})
