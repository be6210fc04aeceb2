/** Runs every golden request body. */
import { describe, expect, it } from 'vitest'
import { parseRegistration } from '../src/rest/parse-registration.ts'
import { parseTempTokenRequest } from '../src/rest/parse-temp-token.ts'
import { bodyOf, readVectors, type BodyCase } from './vector-files.ts'

function pathsOf(result: object): readonly string[] {
  if (!('issues' in result) || !Array.isArray(result.issues)) return []
  return result.issues.map((issue: { readonly path: string }) => issue.path)
}

describe('register body', () => {
  const file = readVectors<BodyCase>('bodies/register.json')
  const rules = file.rules ?? { allowedTypes: [] }
  for (const testCase of file.cases) {
    it(testCase.name, () => {
      const result = parseRegistration(bodyOf(file, testCase), rules)
      if (testCase.expect.ok) expect(result).toStrictEqual(testCase.expect)
      else {
        expect(result.ok).toBe(false)
        expect(pathsOf(result)).toStrictEqual(testCase.expect.paths)
      }
    })
  }
})

describe('temp token body', () => {
  const file = readVectors<BodyCase>('bodies/request-temp-token.json')
  for (const testCase of file.cases) {
    it(testCase.name, () => {
      const result = parseTempTokenRequest(bodyOf(file, testCase))
      const { paths, ...expected } = testCase.expect
      expect(result).toMatchObject(expected)
      if (paths !== undefined) expect(pathsOf(result)).toStrictEqual(paths)
    })
  }
})
