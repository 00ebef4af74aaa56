import { expect, test } from 'vitest'

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

test('a head of half of what Node takes is plain, and none that is longer', () => {
  const padded = (bytes: number): string => {
    const start = `${START}User-Agent: `
    return `${start}${'x'.repeat(bytes - start.length - 4)}\r\n\r\n`
  }
  expect(read(padded(4 * KIB))?.text).toHaveLength(4 * KIB)
  expect(read(padded(4 * KIB + 1))).toBeUndefined()
})
