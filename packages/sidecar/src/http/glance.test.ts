import { expect, test, vi } from 'vitest'

import { directSidecar } from '../../tests/support/direct-sidecar.ts'
import { heapBytes } from '../../tests/support/heap.ts'
import { Glance } from './glance.ts'
import { WallTime } from './wall-time.ts'

const KIB = 1024
const now = (): number => performance.now()

test('a user that is remembered keeps nothing of what came with it', () => {
  const { lookup } = directSidecar()
  const remembered: string[] = []
  vi.spyOn(lookup, 'fresh').mockImplementation((users) => {
    remembered.push(...users)
    return undefined
  })
  const glance = new Glance({
    lookup,
    wall: new WallTime(now),
    maxUsersPerRequest: 1,
    allowedHosts: [],
    acceptsToken: undefined,
  })
  const before = heapBytes()
  for (let each = 0; each < 200; each += 1) {
    const user = `user-${String(each).padStart(40, '0')}`
    const head = `GET /v1/users/${user}/tags HTTP/1.1\r\nHost: localhost\r\n\r\n`
    const bytes = Buffer.from(head.padEnd(64 * KIB))
    glance.at(0, { bytes, text: bytes.toString('latin1'), now: now(), heads: {} })
  }
  expect((heapBytes() - before) / 200).toBeLessThan(4 * KIB)
  expect(remembered).toHaveLength(200)
})
