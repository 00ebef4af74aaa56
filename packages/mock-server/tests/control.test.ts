import { describe, expect, test } from 'vitest'

import { VerificationError } from '../src/client.ts'
import { ask, okReply } from './support/caller.ts'
import { ways } from './support/control-ways.ts'

describe.each(ways)('a control %s', (_, setUp) => {
  test('tells how the app is and how it has been treated', async () => {
    await using it = await setUp()
    await ask(it.fake, ['xiaoming', 'xiaoming', 'ghost'])
    await ask(it.fake, ['xiaoming'], { query: { usersig: 'x' } })
    expect(await it.control.health()).toEqual({
      status: 'ok',
      sdkAppId: 1_400_000_000,
      adminId: 'administrator',
      randomSeed: 42,
      users: 2,
      calls: 2,
      maxCallsInAnySecond: 2,
      largestBatch: 3,
      duplicateUsersInACall: 1,
      badSignatures: 1,
      usersAsked: 4,
    })
  })

  test.for(['xiaoming', '__proto__', 'constructor', '用户', 'a/b %?&#'])(
    'gives %s tags, alone and among others, and takes the account away',
    async (user) => {
      await using it = await setUp()
      await it.control.setTags(user, ['one'])
      expect(await ask(it.fake, [user])).toEqual(okReply({ [user]: ['one'] }))
      expect(
        await it.control.seed(
          new Map([
            [user, ['two']],
            ['other', []],
          ]),
        ),
      ).toBe(2)
      expect(it.fake.app(1_400_000_000)?.users.tagsOf(user)).toEqual(['two'])
      expect(it.fake.app(1_400_000_000)?.users.tagsOf('other')).toEqual([])
      expect(it.fake.app(1_400_000_000)?.users.tagsOf('xiaohong')).toEqual([])
      expect(await it.control.deleteUser(user)).toBe(true)
      expect(await it.control.deleteUser(user)).toBe(false)
      expect(await ask(it.fake, [user])).toMatchObject({ ErrorList: [{ ErrorCode: 70107 }] })
    },
  )

  test('makes no magic account an ordinary one, and then changes nothing', async () => {
    await using it = await setUp()
    const users = { xiaoming: ['changed'], mock_reset: [] }
    const snapshot = await it.control.snapshot()
    await expect(it.control.setTags('mock_reset', [])).rejects.toThrow('magic accounts')
    await expect(it.control.seed(users)).rejects.toThrow('magic accounts')
    const faults = [{ spec: 'reset', origin: 'added', hits: 0, fired: 0 } as const]
    await expect(it.control.restore({ ...snapshot, users, faults, advancedMs: 1 })).rejects.toThrow(
      'magic accounts',
    )
    expect(await it.control.snapshot()).toEqual(snapshot)
  })

  test('restores nothing of a snapshot that has a broken fault in it', async () => {
    await using it = await setUp()
    const snapshot = await it.control.snapshot()
    const faults = [{ spec: 'er:60007', origin: 'added', hits: 0, fired: 0 } as const]
    const broken = { ...snapshot, users: {}, advancedMs: 1, faults }
    await expect(it.control.restore(broken)).rejects.toThrow('near: err')
    expect(await it.control.snapshot()).toEqual(snapshot)
  })

  test('puts faults in force, tells what they did, and takes out one or all', async () => {
    await using it = await setUp()
    const added = await it.control.fault('err:60007;times=1')
    expect(added).toEqual({ id: 2, spec: 'err:60007;times=1', hits: 0, fired: 0 })
    await it.control.fault('err:91000;p=0')
    expect(await ask(it.fake, ['xiaoming'])).toMatchObject({ ErrorCode: 60007 })
    expect(await it.control.faults()).toEqual([
      { id: 3, spec: 'err:91000;p=0', hits: 1, fired: 0 },
      { ...added, hits: 1, fired: 1 },
      { id: 1, spec: 'shuffle;p=0', hits: 1, fired: 0 },
    ])
    expect(await it.control.removeFault(2)).toBe(true)
    expect(await it.control.removeFault(2)).toBe(false)
    expect((await it.control.faults()).map(({ id }) => id)).toEqual([3, 1])
    expect(await it.control.clearFaults()).toBe(2)
    expect(await it.control.faults()).toEqual([])
    await expect(it.control.fault('er:60007')).rejects.toThrow('near: err')
  })

  test('shows the journal, all of it or the calls for one account, and empties it', async () => {
    await using it = await setUp()
    await ask(it.fake, ['xiaoming'])
    await ask(it.fake, ['xiaohong', 'ghost'])
    const both = await it.control.requests()
    expect(both).toEqual({ requests: it.fake.requests(), dropped: 0 })
    expect(both.requests.map(({ accounts }) => accounts)).toEqual([
      ['xiaoming'],
      ['xiaohong', 'ghost'],
    ])
    const { requests } = await it.control.requests({ account: 'ghost' })
    expect(requests.map(({ seq }) => seq)).toEqual([2])
    expect(await it.control.clearRequests()).toBe(2)
    expect(await it.control.requests()).toEqual({ requests: [], dropped: 0 })
  })

  test('waits until the calls are as expected', async () => {
    await using it = await setUp()
    const expectation = { account: 'xiaoming', exactly: 1, timeoutMs: 20_000 }
    const verified = it.control.verify(expectation)
    await ask(it.fake, ['xiaohong'])
    await ask(it.fake, ['xiaoming'])
    expect(await verified).toBe(1)
  })

  test('says how the calls differ from what was expected', async () => {
    await using it = await setUp()
    await ask(it.fake, ['xiaomin'])
    const failure: unknown = await it.control
      .verify({ account: 'xiaoming', atLeast: 1 })
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(VerificationError)
    expect(failure).toMatchObject({
      message: 'calls that name "xiaoming": expected at least 1, got 0; near: "xiaomin" in 1',
      calls: 0,
      nearest: [{ account: 'xiaomin', calls: 1 }],
    })
  })

  test('can leave a verification that waits', async () => {
    await using it = await setUp()
    const leave = new AbortController()
    const verified = it.control.verify({ timeoutMs: 20_000 }, leave.signal)
    leave.abort(new Error('left'))
    await expect(verified).rejects.toThrow('left')
  })
})
