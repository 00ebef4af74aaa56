import { signUserSig } from '@tagside/core'
import type { FakeTencent } from '@tagside/mock-server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import {
  type DirectSidecar,
  directSidecar,
  letTimePass,
  stopTime,
} from './support/direct-sidecar.ts'
import { ownFailure, replyOf } from './support/dropin-reply.ts'

beforeEach(stopTime)
afterEach(() => {
  vi.useRealTimers()
})

const paths = ['/v4/timpush/get_tag', '/v4/all_member_push/im_get_tag']
const [path = ''] = paths

const getTag = (
  { post }: DirectSidecar,
  accounts: readonly unknown[],
  headers?: Record<string, string>,
): Promise<Response> => post(path, { To_Account: accounts }, headers)

const xiaoming = { To_Account: 'xiaoming', Tags: ['GoldMember', 'WeekPassUser'] }
const xiaohong = { To_Account: 'xiaohong', Tags: ['PlatinumMember', 'MonthPassUser'] }
const ok = { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 }

describe.each(paths)('POST %s', (eachPath) => {
  test('answers as Tencent does, in the order of the request', async () => {
    const { post } = directSidecar()
    const response = await post(eachPath, { To_Account: ['xiaohong', 'xiaoming'] })
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(await response.json()).toEqual({ ...ok, UserTags: [xiaohong, xiaoming] })
  })

  test('shares its cache with the REST face', async () => {
    const { post, get, fake } = directSidecar()
    await get('xiaoming')
    await post(eachPath, { To_Account: ['xiaoming'] })
    expect(fake.stats.calls).toBe(1)
  })

  test('takes any query, and neither checks nor forwards its UserSig', async () => {
    const { post, fake } = directSidecar()
    const query = '?sdkappid=1&identifier=nobody&usersig=canary&random=1&contenttype=xml'
    const response = await post(eachPath + query, { To_Account: ['xiaoming'] })
    expect(await response.json()).toEqual({ ...ok, UserTags: [xiaoming] })
    expect(fake.stats.badSignatures).toBe(0)
  })

  test('asks for no Content-Type', async () => {
    const { request } = directSidecar()
    const body = Buffer.from('{"To_Account":["xiaoming"]}')
    const response = await request(eachPath, { method: 'POST', body })
    expect(await response.json()).toMatchObject(ok)
  })
})

describe('a reply', () => {
  test('has one entry for each distinct account', async () => {
    const sidecar = directSidecar()
    const accounts = ['xiaoming', 'user-1', 'xiaohong', 'xiaoming', 'user-1']
    expect(await replyOf(getTag(sidecar, accounts))).toEqual({
      ...ok,
      UserTags: [xiaoming, xiaohong],
      ErrorList: [{ To_Account: 'user-1', ErrorCode: 70107, ErrorInfo: '' }],
    })
  })

  test('has an empty list for an account without tags', async () => {
    const sidecar = directSidecar({}, { users: { 'user-1': [] } })
    expect(await replyOf(getTag(sidecar, ['user-1']))).toEqual({
      ...ok,
      UserTags: [{ To_Account: 'user-1', Tags: [] }],
    })
  })

  test('is OK without UserTags when every account is unknown', async () => {
    const sidecar = directSidecar()
    expect(await replyOf(getTag(sidecar, ['user-1', 'user-2']))).toEqual({
      ...ok,
      UserTags: [],
      ErrorList: [
        { To_Account: 'user-1', ErrorCode: 70107, ErrorInfo: '' },
        { To_Account: 'user-2', ErrorCode: 70107, ErrorInfo: '' },
      ],
    })
  })

  test('is OK with what there is when some accounts failed', async () => {
    const sidecar = directSidecar()
    await getTag(sidecar, ['xiaoming'])
    sidecar.fake.fault('http:502')
    expect(await replyOf(getTag(sidecar, ['xiaohong', 'xiaoming']))).toEqual({
      ...ok,
      UserTags: [xiaoming],
      ErrorList: [
        {
          To_Account: 'xiaohong',
          ErrorCode: 91000,
          ErrorInfo: expect.stringMatching(/^tagside: .+ 502/),
        },
      ],
    })
  })

  test('is OK when accounts failed for different reasons', async () => {
    const sidecar = directSidecar()
    expect(await replyOf(getTag(sidecar, ['mock_each_90048', 'mock_omit']))).toEqual({
      ...ok,
      UserTags: [],
      ErrorList: [
        { To_Account: 'mock_each_90048', ErrorCode: 90048, ErrorInfo: expect.any(String) },
        {
          To_Account: 'mock_omit',
          ErrorCode: 91000,
          ErrorInfo: 'tagside: the reply has no entry for this user',
        },
      ],
    })
  })

  test('holds 100 accounts', async () => {
    const accounts = Array.from({ length: 100 }, (_, index) => `user-${index}`)
    const sidecar = directSidecar({}, { users: new Map(accounts.map((user) => [user, ['A']])) })
    expect(await replyOf(getTag(sidecar, accounts))).toEqual({
      ...ok,
      UserTags: accounts.map((account) => ({ To_Account: account, Tags: ['A'] })),
    })
  })
})

