import { describe, expect, test } from 'vitest'

import { HttpMetrics } from './http-metrics.ts'

const answered = (statusCode: number) => ({ headersSent: true, statusCode })

/** Says what was counted, in words. */
function counted(metrics: HttpMetrics): string[] {
  return metrics
    .counts()
    .filter(({ requests }) => requests > 0)
    .map(({ route, method, status, requests }) => `${method} ${route} ${status} ${requests}`)
}

describe('the route of a request is', () => {
  test.each([
    ['/v1/users/xiaoming/tags', '/v1/users/{id}/tags'],
    ['/v1/users/a%2Fb/tags?x=/y', '/v1/users/{id}/tags'],
    ['/v1/tags:batchGet', '/v1/tags:batchGet'],
    ['/v1/cache:invalidate', '/v1/cache:invalidate'],
    ['/v4/timpush/get_tag?sdkappid=1&usersig=x', '/v4/timpush/get_tag'],
    ['/v4/all_member_push/im_get_tag', '/v4/all_member_push/im_get_tag'],
    ['/openapi.json', '/openapi.json'],
    ['/v1/users/xiaoming', 'other'],
    ['/v1/users//tags', 'other'],
    ['/v1/users/a/b/tags', 'other'],
    ['/v1/users/tags', 'other'],
    ['/v1/users/xiaoming/tags/', 'other'],
    ['/v1/users/a?b/tags', 'other'],
    ['http://localhost/v1/tags:batchGet', 'other'],
    ['other', 'other'],
    ['{id}', 'other'],
    ['*', 'other'],
    ['', 'other'],
  ])('for %j %s', (url, route) => {
    const metrics = new HttpMetrics()
    metrics.ended({ method: 'GET', url }, answered(200), 1)
    expect(counted(metrics)).toEqual([`GET ${route} 200 1`])
  })
})

test('methods without a use here are one', () => {
  const metrics = new HttpMetrics()
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PROPFIND', undefined])
    metrics.ended({ method, url: '/nothing' }, answered(405), 1)
  expect(counted(metrics)).toEqual([
    'GET other 405 1',
    'HEAD other 405 1',
    'POST other 405 1',
    'other other 405 3',
  ])
})

test('a caller who left before the answer is 499', () => {
  const metrics = new HttpMetrics()
  const url = '/v1/tags:batchGet'
  metrics.ended({ method: 'POST', url }, { headersSent: false, statusCode: 200 }, 1)
  expect(counted(metrics)).toEqual([`POST ${url} 499 1`])
})

test('an answer from the cache and one at the longest deadline are told apart in seconds', () => {
  const metrics = new HttpMetrics()
  for (const ms of [0.05, 0.1, 0.2, 9_000, 20_000])
    metrics.ended({ method: 'GET', url: '/' }, answered(404), ms)
  const { bounds, buckets, count } = metrics.durationS
  expect(buckets.slice(0, 2)).toEqual([2, 1])
  expect([bounds.at(-1), buckets.at(-2), buckets.at(-1), count]).toEqual([10, 1, 1, 5])
})

test('the kinds of requests stay as few, whatever the paths, methods and answers', () => {
  const metrics = new HttpMetrics()
  const before = metrics.counts().length
  for (let request = 0; request < 10_000; request += 1) {
    const url = `/v1/users/user-${request}/tags?n=${request}`
    metrics.ended({ method: 'GET', url }, answered([200, 404, 503][request % 3] ?? 0), 1)
    metrics.ended({ method: 'GET', url: `/${request}` }, answered(404), 1)
  }
  expect(metrics.counts()).toHaveLength(before)
})
