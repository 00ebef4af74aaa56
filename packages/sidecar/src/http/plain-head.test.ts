import { describe, expect, test } from 'vitest'

import { heapBytes } from '../../tests/support/heap.ts'
import { type PlainHead, readPlainHead } from './plain-head.ts'

const KIB = 1024
const START = ' HTTP/1.1\r\nHost: localhost\r\n'

const isNeighbour = (host: string): boolean => host.startsWith('localhost')
const read = (head: string): PlainHead | undefined => readPlainHead(head, 0, isNeighbour)

test('a head that is remembered keeps nothing of what came with it', () => {
  const heads: (PlainHead | undefined)[] = []
  const before = heapBytes()
  for (let each = 0; each < 200; each += 1) {
    const own = String(each).padStart(40, 'x')
    const head = `${START}X-Request-Id: ${own}\r\nAuthorization: Bearer ${own}\r\n\r\n`
    heads.push(read(Buffer.from(head.padEnd(64 * KIB)).toString('latin1')))
  }
  expect((heapBytes() - before) / heads.length).toBeLessThan(4 * KIB)
  expect(heads[199]?.requestId).toBe(String(199).padStart(40, 'x'))
})

test('a head is plain up to what leaves room for its target in what Node takes', () => {
  const padded = (bytes: number): string => {
    const start = `${START}User-Agent: `
    return `${start}${'x'.repeat(bytes - start.length - 4)}\r\n\r\n`
  }
  expect(read(padded(8 * KIB - 256))?.text).toHaveLength(8 * KIB - 256)
  expect(read(padded(8 * KIB - 255))).toBeUndefined()
})

test('a head is plain with 32 headers, and not with 33', () => {
  const accepting = (times: number): string => `${START}${'Accept: a\r\n'.repeat(times)}\r\n`
  expect(read(accepting(31))).toMatchObject({ requestId: undefined, token: '', bodyBytes: 0 })
  expect(read(accepting(32))).toBeUndefined()
})

test('a head with a body tells how long that is, and one with a token which', () => {
  const type = 'Content-Type: application/json\r\n'
  expect(read(`${START}${type}Content-Length: 12\r\n\r\n`)?.bodyBytes).toBe(12)
  expect(read(`${START}Authorization: Bearer one\r\n\r\n`)?.token).toBe('one')
  expect(read(`${START}Authorization: Basic one\r\n\r\n`)?.token).toBe('')
})

describe('a head is not plain with', () => {
  const head = `${START}User-Agent: any\r\n\r\n`
  test.each([
    ['another version', head.replace('1.1', '1.0')],
    ['no Host', ' HTTP/1.1\r\nAccept: a\r\n\r\n'],
    ['a Host from elsewhere', head.replace('localhost', 'elsewhere')],
    ['no space behind a colon', head.replace(': any', ':any')],
    ['two spaces behind a colon', head.replace(': any', ':  any')],
    ['a space behind a value', head.replace('any', 'any ')],
    ['a tab in a value', head.replace('any', 'a\ty')],
    ['a byte beyond ASCII in a value', head.replace('any', 'a\xFFy')],
    ['a NUL in a value', head.replace('any', 'a\0y')],
    ['no value', head.replace(' any', '')],
    ['LF at the end of a line', head.replace('any\r', 'any')],
    ['a folded header', head.replace('any', 'any\r\n more')],
    ['a digit in a name', head.replace('User', 'User1')],
    ['an underscore in a name', head.replace('User-', 'User_')],
    ['no end', head.slice(0, -2)],
    ['a length and no type', `${START}Content-Length: 2\r\n\r\n`],
    ['a type and no length', `${START}Content-Type: application/json\r\n\r\n`],
    ...['0', '02', '+2', '2, 2', '1000000'].map((length): [string, string] => [
      `${length} as its length`,
      `${START}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`,
    ]),
    ...['text/plain', 'application/json; charset=utf-8'].map((type): [string, string] => [
      `the type ${type}`,
      `${START}Content-Type: ${type}\r\nContent-Length: 2\r\n\r\n`,
    ]),
    ...['Expect: more', 'Upgrade: h2c', 'TE: trailers', 'Via: 1.1 x', 'Forwarded: for=x'].map(
      (header): [string, string] => [header, `${START}${header}\r\n\r\n`],
    ),
    ['X-Forwarded-Host', `${START}X-Forwarded-Host: x\r\n\r\n`],
    ['Content-Encoding', `${START}Content-Encoding: gzip\r\n\r\n`],
    ['If-None-Match', `${START}If-None-Match: x\r\n\r\n`],
  ])('%s', (_, written) => {
    expect(read(head)).toBeDefined()
    expect(read(written)).toBeUndefined()
  })
})
