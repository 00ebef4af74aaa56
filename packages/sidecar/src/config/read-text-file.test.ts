import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { readFailure } from './read-failure.ts'
import { readTextFile } from './read-text-file.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tagside-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function file(content: string): Promise<string> {
  const path = join(directory, 'file')
  await writeFile(path, content)
  return path
}

function failureOf(path: string): string {
  try {
    readTextFile(path)
  } catch (error) {
    return readFailure(error)
  }
  return 'it was read'
}

describe('a file that a setting names', () => {
  test('is read as UTF-8, also where a character lies across two reads', async () => {
    for (const content of ['', '小明\n', `${'a'.repeat(64 * 1024 - 1)}小明`]) {
      expect(readTextFile(await file(content))).toBe(content)
    }
  })

  test('may have a mebibyte and no more', async () => {
    expect(readTextFile(await file('a'.repeat(1024 * 1024)))).toHaveLength(1024 * 1024)
    expect(failureOf(await file('a'.repeat(1024 * 1024 + 1)))).toBe('it is larger than 1 MiB')
  })

  test('may not be without an end', () => {
    expect(failureOf('/dev/zero')).toBe('it is larger than 1 MiB')
  })

  test('has to be there, and a file', () => {
    expect(failureOf(join(directory, 'none'))).toBe('there is no such file')
    expect(failureOf(directory)).toBe('it is a directory')
  })
})
