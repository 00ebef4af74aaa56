import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { directSidecar, letTimePass, STOPPED_AT, stopTime } from './support/direct-sidecar.ts'
import { problemOf } from './support/problem-of.ts'

beforeEach(stopTime)
afterEach(() => {
  vi.useRealTimers()
})

describe('GET /v1/users/{id}/tags', () => {
  test("answers a user's tags and the moment they were fetched", async () => {
    const { get } = directSidecar()
    const response = await get('xiaoming')
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(await response.text()).toBe(
      `{"user":"xiaoming","tags":["GoldMember","WeekPassUser"],"fetchedAt":"${STOPPED_AT}"}`,
    )
  })

  test('shows the moment of the fetch, not that of the answer', async () => {
    const { get } = directSidecar()
    await get('xiaoming')
    letTimePass(59_000)
    expect(await (await get('xiaoming')).json()).toMatchObject({ fetchedAt: STOPPED_AT })
  })

  test('says so when the answer is stale', async () => {
    const { get } = directSidecar()
    await get('xiaoming')
    letTimePass(61_000)
    expect(await (await get('xiaoming')).json()).toEqual({
      user: 'xiaoming',
      tags: ['GoldMember', 'WeekPassUser'],
      fetchedAt: STOPPED_AT,
      stale: true,
    })
  })

  test('answers an empty list for a user without tags', async () => {
    const { get } = directSidecar({}, { users: { 'user-1': [] } })
    const response = await get('user-1')
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ user: 'user-1', tags: [] })
  })

  test('answers 404 for an account that Tencent does not know', async () => {
    const { get } = directSidecar()
    const response = await get('user-1', { 'X-Request-Id': 'request-1' })
    expect(response.status).toBe(404)
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    expect(await response.json()).toEqual({
      type: '/docs/operations.md#unknown-user',
      title: 'Tencent does not know this account',
      status: 404,
      detail: 'Tencent does not know this account: it was never imported, or was deleted',
      code: 'unknown-user',
      retryable: false,
      requestId: 'request-1',
      upstreamCode: 70107,
    })
  })

  test('answers HEAD without a body', async () => {
    const { request } = directSidecar()
    const response = await request('/v1/users/xiaoming/tags', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('Cache-Status')).toBe('tagside; fwd=miss')
    expect(await response.text()).toBe('')
  })
})

describe('a failure of Tencent is a problem with the status and code of its kind:', () => {
  test.each`
    fault                  | status | code                        | retryable | upstreamCode
    ${'reset'}             | ${502} | ${'upstream-unreachable'}   | ${true}   | ${undefined}
    ${'fin'}               | ${502} | ${'upstream-unreachable'}   | ${true}   | ${undefined}
    ${'badjson'}           | ${502} | ${'upstream-invalid-reply'} | ${true}   | ${undefined}
    ${'emptybody'}         | ${502} | ${'upstream-invalid-reply'} | ${true}   | ${undefined}
    ${'omit'}              | ${502} | ${'upstream-invalid-reply'} | ${true}   | ${undefined}
    ${'http:502'}          | ${502} | ${'upstream-error'}         | ${true}   | ${undefined}
    ${'http:404'}          | ${502} | ${'upstream-error'}         | ${false}  | ${undefined}
    ${'http:429'}          | ${503} | ${'upstream-throttled'}     | ${true}   | ${undefined}
    ${'err:91000'}         | ${502} | ${'upstream-error'}         | ${true}   | ${91000}
    ${'err:90048'}         | ${502} | ${'upstream-error'}         | ${false}  | ${90048}
    ${'err:59999:strange'} | ${502} | ${'upstream-error'}         | ${false}  | ${59999}
    ${'each:90048'}        | ${502} | ${'upstream-error'}         | ${false}  | ${90048}
    ${'each:91000'}        | ${502} | ${'upstream-error'}         | ${true}   | ${91000}
    ${'err:60007'}         | ${503} | ${'upstream-throttled'}     | ${true}   | ${60007}
    ${'err:70009'}         | ${502} | ${'upstream-credentials'}   | ${false}  | ${70009}
    ${'err:70001'}         | ${502} | ${'upstream-credentials'}   | ${false}  | ${70001}
    ${'err:60020'}         | ${502} | ${'upstream-credentials'}   | ${false}  | ${60020}
  `('$fault → $status $code', async ({ fault, status, code, retryable, upstreamCode }) => {
    // After a throttled call the pace is slower, for which time has to pass.
    vi.useRealTimers()
    const { get } = directSidecar({ TAGSIDE_DEADLINE: '300ms' }, { faults: [fault] })
    const response = await get('xiaoming')
    expect(response.headers.get('Retry-After')).toBe(status === 503 ? '1' : null)
    const problem = await problemOf(response)
    expect(problem).toMatchObject({ status, code, retryable })
    expect(problem.upstreamCode).toBe(upstreamCode)
  })

  test('no answer by the deadline → 504 deadline-exceeded', async () => {
    const { get } = directSidecar()
    const response = await get('mock_hang', { 'X-Request-Timeout-Ms': '1' })
    expect(await problemOf(response)).toMatchObject({
      status: 504,
      code: 'deadline-exceeded',
      retryable: true,
    })
  })

  test('more users waiting than allowed → 503 overloaded, at once', async () => {
    const { get } = directSidecar({}, { queueMaxUsers: 0 })
    const response = await get('xiaoming')
    expect(response.headers.get('Retry-After')).toBe('1')
    expect(await problemOf(response)).toMatchObject({
      status: 503,
      code: 'overloaded',
      retryable: true,
    })
  })
})

describe('POST /v1/cache:invalidate', () => {
  const invalidate = '/v1/cache:invalidate'

  test('forgets the named users and counts those that were cached', async () => {
    const { get, post, fake } = directSidecar()
    await get('xiaoming')
    await get('xiaohong')
    fake.setTags('xiaoming', ['SilverMember'])
    fake.setTags('xiaohong', ['SilverMember'])
    const response = await post(invalidate, { users: ['xiaoming', 'user-1'] })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('{"invalidated":1}')
    expect(await (await get('xiaoming')).json()).toMatchObject({ tags: ['SilverMember'] })
    expect(await (await get('xiaohong')).json()).toMatchObject({
      tags: ['PlatinumMember', 'MonthPassUser'],
    })
  })

  test('forgets everybody, unknown accounts included', async () => {
    const { get, post, fake } = directSidecar()
    await get('xiaoming')
    await get('user-1')
    expect(await (await post(invalidate, { all: true })).json()).toEqual({ invalidated: 2 })
    await get('xiaoming')
    await get('user-1')
    expect(fake.stats.calls).toBe(4)
  })
})

test('a defect of ours is a 500 that says nothing of it, and the log is told', async () => {
  const { get, lookup, defects } = directSidecar()
  const defect = new TypeError('canary')
  vi.spyOn(lookup, 'lookup').mockImplementation(() => {
    throw defect
  })
  const response = await get('xiaoming')
  expect(response.status).toBe(500)
  const text = await response.text()
  expect(JSON.parse(text)).toMatchObject({ code: 'internal-error', retryable: false })
  expect(text).not.toContain('canary')
  expect(defects).toEqual([defect])
})
