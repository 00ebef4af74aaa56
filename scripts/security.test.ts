import { describe, expect, test } from 'vitest'

import { THREATS } from '../packages/sidecar/tests/security/threats.ts'
import { missingFiles, readDocument, readProofs } from './write-security.ts'

describe('docs/security.md', () => {
  test('has the threats and tests that there are (written anew by scripts/write-security.ts)', () => {
    const { is, should } = readDocument(readProofs())
    expect(is).toBe(should)
  })

  test('has every threat, with a test if it is answered and none if it is not', () => {
    const rows = Array.from({ length: 22 }, (_, index) => `T${index + 1}`)
    expect([...THREATS.keys()]).toEqual(rows)
    const proved = new Set(readProofs().flatMap((proofs) => proofs.rows))
    for (const [row, { isProved, elsewhere }] of THREATS)
      expect([row, proved.has(row) || elsewhere !== undefined]).toEqual([row, isProved])
    expect(rows).toEqual(expect.arrayContaining([...proved]))
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
