import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { readSecretFile } from './read-secret-file.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tagside-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, content)
  return path
}

test.each([
  ['alone', 'key-1'],
  ['with a newline', 'key-1\n'],
  ['with white space around it', ' \r\n key-1\r\n'],
  ['with a byte order mark', '\uFEFFkey-1'],
])('the secret of a file is read: %s', async (name, content) => {
  const path = await fileOf(name, content)
  await chmod(path, 0o604)
  const reading = await readSecretFile(path)
  expect(reading).toMatchObject({ kind: 'secret', mode: 0o604 })
  expect(reading.kind === 'secret' ? reading.secret.reveal() : '').toBe('key-1')
  expect(JSON.stringify(reading)).not.toContain('key-1')
})

test('permissions are those of the file, not of the link to it', async () => {
  const path = await fileOf('target', 'key-1')
  await chmod(path, 0o400)
  const link = join(directory, 'link')
  await symlink(path, link)
  expect(await readSecretFile(link)).toMatchObject({ mode: 0o400 })
})

test.each([
  ['empty', 'empty-file', ''],
  ['empty', 'blank', ' \n\n'],
  ['malformed', 'two-lines', 'key-1\nkey-2'],
  ['malformed', 'a-pair', 'key: 1'],
  ['malformed', 'control', 'key\u0000-1'],
  ['malformed', 'no-text', Buffer.from([0x6b, 0xff, 0xfe, 0x31])],
  ['too-large', 'huge', 'k'.repeat(64 * 1024 + 1)],
])('a file is %s: %s', async (reason, name, content) => {
  const path = await fileOf(name, content)
  expect(await readSecretFile(path)).toEqual({ kind: 'unusable', reason })
})

test('a secret of 64 KiB is the longest', async () => {
  const path = await fileOf('long', 'k'.repeat(64 * 1024))
  expect(await readSecretFile(path)).toMatchObject({ kind: 'secret' })
})

test('a path without a regular file at its end is unusable, and never waited for', async () => {
  const reasonAt = async (path: string): Promise<string> => {
    const reading = await readSecretFile(path)
    return reading.kind === 'unusable' ? reading.reason : reading.kind
  }
  const file = await fileOf('plain', 'key-1')
  const loop = join(directory, 'loop')
  await symlink(loop, loop)
  await symlink(join(directory, 'nowhere'), join(directory, 'dangling'))
  await mkdir(join(directory, 'folder'))
  const pipe = join(directory, 'pipe')
  execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', pipe])
  expect(await reasonAt(join(directory, 'nowhere'))).toBe('missing')
  expect(await reasonAt(join(directory, 'dangling'))).toBe('missing')
  expect(await reasonAt(join(file, 'below'))).toBe('missing')
  expect(await reasonAt(loop)).toBe('unreadable')
  expect(await reasonAt(join(directory, 'folder'))).toBe('not-a-file')
  expect(await reasonAt(pipe)).toBe('not-a-file')
  expect(await reasonAt('/dev/zero')).toBe('not-a-file')
})