describe('a reply is written byte for byte as Tencent writes it:', () => {
  test.each([
    ['tags', ['xiaoming', 'xiaohong']],
    ['tags of many kinds', ['user-1', 'xiaoming']],
    ['a failure of one account', ['xiaoming', 'mock_each_90048']],
    ['a failure of the call', ['mock_err_90048']],
  ])('%s', async (_, accounts) => {
    const users = new Map([
      ['xiaoming', ['GoldMember']],
      ['xiaohong', []],
      ['user-1', ['Stock A', '用户', '"\\/\u2028', '']],
    ])
    const sidecar = directSidecar({}, { users, ambiguity: 'fixed' })
    const response = await getTag(sidecar, accounts)
    expect(await response.text()).toBe(await replyOfTencent(sidecar.fake, accounts))
  })

  test('an unknown account, but for the text of its error, which Tencent leaves open', async () => {
    const sidecar = directSidecar({}, { ambiguity: 'fixed' })
    const reply = await replyOfTencent(sidecar.fake, ['user-1', 'xiaoming'])
    const response = await getTag(sidecar, ['user-1', 'xiaoming'])
    expect(await response.text()).toBe(reply.replace('account does not exist', ''))
  })
})

describe("a failure of Tencent's own passes through with its code and text:", () => {
  test.each([60002, 60007, 60020, 70001, 70009, 90018, 90048, 91000])('%d', async (code) => {
    // After a throttled call the pace is slower, for which time has to pass.
    vi.useRealTimers()
    const sidecar = directSidecar(
      { TAGSIDE_DEADLINE: '300ms' },
      { faults: [`err:${code}:as Tencent put it`] },
    )
    expect(await replyOf(getTag(sidecar, ['xiaoming', 'xiaohong']))).toEqual({
      ActionStatus: 'FAIL',
      ErrorInfo: 'as Tencent put it',
      ErrorCode: code,
    })
  })
})

describe("a failure of the sidecar's has the code of Tencent's that clients know:", () => {
  test.each([
    [91000, 'reset'],
    [91000, 'fin'],
    [91000, 'http:500'],
    [91000, 'http:502'],
    [91000, 'http:404'],
    [91000, 'badjson'],
    [91000, 'emptybody'],
    [91000, 'omit'],
    [60018, 'http:429'],
  ])('%d for %s', async (code, fault) => {
    vi.useRealTimers()
    const sidecar = directSidecar({ TAGSIDE_DEADLINE: '300ms' }, { faults: [fault] })
    expect(await replyOf(getTag(sidecar, ['xiaoming', 'xiaohong']))).toEqual(ownFailure(code))
  })

  test('60008 when the deadline passed in a call', async () => {
    const sidecar = directSidecar({}, { faults: ['hang'] })
    const response = getTag(sidecar, ['xiaoming'], { 'X-Request-Timeout-Ms': '1' })
    expect(await replyOf(response)).toEqual(ownFailure(60008))
  })

  test('60008 when the deadline passed in the queue', async () => {
    const sidecar = directSidecar({ TAGSIDE_MAX_CONCURRENT_CALLS: '1' }, { faults: ['hang'] })
    const first = getTag(sidecar, ['xiaoming'], { 'X-Request-Timeout-Ms': '40' })
    await vi.waitUntil(() => sidecar.fake.stats.calls === 1, { timeout: 20_000 })
    const second = getTag(sidecar, ['xiaohong'], { 'X-Request-Timeout-Ms': '1' })
    expect(await replyOf(second)).toEqual(ownFailure(60008))
    expect(sidecar.fake.stats.calls).toBe(1)
    await first
  })

  test('60018 when too many users wait', async () => {
    const sidecar = directSidecar({}, { queueMaxUsers: 1 })
    const full = getTag(sidecar, ['xiaoming'])
    expect(await replyOf(getTag(sidecar, ['xiaohong', 'user-1']))).toEqual(ownFailure(60018))
    expect(await (await full).json()).toMatchObject(ok)
  })

  test('60018 while draining, also for what is cached', async () => {
    const sidecar = directSidecar()
    await getTag(sidecar, ['xiaoming'])
    sidecar.beginDrain()
    expect(await replyOf(getTag(sidecar, ['xiaoming']))).toEqual(ownFailure(60018))
  })
})

test('stale tags are answered without a word in the reply, as Tencent has none', async () => {
  const sidecar = directSidecar()
  const fresh = await (await getTag(sidecar, ['xiaoming'])).text()
  letTimePass(61_000)
  const response = await getTag(sidecar, ['xiaoming'])
  expect(response.headers.get('Cache-Status')).toContain('detail=stale')
  expect(await response.text()).toBe(fresh)
})

/** Asks the fake itself, as a client without the sidecar would. */
async function replyOfTencent(fake: FakeTencent, accounts: readonly string[]): Promise<string> {
  const { sdkAppId, adminId } = fake.credentials
  const { text } = signUserSig(fake.credentials)
  const query = new URLSearchParams({
    sdkappid: String(sdkAppId),
    identifier: adminId,
    usersig: text.reveal(),
    random: '1',
    contenttype: 'json',
  })
  const request = new Request(`https://tencent.example${path}?${query.toString()}`, {
    method: 'POST',
    body: JSON.stringify({ To_Account: accounts }),
  })
  return (await fake.handle(request)).text()
}
