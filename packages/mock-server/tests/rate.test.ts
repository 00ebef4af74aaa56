import { describe, expect, test } from 'vitest'

import type { FakeTencentOptions } from '../src/index.ts'
import { createFakeTencent, ManualClock } from '../src/index.ts'
import { ask, call, okReply } from './support/caller.ts'

const limited = { ActionStatus: 'FAIL', ErrorCode: 60007 }
const oldPath = '/v4/all_member_push/im_get_tag'

/** A fake whose time stands still, and a way to make so many calls at once. */
function setUp(options: FakeTencentOptions = {}): {
  fake: ReturnType<typeof createFakeTencent>
  codes: (count: number, path?: string) => Promise<unknown[]>
} {
  const fake = createFakeTencent({ users: { xiaoming: [] }, clock: new ManualClock(), ...options })
  const codes = async (count: number, path?: string): Promise<unknown[]> => {
    const changes = path === undefined ? {} : { path }
    const replies = await Promise.all(
      Array.from({ length: count }, () => ask(fake, ['xiaoming'], changes)),
    )
    return replies.map((reply) => Object(reply).ErrorCode)
  }
  return { fake, codes }
}

describe('the rate limit', () => {
  test('lets the 100th call of a second pass, refuses the 101st and takes calls again a second later', async () => {
    const { fake, codes } = setUp()
    expect(new Set(await codes(100))).toEqual(new Set([0]))
    expect(await ask(fake, ['xiaoming'])).toMatchObject(limited)
    fake.clock.advance(999)
    expect(await ask(fake, ['xiaoming'])).toMatchObject(limited)
    fake.clock.advance(1)
    expect(await ask(fake, ['xiaoming'])).toEqual(okReply({ xiaoming: [] }))
  })

  test('takes no place for a call that names no known app', async () => {
    const { fake, codes } = setUp({ rate: 1 })
    await ask(fake, ['xiaoming'], { query: { sdkappid: '1' } })
    expect(await codes(2)).toEqual([0, 60007])
  })

  test('counts another way from the next call on when it is told to', async () => {
    const { fake, codes } = setUp({ rate: 2, rateAlgorithm: 'bucket' })
    expect(await codes(3)).toEqual([0, 0, 60007])
    await fake.control.changeSettings({ rateAlgorithm: 'sliding' })
    expect(await codes(2)).toEqual([0, 0])
    fake.clock.advance(500)
    expect(await codes(1)).toEqual([60007])
  })

  test('slides: a second that begins anywhere holds no more than 100', async () => {
    const { fake, codes } = setUp()
    await codes(60)
    fake.clock.advance(600)
    expect((await codes(50)).filter((code) => code === 0)).toHaveLength(40)
    fake.clock.advance(400)
    expect((await codes(70)).filter((code) => code === 0)).toHaveLength(60)
  })

  test('does not count refused calls, so a client that presses on gets its 100 each second', async () => {
    const { fake, codes } = setUp()
    let passed = 0
    for (let second = 0; second < 3; second += 1) {
      for (let tenth = 0; tenth < 10; tenth += 1) {
        passed += (await codes(20)).filter((code) => code === 0).length
        fake.clock.advance(100)
      }
    }
    expect(passed).toBe(300)
  })

  test('is kept for each API by itself', async () => {
    const { codes } = setUp({ rate: 2 })
    expect(await codes(3)).toEqual([0, 0, 60007])
    expect(await codes(3, oldPath)).toEqual([0, 0, 60007])
  })

  test('is kept for each app by itself', async () => {
    const apps = [1, 2].map((sdkAppId) => ({ sdkAppId, secretKey: 'key', adminId: 'admin' }))
    const clock = new ManualClock()
    const first = createFakeTencent({ apps, rate: 1, clock })
    // The same apps in the other order: a fake to sign for the second.
    const signer = createFakeTencent({ apps: apps.toReversed(), clock })
    const codeOf = async (request: Request): Promise<unknown> =>
      Object(await (await first.handle(request)).json()).ErrorCode
    expect(await codeOf(call(first, ['xiaoming']))).toBe(0)
    expect(await codeOf(call(first, ['xiaoming']))).toBe(60007)
    expect(await codeOf(call(signer, ['xiaoming']))).toBe(0)
  })

  test('names the flag that lifts it', async () => {
    const { fake, codes } = setUp({ rate: 1 })
    await codes(1)
    expect(await ask(fake, ['xiaoming'])).toHaveProperty(
      'ErrorInfo',
      expect.stringContaining('--rate off'),
    )
  })

  test('can be counted in whole seconds of the clock instead', async () => {
    const { fake, codes } = setUp({ rate: 2, rateAlgorithm: 'fixed' })
    fake.clock.advance(999)
    expect(await codes(3)).toEqual([0, 0, 60007])
    fake.clock.advance(1)
    expect(await codes(3)).toEqual([0, 0, 60007])
  })

  test('can be regained steadily instead, as by a bucket that fills up', async () => {
    const { fake, codes } = setUp({ rate: 2, rateAlgorithm: 'bucket' })
    expect(await codes(3)).toEqual([0, 0, 60007])
    fake.clock.advance(499)
    expect(await codes(1)).toEqual([60007])
    fake.clock.advance(1)
    expect(await codes(2)).toEqual([0, 60007])
  })

  test('can be lifted', async () => {
    const { codes } = setUp({ rate: 'off' })
    expect(new Set(await codes(250))).toEqual(new Set([0]))
  })

  test('counts a call that a fault answers, and leaves it to the fault', async () => {
    const { fake, codes } = setUp({ rate: 2 })
    fake.fault('err:91000;times=3')
    expect(await codes(3)).toEqual([91000, 91000, 91000])
    expect(await codes(1)).toEqual([60007])
  })
})

describe('the referee', () => {
  test('knows the most calls in any second, refused ones included', async () => {
    const { fake, codes } = setUp()
    await codes(80)
    fake.clock.advance(999)
    await codes(70)
    fake.clock.advance(1)
    await codes(10)
    expect(fake.stats).toMatchObject({ calls: 160, maxCallsInAnySecond: 150 })
  })

  test('knows the largest batch, the users asked for and those asked for twice in a call', async () => {
    const { fake } = setUp()
    await ask(fake, ['user-1', 'user-2', 'user-1', 'user-1'])
    await ask(fake, ['user-1', 'user-2'])
    expect(fake.stats).toMatchObject({ largestBatch: 4, usersAsked: 6, duplicateUsersInACall: 2 })
  })

  test('counts calls of no API at all together, whatever their paths', async () => {
    const { codes, fake } = setUp()
    await codes(1, '/v4/timpush/one')
    await codes(1, '/v4/timpush/two')
    expect(fake.stats.maxCallsInAnySecond).toBe(2)
  })

  test('forgets with a reset', async () => {
    const { fake, codes } = setUp({ rate: 1 })
    await codes(2)
    fake.reset()
    expect(fake.stats).toMatchObject({ calls: 0, maxCallsInAnySecond: 0, usersAsked: 0 })
    expect(await codes(1)).toEqual([0])
  })

  test('counts a call when it arrives, not when it is answered', async () => {
    const { fake } = setUp()
    const leave = new AbortController()
    const hanging = fake.handle(call(fake, ['mock_hang'], { signal: leave.signal }))
    expect(fake.stats.calls).toBe(1)
    leave.abort()
    await expect(hanging).rejects.toThrow('ECONNRESET')
  })
})
