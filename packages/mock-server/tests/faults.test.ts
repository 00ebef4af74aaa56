import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import type { FakeTencentOptions } from '../src/index.ts'
import { createFakeTencent, FaultSyntaxError, NetFault } from '../src/index.ts'
import { ask, call, okReply } from './support/caller.ts'
import { eventually } from './support/eventually.ts'

const options: FakeTencentOptions = {
  users: { 'user-1': ['a'], 'user-2': ['b'], 'user-3': ['c'] },
  rate: 'off',
}
const asked = ['user-1', 'user-2', 'user-3']
const all = okReply({ 'user-1': ['a'], 'user-2': ['b'], 'user-3': ['c'] })

describe('a fault', () => {
  test.for([
    ['err:60007', { ActionStatus: 'FAIL', ErrorCode: 60007 }],
    ['err:91000:try later', { ErrorCode: 91000, ErrorInfo: 'try later' }],
    ['err:99999', { ErrorCode: 99999, ErrorInfo: '' }],
    ['each:70107', { ErrorCode: 0, UserTags: [], ErrorList: { length: 3 } }],
    ['omit;account=user-2', okReply({ 'user-1': ['a'], 'user-3': ['c'] })],
    ['each:70500;account=user-2', { UserTags: { length: 2 }, ErrorList: { length: 1 } }],
  ] as const)('%s changes the reply', async ([spec, expected]) => {
    const fake = createFakeTencent(options)
    fake.fault(spec)
    expect(await ask(fake, asked)).toMatchObject(expected)
  })

  test('dup names an account twice', async () => {
    const fake = createFakeTencent(options)
    fake.fault('dup;account=user-1')
    expect(await ask(fake, asked)).toHaveProperty(
      'UserTags',
      ['user-1', 'user-1', 'user-2', 'user-3'].map((user) =>
        expect.objectContaining({ To_Account: user }),
      ),
    )
  })

  test('shuffle changes the order and nothing else, the same way for the same seed', async () => {
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`)
    const orderOf = async (randomSeed: number): Promise<unknown> => {
      const fake = createFakeTencent({
        users: Object.fromEntries(users.map((user) => [user, []])),
        randomSeed,
      })
      fake.fault('shuffle')
      return Object(await ask(fake, users)).UserTags.map((entry: object) =>
        Reflect.get(entry, 'To_Account'),
      )
    }
    const order = await orderOf(1)
    expect(order).not.toEqual(users)
    expect(order).toEqual(expect.arrayContaining(users))
    expect(await orderOf(1)).toEqual(order)
    expect(await orderOf(2)).not.toEqual(order)
  })

  test.for([
    ['http:502', 502, 'text/html', '<h1>502 Bad Gateway</h1>'],
    ['http:429:json', 429, 'application/json', '{"message":"429 Too Many Requests"}'],
    ['http:503:empty', 503, 'text/plain', ''],
    ['http:204', 204, null, ''],
    ['http:205', 205, null, ''],
    ['http:304', 304, null, ''],
    ['badjson', 200, 'application/json', '{"ActionStatus":"OK"'],
    ['emptybody', 200, 'application/json', ''],
  ] as const)('%s answers outside of the protocol', async ([spec, status, type, text]) => {
    const fake = createFakeTencent(options)
    fake.fault(spec)
    const response = await fake.handle(call(fake, asked))
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe(type)
    expect(await response.text()).toContain(text)
  })

  test('badjson is not JSON', async () => {
    const fake = createFakeTencent(options)
    fake.fault('badjson')
    await expect(ask(fake, asked)).rejects.toThrow(SyntaxError)
  })

  test.for([
    ['reset', 'ECONNRESET'],
    ['fin', 'UND_ERR_SOCKET'],
  ] as const)('%s ends the connection without an answer', async ([spec, code]) => {
    const fake = createFakeTencent(options)
    fake.fault(spec)
    const failure: unknown = await ask(fake, asked).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(NetFault)
    expect(failure).toMatchObject({ code, kind: spec })
  })

  test('hang ends when the caller leaves', async () => {
    const fake = createFakeTencent(options)
    fake.fault('hang')
    const leave = new AbortController()
    const hanging = ask(fake, asked, { signal: leave.signal })
    await eventually(() => fake.requests().at(0)?.faults).toEqual(['hang'])
    expect(fake.requests()).not.toContainEqual(
      expect.objectContaining({ durationMs: expect.anything() }),
    )
    leave.abort()
    await expect(hanging).rejects.toBeInstanceOf(NetFault)
    expect(fake.requests()).toMatchObject([{ durationMs: expect.any(Number) }])
  })

  test('trunc promises the whole body and breaks off', async () => {
    const fake = createFakeTencent(options)
    const whole = await (await fake.handle(call(fake, asked))).text()
    fake.fault('trunc:20')
    const response = await fake.handle(call(fake, asked))
    expect(response.headers.get('content-length')).toBe(String(whole.length))
    const received: string[] = []
    const reading = (async () => {
      for await (const part of response.body ?? []) received.push(Buffer.from(part).toString())
    })()
    await expect(reading).rejects.toBeInstanceOf(NetFault)
    expect(received.join('')).toBe(whole.slice(0, 20))
  })

  test('trunc beyond the end cuts nothing', async () => {
    const fake = createFakeTencent(options)
    fake.fault('trunc:100000')
    expect(await ask(fake, asked)).toEqual(all)
  })
})

describe('time', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('delay holds an answer back, and the answer says what was true on arrival', async () => {
    const fake = createFakeTencent(options)
    fake.fault('delay:500')
    const answer = settled(ask(fake, ['user-1']))
    await vi.advanceTimersByTimeAsync(499)
    fake.setTags('user-1', ['changed'])
    expect(answer.value).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(answer.value).toEqual(okReply({ 'user-1': ['a'] }))
  })

  test('delay comes on top of the latency of every call', async () => {
    const fake = createFakeTencent({ ...options, latency: 100 })
    fake.fault('delay:500;times=1')
    const answers = [settled(ask(fake, ['user-1'])), settled(ask(fake, ['user-1']))]
    await vi.advanceTimersByTimeAsync(100)
    expect(answers.map(({ value }) => value !== undefined)).toEqual([false, true])
    await vi.advanceTimersByTimeAsync(499)
    expect(answers.map(({ value }) => value !== undefined)).toEqual([false, true])
    await vi.advanceTimersByTimeAsync(1)
    expect(answers.map(({ value }) => value !== undefined)).toEqual([true, true])
  })

  test.for(['delay:1e10', 'delay:uniform(1e300,1e308)', 'delay:lognormal(1000,9999)'])(
    '%s, longer than a timer can wait, is not taken for no delay',
    async (fault) => {
      const fake = createFakeTencent({ ...options, randomSeed: 1 })
      fake.fault(fault)
      const leave = new AbortController()
      const answer = settled(ask(fake, asked, { signal: leave.signal }).catch(() => 'left'))
      await vi.advanceTimersByTimeAsync(1_000_000)
      expect(answer.value).toBeUndefined()
      leave.abort()
      await vi.advanceTimersByTimeAsync(0)
      expect(answer.value).toBe('left')
    },
  )

  test('slow dribbles the body over the time given, the headers at once', async () => {
    const fake = createFakeTencent(options)
    fake.fault('slow:3000')
    const response = await fake.handle(call(fake, asked))
    const text = settled(response.text())
    await vi.advanceTimersByTimeAsync(2999)
    expect(text.value).toBeUndefined()
    await vi.advanceTimersByTimeAsync(2)
    expect(text.value).toBe(JSON.stringify(all))
  })

  test('a caller who leaves during a delay leaves nothing behind', async () => {
    const fake = createFakeTencent(options)
    fake.fault('delay:500')
    const leave = new AbortController()
    const answer = ask(fake, asked, { signal: leave.signal })
    await vi.advanceTimersByTimeAsync(100)
    leave.abort()
    await expect(answer).rejects.toBeInstanceOf(NetFault)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a caller who leaves a slow body leaves nothing behind', async () => {
    const fake = createFakeTencent(options)
    fake.fault('slow:500')
    const response = await fake.handle(call(fake, asked))
    const reader = response.body?.getReader()
    await reader?.read()
    await vi.advanceTimersByTimeAsync(10)
    await reader?.cancel()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('several faults', () => {
  test('of different kinds act together', async () => {
    const fake = createFakeTencent(options)
    fake.fault('omit;account=user-1')
    fake.fault('each:70107;account=user-2')
    fake.fault('delay:1')
    expect(await ask(fake, asked)).toMatchObject({
      UserTags: [{ To_Account: 'user-3' }],
      ErrorList: [{ To_Account: 'user-2' }],
    })
    expect(fake.requests().at(-1)?.faults).toEqual([
      'delay:1',
      'each:70107;account=user-2',
      'omit;account=user-1',
    ])
  })

  test('that would each be the answer take turns, the newest first, and none is spent in vain', async () => {
    const fake = createFakeTencent(options)
    fake.fault('err:91000;times=1')
    fake.fault('err:60007;times=1')
    const codeOf = async (): Promise<unknown> => Object(await ask(fake, asked)).ErrorCode
    expect([await codeOf(), await codeOf(), await codeOf()]).toEqual([60007, 91000, 0])
  })

  test('from several places: header, then rule, then magic account, then start', async () => {
    const fake = createFakeTencent({ ...options, faults: ['err:90001'] })
    const rule = fake.fault('err:90002')
    const headers = { 'x-mock-fault': 'err:90003' }
    const codeOf = async (accounts: readonly string[], given = {}): Promise<unknown> =>
      Object(await ask(fake, accounts, given)).ErrorCode
    expect(await codeOf(['mock_err_90012'], { headers })).toBe(90003)
    expect(await codeOf(['mock_err_90012'])).toBe(90002)
    rule.remove()
    expect(await codeOf(['mock_err_90012'])).toBe(90012)
    expect(await codeOf(['user-1'])).toBe(90001)
  })

  test('come back as they were at the start with a reset', async () => {
    const fake = createFakeTencent({ ...options, faults: ['err:91000;times=1'] })
    fake.fault('err:60007')
    fake.reset()
    expect(await ask(fake, asked)).toMatchObject({ ErrorCode: 91000 })
    expect(await ask(fake, asked)).toEqual(all)
  })
})

describe('a fault that cannot be read', () => {
  test('is thrown where it is given in TypeScript', () => {
    expect(() => createFakeTencent(options).fault('er:60007')).toThrow(FaultSyntaxError)
  })

  test('is a loud refusal where it is given in the header', async () => {
    const headers = { 'x-mock-fault': 'er:60007' }
    expect(await ask(createFakeTencent(options), asked, { headers })).toMatchObject({
      ErrorCode: 60009,
      ErrorInfo: expect.stringContaining('x-mock-fault: "er:60007" is no fault; near: err'),
    })
  })
})

test.for<[string, Buffer]>([
  ['UTF-8', Buffer.from('err:60007:太快了é;account=小明')],
  ['Latin-1', Buffer.from('err:60007:é', 'latin1')],
])('a fault is read in the header, be it in %s', async ([encoding, bytes]) => {
  const headers = { 'x-mock-fault': bytes.toString('latin1') }
  expect(await ask(createFakeTencent(options), ['小明'], { headers })).toMatchObject({
    ErrorCode: 60007,
    ErrorInfo: encoding === 'UTF-8' ? '太快了é' : 'é',
  })
})

test('a fault answers a call that is wrong in itself, so a bare curl line can ask for one', async () => {
  const fake = createFakeTencent(options)
  const changes = { query: { identifier: undefined, usersig: undefined, sdkappid: undefined } }
  expect(await ask(fake, ['mock_err_91000'], changes)).toMatchObject({ ErrorCode: 91000 })
})

/** Watches a promise: its value, once there is one. */
function settled(promise: Promise<unknown>): { value: unknown } {
  const watched: { value: unknown } = { value: undefined }
  void promise.then((value) => (watched.value = value))
  return watched
}
