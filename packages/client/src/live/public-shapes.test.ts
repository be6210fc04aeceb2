import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readPublicFrame } from './public-shapes.ts'

interface Case {
  readonly about: string
  readonly name: string
  readonly json?: unknown
  readonly text?: string
  readonly expect: { readonly kind: string; readonly frame?: unknown }
}

const file = new URL('../../../protocol/test/vectors/frames/public-down.json', import.meta.url)
const { cases }: { cases: Case[] } = JSON.parse(readFileSync(file, 'utf8'))
const textOf = ({ text, json }: Case) => text ?? JSON.stringify(json)

describe('frames of /public/ws', () => {
  const frames = cases.filter(({ expect }) => expect.kind === 'frame')
  test.each(frames)('$about: $name', (each) => {
    expect(readPublicFrame(textOf(each))).toEqual(each.expect.frame)
  })

  const others = cases.filter(({ expect }) => expect.kind !== 'frame' && expect.kind !== 'invalid')
  test.each(others)('$about: $name is passed over', (each) => {
    expect(readPublicFrame(textOf(each))).toBeNull()
  })

  test('[X51] own names of objects are no frames', () => {
    expect(readPublicFrame('{"type":"constructor"}')).toBeNull()
    expect(readPublicFrame('{"type":"__proto__"}')).toBeNull()
  })
})
