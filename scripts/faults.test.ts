import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { CHANGED } from '../packages/sidecar/tests/faults/changed.ts'
import { documentUrl, faultsDocument, readProofs, rows } from './write-faults.ts'

describe('docs/faults.md', () => {
  test('is what the titles of the fault tests say (written anew by scripts/write-faults.ts)', () => {
    expect(readFileSync(documentUrl, 'utf8')).toBe(faultsDocument(readProofs()))
  })

  test('has every row of the fault matrix, each proved by one test', () => {
    const proved = readProofs().map(({ row }) => row)
    expect(proved.toSorted()).toEqual(rows.toSorted())
  })

  test('explains changes of rows that there are', () => {
    expect(rows).toEqual(expect.arrayContaining([...CHANGED.keys()]))
  })
})
