import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { ownFailure, replyOf } from './support/dropin-reply.ts'
import { problemOf } from './support/problem-of.ts'
import { type StartedSidecar, startSidecar } from './support/start-sidecar.ts'

let started: StartedSidecar

beforeAll(async () => {
  started = await startSidecar()
})
afterAll(() => started[Symbol.asyncDispose]())
/** A refused request costs no call. */
afterEach(() => {
  expect(started.fake.stats.calls).toBe(0)
})

const batchGet = '/v1/tags:batchGet'
const invalidate = '/v1/cache:invalidate'
const dropin = '/v4/timpush/get_tag'
const olderDropin = '/v4/all_member_push/im_get_tag'

type Body = NonNullable<RequestInit['body']>

function send(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(started.url + path, init)
}

function post(path: string, body: Body, type = 'application/json'): Promise<Response> {
  return send(path, { method: 'POST', headers: { 'Content-Type': type }, body, duplex: 'half' })
}

const bodiesThatAreNoJson: readonly (readonly [string, Body])[] = [
  ['an empty body', ''],
  ['a body cut short', '{"users":["xiaoming"'],
  ['a body with more behind it', '{"users":["xiaoming"]}}'],
  ['a form', 'users=xiaoming'],
  ['broken UTF-8', Buffer.from('{"users":["\xFF"],"To_Account":["\xFF"]}', 'latin1')],
  ['half a character in UTF-8', Buffer.from('{"users":["\xE7\x94"]}', 'latin1')],
]

const badIds: readonly (readonly [string, string, string])[] = [
  ['an empty id', '""', 'is empty'],
  ['an id of 129 bytes', JSON.stringify('x'.repeat(129)), 'is longer than 128 bytes'],
  [
    'an id of 129 bytes in 43 characters',
    JSON.stringify('用'.repeat(43)),
    'is longer than 128 bytes',
  ],
  ['a control character', String.raw`"canary\u0000"`, 'has control characters'],
  ['a line break', String.raw`"canary\n"`, 'has control characters'],
  ['a lone surrogate', String.raw`"canary\ud800"`, 'is not well-formed Unicode'],
  ['a number', '7', 'is of type number, expected a string'],
  ['null', 'null', 'is null, expected a string'],
  ['an object', '{}', 'is of type object, expected a string'],
  ['a list', '["canary"]', 'is of type object, expected a string'],
]

describe.each([batchGet, invalidate])('POST %s refuses with 400 invalid-request', (path) => {
  const refusal = { status: 400, code: 'invalid-request', retryable: false }

  test.each(bodiesThatAreNoJson)('%s', async (_, body) => {
    expect(await problemOf(await post(path, body))).toMatchObject({
      ...refusal,
      detail: 'the body is not valid JSON in UTF-8',
    })
  })

  test.each([
    'null',
    '7',
    '"xiaoming"',
    '["xiaoming"]',
    '{}',
    '{"users":"xiaoming"}',
    '{"users":{"0":"a"}}',
  ])('a body of another shape: %s', async (body) => {
    expect(await problemOf(await post(path, body))).toMatchObject({
      ...refusal,
      detail: 'expected a JSON object with "users", an array of user ids',
    })
  })

  test.each([
    ['no users', 0],
    ['1,001 users', 1_001],
  ])('%s', async (_, count) => {
    const users = Array.from({ length: count }, (__, index) => `user-${index}`)
    expect(await problemOf(await post(path, JSON.stringify({ users })))).toMatchObject({
      ...refusal,
      detail: `expected 1 to 1000 users, got ${count}`,
    })
  })

  test('1,001 times the same user', async () => {
    const users = Array.from({ length: 1_001 }, () => 'xiaoming')
    expect(await problemOf(await post(path, JSON.stringify({ users })))).toMatchObject({
      ...refusal,
      detail: 'expected 1 to 1000 users, got 1001',
    })
  })

  test.each(badIds)('%s among the users, by its place and not by its text', async (_, id, why) => {
    const problem = await problemOf(await post(path, `{"users":["xiaoming",${id}]}`))
    expect(problem).toMatchObject({ ...refusal, detail: `users[1] ${why}` })
  })

  test('many bad ids, and names the first five', async () => {
    const users = Array.from({ length: 7 }, () => '')
    expect(await problemOf(await post(path, JSON.stringify({ users })))).toMatchObject({
      ...refusal,
      detail: expect.stringMatching(/^users\[0\] is empty; .*users\[4\] is empty; and 2 more$/),
    })
  })
})

