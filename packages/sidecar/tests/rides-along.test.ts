import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { ask, lookupOver, numbered } from './support/lookup-under-test.ts'
import { recordingUpstream } from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Users fresh for a minute, in whose last six seconds they may ride along; `read` of them were read since they were fetched. */
async function warmed({
  users,
  read,
  batchMaxUsers = 100,
}: Record<'users' | 'read', number> & { batchMaxUsers?: number }) {
  const upstream = recordingUpstream()
  const lookup = lookupOver(upstream, { rideAlongMs: 6_000, batchMaxUsers, random: () => 0.5 })
  const warm = ask(lookup, numbered(users))
  await vi.advanceTimersByTimeAsync(1_000)
  await warm
  for (let times = 0; times < 3; times += 1) await ask(lookup, numbered(read))
  await vi.advanceTimersByTimeAsync(55_000)
  const usersOfNext = async (user: string): Promise<readonly string[]> => {
    const before = upstream.calls.length
    const asked = ask(lookup, [user])
    await vi.advanceTimersByTimeAsync(100)
    await asked
    expect(upstream.calls).toHaveLength(before + 1)
    return upstream.calls.at(-1)?.users.toSorted() ?? []
  }
  return { lookup, usersOfNext }
}

describe('a call that is made anyway', () => {
  test('takes along users that were read and will be stale soon, and nobody who was not read', async () => {
    const { lookup, usersOfNext } = await warmed({ users: 6, read: 3 })
    expect(await usersOfNext('xiaoming')).toEqual(['user-0', 'user-1', 'user-2', 'xiaoming'])
    await vi.advanceTimersByTimeAsync(10_000)
    const outcomes = await ask(lookup, numbered(6))
    expect(outcomes.map((outcome) => outcome.kind === 'known' && outcome.source)).toEqual([
      'fresh',
      'fresh',
      'fresh',
      'stale',
      'stale',
      'stale',
    ])
  })

  test('takes each of them along once, however often it was read', async () => {
    const { usersOfNext } = await warmed({ users: 1, read: 1, batchMaxUsers: 2 })
    expect(await usersOfNext('xiaoming')).toEqual(['user-0', 'xiaoming'])
    expect(await usersOfNext('xiaohong')).toEqual(['xiaohong'])
  })
})
