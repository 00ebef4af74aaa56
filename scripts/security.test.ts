import { describe, expect, test } from 'vitest'

import { THREATS } from '../packages/sidecar/tests/security/threats.ts'
import { missingFiles, readDocument, readProofs } from './write-security.ts'

describe('docs/security.md', () => {
  test('has the threats and tests that there are (written anew by scripts/write-security.ts)', () => {
    const { is, should } = readDocument(readProofs())
    expect(is).toBe(should)
  })

  test('has for every threat that is answered a test, and for no other', () => {
    const proved = new Set(readProofs().flatMap(({ rows }) => rows))
    const toProve = [...THREATS].filter(([, { isProved }]) => isProved).map(([row]) => row)
    expect([...proved].toSorted()).toEqual(toProve.toSorted())
  })

  test('has a threat for every test', () => {
    for (const { file, nameless, rows } of readProofs()) {
      expect([file, nameless]).toEqual([file, 0])
      expect(rows).not.toEqual([])
    }
  })

  test('names no test file that is not there', () => {
    expect(missingFiles()).toEqual([])
  })
})