test('POST /v1/cache:invalidate refuses users beside all', async () => {
  const problem = await problemOf(await post(invalidate, '{"all":true,"users":["xiaoming"]}'))
  expect(problem).toMatchObject({ status: 400, code: 'invalid-request' })
})

test.each(['{"all":false}', '{"all":"true"}', '{"all":1}'])(
  'POST /v1/cache:invalidate does not take %s for all',
  async (body) => {
    expect(await problemOf(await post(invalidate, body))).toMatchObject({ status: 400 })
  },
)

describe.each([dropin, olderDropin])("POST %s refuses with Tencent's code", (path) => {
  test.each(bodiesThatAreNoJson)('90001: %s', async (_, body) => {
    expect(await replyOf(post(path, body))).toEqual(ownFailure(90001))
  })

  test.each([
    'null',
    '[]',
    '{}',
    '{"to_account":["xiaoming"]}',
    '{"To_Account":"xiaoming"}',
    '{"To_Account":{"0":"xiaoming"}}',
    '{"To_Account":[]}',
  ])('90001: %s', async (body) => {
    expect(await replyOf(post(path, body))).toEqual(ownFailure(90001))
  })

  test.each(badIds)('60015: %s', async (_, id, why) => {
    const reply = await replyOf(post(path, `{"To_Account":["xiaoming",${id}]}`))
    expect(reply).toEqual({ ...ownFailure(60015), ErrorInfo: `tagside: To_Account[1] ${why}` })
  })

  test('90018: 101 accounts', async () => {
    const accounts = Array.from({ length: 101 }, (_, index) => `user-${index}`)
    const reply = await replyOf(post(path, JSON.stringify({ To_Account: accounts })))
    expect(reply).toEqual(ownFailure(90018))
  })

  test('90018: 101 times the same account', async () => {
    const accounts = Array.from({ length: 101 }, () => 'xiaoming')
    const reply = await replyOf(post(path, JSON.stringify({ To_Account: accounts })))
    expect(reply).toEqual(ownFailure(90018))
  })
})

describe('GET /v1/users/{id}/tags refuses with 400 invalid-request', () => {
  test.each([
    ['%zz', 'is not valid percent-encoded UTF-8'],
    ['100%', 'is not valid percent-encoded UTF-8'],
    ['%ff', 'is not valid percent-encoded UTF-8'],
    ['%ed%a0%80', 'is not valid percent-encoded UTF-8'],
    ['canary%00', 'has control characters'],
    ['canary%0A', 'has control characters'],
    ['x'.repeat(129), 'is longer than 128 bytes'],
    [encodeURIComponent('用'.repeat(43)), 'is longer than 128 bytes'],
  ])('the id %s', async (id, why) => {
    const problem = await problemOf(await send(`/v1/users/${id}/tags`))
    expect(problem).toMatchObject({ status: 400, code: 'invalid-request' })
    expect(problem.detail).toBe(`the user id in the path ${why}`)
  })
})

describe.each([batchGet, invalidate])('POST %s', (path) => {
  test.each([
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'application/problem+json',
  ])('with Content-Type %s is refused with 415 unsupported-media-type', async (type) => {
    const response = await send(path, {
      method: 'POST',
      headers: type === undefined ? {} : { 'Content-Type': type },
      body: Buffer.from('{"users":["xiaoming"]}'),
    })
    expect(await problemOf(response)).toMatchObject({
      status: 415,
      code: 'unsupported-media-type',
    })
  })

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])(
    'with Content-Type %s is read',
    async (type) => {
      expect((await post(path, '{}', type)).status).toBe(400)
    },
  )
})

describe('a path at which there is nothing is refused with 404 not-found:', () => {
  test.each([
    ['GET', '/'],
    ['GET', '/v1'],
    ['GET', '/v1/users'],
    ['GET', '/v1/users/xiaoming'],
    ['GET', '/v1/users//tags'],
    ['GET', '/v1/users/a/b/tags'],
    ['GET', '/v1/users/xiaoming/tags/'],
    ['GET', '/V1/users/xiaoming/tags'],
    ['GET', '/livez'],
    ['POST', '/v1/tags'],
    ['POST', '/v1/tags:batchGet/'],
    ['POST', '/v4/timpush/add_tag'],
    ['POST', '/v4/timpush/get_tags'],
    ['DELETE', '/favicon.ico'],
  ])('%s %s', async (method, path) => {
    expect(await problemOf(await send(path, { method }))).toMatchObject({
      status: 404,
      code: 'not-found',
    })
  })
})
