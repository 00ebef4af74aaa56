import { describe, expect, test } from 'vitest'

import { ask, okReply } from './support/caller.ts'
import { ways } from './support/control-ways.ts'

const dayMs = 86_400_000

describe.each(ways)('a control %s', (_, setUp) => {
  test('moves the app’s clock: signatures expire and rate windows roll', async () => {
    await using it = await setUp()
    const { usersig } = await it.control.userSig()
    const code = async (): Promise<unknown> =>
      Object(await ask(it.fake, ['xiaoming'], { query: { usersig } })).ErrorCode
    await it.control.changeSettings({ rate: 1 })
    expect([await code(), await code()]).toEqual([0, 60007])
    expect(await it.control.advanceClock(1000)).toEqual({
      now: '2026-01-01T00:00:01.000Z',
      nowMs: Date.UTC(2026, 0, 1) + 1000,
      advancedMs: 1000,
    })
    expect(await code()).toBe(0)
    await it.control.advanceClock(dayMs)
    expect(await code()).toBe(70001)
    expect(await it.control.clock()).toMatchObject({ advancedMs: dayMs + 1000 })
  })

  test('rotates the key: signatures of the new keys are good, and no others, until a reset', async () => {
    await using it = await setUp()
    const codeUnder = async (secretKey: string): Promise<unknown> => {
      const credentials = { ...it.fake.credentials, secretKey }
      return Object(await ask({ ...it.fake, credentials }, ['xiaoming'])).ErrorCode
    }
    const codes = (): Promise<unknown[]> => Promise.all([first, 'key-2', 'key-3'].map(codeUnder))
    const { secretKey: first } = it.fake.credentials
    expect(await codes()).toEqual([0, 70009, 70009])
    await it.control.acceptKeys(['key-2', first])
    expect(await codes()).toEqual([0, 0, 70009])
    await it.control.acceptKeys(['key-3'])
    expect(await codes()).toEqual([70009, 70009, 0])
    expect((await it.control.health()).badSignatures).toBe(5)
    await it.control.reset()
    expect(await codes()).toEqual([0, 70009, 70009])
  })

  test('issues signatures of the first key that is accepted, and says what else is wrong with one', async () => {
    await using it = await setUp()
    await it.control.acceptKeys(['key-2', 'key-3'])
    const codeOf = async (variant: 'valid' | 'expired' | 'other-user'): Promise<unknown> => {
      const { usersig } = await it.control.userSig({ variant })
      return Object(await ask(it.fake, ['xiaoming'], { query: { usersig } })).ErrorCode
    }
    expect(await codeOf('valid')).toBe(0)
    expect(await codeOf('expired')).toBe(70001)
    expect(await codeOf('other-user')).toBe(70013)
  })

  test('changes settings from the next call on, and only those given', async () => {
    await using it = await setUp()
    const before = await it.control.settings()
    expect(before).toEqual({
      rate: 100,
      rateAlgorithm: 'sliding',
      latency: '0',
      unknownAccounts: 'error-list',
      ambiguity: 'fixed',
      signatureCheck: 'on',
    })
    await it.control.changeSettings({ rate: 7 })
    expect(await it.control.changeSettings({ unknownAccounts: 'empty' })).toEqual({
      ...before,
      rate: 7,
      unknownAccounts: 'empty',
    })
    expect(await ask(it.fake, ['ghost'])).toEqual(okReply({ ghost: [] }))
    const changed = await it.control.changeSettings({
      rate: 'off',
      rateAlgorithm: 'fixed',
      latency: 'uniform(0,1)',
      signatureCheck: 'off',
    })
    expect(changed).toEqual({
      rate: 'off',
      rateAlgorithm: 'fixed',
      latency: 'uniform(0,1)',
      unknownAccounts: 'empty',
      ambiguity: 'fixed',
      signatureCheck: 'off',
    })
    expect(await it.control.settings()).toEqual(changed)
    expect(await it.control.changeSettings({ ambiguity: 'random' })).toEqual({
      ...changed,
      ambiguity: 'random',
      unknownAccounts: 'random',
    })
    await it.control.changeSettings({ ambiguity: 'fixed' })
    expect(await it.control.settings()).toMatchObject({ unknownAccounts: 'error-list' })
    await it.control.changeSettings({ ambiguity: 'random', unknownAccounts: 'omit' })
    expect(await it.control.changeSettings({ ambiguity: 'fixed' })).toMatchObject({
      ambiguity: 'fixed',
      unknownAccounts: 'omit',
    })
    await expect(it.control.changeSettings({ latency: 'long' })).rejects.toThrow('uniform(MIN,MAX)')
  })

  test('seeds and restores tens of thousands of users', async () => {
    await using it = await setUp()
    const ids = Array.from(Array(40_000).keys(), (index) => `user-${index}`)
    await it.control.seed(new Map(ids.map((id) => [id, ['GoldMember']])))
    const snapshot = await it.control.snapshot()
    await it.control.reset()
    await it.control.restore(snapshot)
    expect(await it.control.health()).toMatchObject({ users: 40_002 })
  })

  test('leaves what was chosen for unknown accounts where the ambiguity does not change', async () => {
    await using it = await setUp()
    await it.control.changeSettings({ unknownAccounts: 'random' })
    for (const change of [{ ambiguity: 'fixed' } as const, { rate: 9 }]) {
      expect(await it.control.changeSettings(change)).toMatchObject({ unknownAccounts: 'random' })
    }
    await it.control.changeSettings({ ambiguity: 'random', unknownAccounts: 'omit' })
    for (const change of [{ ambiguity: 'random' } as const, { rate: 10 }]) {
      expect(await it.control.changeSettings(change)).toMatchObject({ unknownAccounts: 'omit' })
    }
  })

  test('refuses what cannot be, and then changes nothing', async () => {
    await using it = await setUp()
    const snapshot = await it.control.snapshot()
    const users = { xiaoming: ['changed'] }
    for (const advancedMs of [-1, NaN, 1e12]) {
      await expect(it.control.restore({ ...snapshot, users, advancedMs })).rejects.toThrow(
        /advance|ahead/,
      )
      await expect(it.control.advanceClock(advancedMs)).rejects.toThrow(/advance|ahead/)
    }
    await it.control.advanceClock(300_000_000_000)
    await expect(it.control.advanceClock(300_000_000_000)).rejects.toThrow('ten years')
    await it.control.advanceClock(0)
    await expect(it.control.verify({ timeoutMs: 60_001 })).rejects.toThrow('timeoutMs')
    await expect(it.control.verify({ atMost: 1.5 })).rejects.toThrow('atMost')
    await expect(it.control.newApp({ sdkAppId: 0 })).rejects.toThrow('sdkAppId')
    expect(await it.control.snapshot()).toEqual({ ...snapshot, advancedMs: 300_000_000_000 })
  })

  test('issues signatures, good and bad', async () => {
    await using it = await setUp()
    const code = async (identifier: string, usersig: string): Promise<unknown> =>
      Object(await ask(it.fake, ['xiaoming'], { query: { identifier, usersig } })).ErrorCode
    const good = await it.control.userSig()
    expect(await code(good.identifier, good.usersig)).toBe(0)
    const expired = await it.control.userSig({ variant: 'expired' })
    expect(await code(expired.identifier, expired.usersig)).toBe(70001)
    const user = await it.control.userSig({ identifier: 'xiaoming' })
    expect(await code('xiaoming', user.usersig)).toBe(90009)
  })

  test('creates apps that share nothing, and controls them', async () => {
    await using it = await setUp()
    await it.control.setTags('xiaoming', ['changed'])
    const { sdkAppId, secretKey, adminId } = await it.control.newApp()
    expect([sdkAppId, adminId]).toEqual([1_400_000_001, 'administrator'])
    expect(secretKey).not.toBe(it.fake.credentials.secretKey)
    const second = it.control.app(sdkAppId)
    const caller = { ...it.fake, credentials: { sdkAppId, secretKey, adminId } }
    await second.changeSettings({ rate: 1 })
    await second.advanceClock(1)
    expect(await ask(caller, ['xiaoming'])).toEqual(okReply({ xiaoming: ['GoldMember'] }))
    expect((await second.requests()).requests).toHaveLength(1)
    expect((await it.control.requests()).requests).toEqual([])
    expect(await it.control.settings()).toMatchObject({ rate: 100 })
    expect(await it.control.clock()).toMatchObject({ advancedMs: 0 })
  })

  test('creates an app as it was wished for, but never in another’s place', async () => {
    await using it = await setUp()
    const wish = { sdkAppId: 7, secretKey: 'key', adminId: 'root' }
    expect(await it.control.newApp(wish)).toEqual(wish)
    expect(await it.control.app(7).health()).toMatchObject({ sdkAppId: 7, adminId: 'root' })
    await expect(it.control.newApp(wish)).rejects.toThrow('there is an app 7 already')
  })

  test('says that there is no such app', async () => {
    await using it = await setUp()
    await expect(it.control.app(8).health()).rejects.toThrow('there is no app 8')
  })

  test('takes the app back to its start, and no other', async () => {
    await using it = await setUp()
    const start = await it.control.snapshot()
    const { sdkAppId } = await it.control.newApp()
    await it.control.app(sdkAppId).setTags('xiaoming', ['other'])
    await it.control.setTags('xiaoming', [])
    await it.control.changeSettings({ rate: 'off', unknownAccounts: 'omit' })
    await it.control.advanceClock(1000)
    await it.control.fault('reset;times=0')
    await ask(it.fake, ['mock_err_91000_x1'])
    await it.control.reset()
    expect(await it.control.snapshot()).toEqual(start)
    expect(await it.control.requests()).toEqual({ requests: [], dropped: 0 })
    expect(await it.control.health()).toMatchObject({ calls: 0 })
    expect(it.fake.app(sdkAppId)?.users.tagsOf('xiaoming')).toEqual(['other'])
  })

  test('restores all that answers depend on, chances included, and keeps the books', async () => {
    await using it = await setUp()
    await it.control.fault('err:91000;p=0.5;times=10')
    await it.control.setTags('__proto__', ['kept'])
    await it.control.advanceClock(5000)
    await it.control.changeSettings({ latency: 'uniform(0,1)' })
    const codes = async (): Promise<unknown[]> => {
      const all: unknown[] = []
      for (let call = 0; call < 20; call += 1) {
        all.push(Object(await ask(it.fake, ['__proto__', 'mock_each_70107_x9'])))
      }
      return all
    }
    await codes()
    const snapshot = await it.control.snapshot()
    const first = await codes()
    await it.control.reset()
    await it.control.restore(snapshot)
    expect(await it.control.snapshot()).toEqual(snapshot)
    expect(await codes()).toEqual(first)
    expect((await it.control.requests()).requests).toHaveLength(20)
  })
})
