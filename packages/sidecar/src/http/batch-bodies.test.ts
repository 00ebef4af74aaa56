import { expect, test, vi } from 'vitest'

import { directSidecar } from '../../tests/support/direct-sidecar.ts'
import { heapBytes } from '../../tests/support/heap.ts'
import { BatchBodies } from './batch-bodies.ts'
import { WallTime } from './wall-time.ts'

test('an answer is as old as its oldest value, and fresh as long as all of them, in whatever order', () => {
  const { lookup } = directSidecar()
  const wall = new WallTime(() => 0)
  const bodies = new BatchBodies({ lookup, wall, maxUsersPerRequest: 2 })
  const older = { tagsJson: '[]', fetchedAtMs: 1_000, freshUntilMs: 9_000 }
  const newer = { tagsJson: '["GoldMember"]', fetchedAtMs: 2_000, freshUntilMs: 8_000 }
  const fresh = vi.spyOn(lookup, 'fresh')
  for (const entries of [
    [older, newer],
    [newer, older],
  ]) {
    fresh.mockReturnValueOnce(entries)
    const answer = bodies.answerTo('{"users":["xiaoming","xiaohong"]}', 3_000)
    expect(answer?.dates).toEqual({ fetchedAtMs: 1_000, freshUntilMs: 8_000 })
  }
})

test('of tags that were answered, no more than 4,096 sets are remembered', () => {
  const { lookup } = directSidecar()
  const wall = new WallTime(() => 0)
  const bodies = new BatchBodies({ lookup, wall, maxUsersPerRequest: 1 })
  const fresh = vi.spyOn(lookup, 'fresh')
  const before = heapBytes()
  for (let each = 0; each < 4 * 4_096; each += 1) {
    const tagsJson = JSON.stringify([String(each).padStart(1_024)])
    fresh.mockReturnValueOnce([{ tagsJson, fetchedAtMs: 0, freshUntilMs: 1 }])
    bodies.answerTo('{"users":["xiaoming"]}', 0)
    fresh.mockClear()
  }
  // A set and what is made of it; four times as much if all were kept.
  expect((heapBytes() - before) / 4_096).toBeLessThan(4 * 1_024)
  // It is still there to remember them.
  fresh.mockReturnValueOnce(undefined)
  expect(bodies.answerTo('{"users":["xiaoming"]}', 0)).toBeUndefined()
})
