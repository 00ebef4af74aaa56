import { describe, expect, test } from 'vitest'

import { configOf, KEY, needed, sourcesOf, TOKEN } from '../../tests/support/config-sources.ts'
import { adviceOn, adviceRules } from './advice.ts'
import { givenValues } from './given-values.ts'

const GIB = 1024 ** 3
const byFile = {
  ...needed,
  TAGSIDE_SECRET_KEY: undefined,
  TAGSIDE_SECRET_KEY_FILE: '/run/key',
}
const files = { '/run/key': KEY, '/run/token': KEY }

function advice(
  more: Readonly<Record<string, string | undefined>>,
  memoryMaxBytes = GIB,
): readonly (readonly [name: string, text: string])[] {
  const sources = { environment: { ...byFile, ...more }, files }
  const given = givenValues(sourcesOf(sources)).byKey
  return adviceOn({ config: configOf(sources), given, memoryMaxBytes }).map(({ name, text }) => [
    name,
    text,
  ])
}

describe('there is advice', () => {
  test.each<[string, Record<string, string | undefined>, RegExp]>([
    [
      'TAGSIDE_SECRET_KEY',
      { TAGSIDE_SECRET_KEY: KEY, TAGSIDE_SECRET_KEY_FILE: undefined },
      /prefer TAGSIDE_SECRET_KEY_FILE$/,
    ],
    ['TAGSIDE_ACCESS_TOKEN', { TAGSIDE_ACCESS_TOKEN: KEY }, /every caller has the key/],
    ['TAGSIDE_ACCESS_TOKEN_FILE', { TAGSIDE_ACCESS_TOKEN_FILE: '/run/token' }, /has the key/],
    ['TAGSIDE_TTL', { TAGSIDE_TTL: '0s' }, /^tags are never fresh, yet for 30s the old ones/],
    [
      'TAGSIDE_STALE_WHILE_REVALIDATE',
      { TAGSIDE_STALE_WHILE_REVALIDATE: '2m', TAGSIDE_STALE_IF_ERROR: '1m' },
      /older than ttl and staleIfError \(1m\)/,
    ],
    ['TAGSIDE_CACHE_MAX_BYTES', { TAGSIDE_CACHE_MAX_BYTES: '513MiB' }, /half of the 1024 MiB/],
    [
      'TAGSIDE_REPLICAS',
      { TAGSIDE_REPLICAS: '250' },
      /^100 calls a second among 250 leave this sidecar one call in 2.5 s.*deadline is 2s$/,
    ],
    [
      'TAGSIDE_REPLICAS',
      { TAGSIDE_CALLS_PER_SECOND: '0.5' },
      /^0.5 calls a second among 1 leave this sidecar one call in 2 s/,
    ],
    ['TAGSIDE_CALL_TIMEOUT', { TAGSIDE_CALL_TIMEOUT: '2999ms' }, /up to 3 s/],
    ['TAGSIDE_DEADLINE', { TAGSIDE_DEADLINE: '99ms' }, /only users who are cached/],
    ['TAGSIDE_DRAIN_GRACE', { TAGSIDE_DRAIN_GRACE: '1s' }, /may take 2s \(deadline\)/],
  ])('on %s of %j', (name, more, text) => {
    expect(advice(more)).toEqual([[name, expect.stringMatching(text)]])
  })
})

describe('there is no advice', () => {
  test('on any default, even where there is little memory', () => {
    expect(advice({}, 1)).toEqual([])
  })

  test.each([
    { TAGSIDE_ACCESS_TOKEN: TOKEN },
    { TAGSIDE_TTL: '0s', TAGSIDE_STALE_WHILE_REVALIDATE: '0s' },
    { TAGSIDE_STALE_IF_ERROR: '0s' },
    { TAGSIDE_STALE_WHILE_REVALIDATE: '1m', TAGSIDE_STALE_IF_ERROR: '1m' },
    { TAGSIDE_CACHE_MAX_BYTES: '512MiB' },
    { TAGSIDE_REPLICAS: '100' },
    { TAGSIDE_CALL_TIMEOUT: '3s' },
    { TAGSIDE_DEADLINE: '100ms' },
    { TAGSIDE_DRAIN_GRACE: '2s' },
    { TAGSIDE_DRAIN_GRACE: '0s' },
  ])('on %j', (more) => {
    expect(advice(more)).toEqual([])
  })

  test('on how Tencent is called where a mock is', () => {
    const more = {
      TAGSIDE_REGION: undefined,
      TAGSIDE_UPSTREAM_URL: 'http://127.0.0.1:7440',
      TAGSIDE_SECRET_KEY_FILE: undefined,
      TAGSIDE_SECRET_KEY: KEY,
      TAGSIDE_CALL_TIMEOUT: '1ms',
      TAGSIDE_DEADLINE: '1ms',
    }
    expect(advice(more)).toEqual([])
  })
})

describe('a sidecar that would call itself is told so:', () => {
  const calling = (url: string, listen: string): readonly unknown[] =>
    advice({
      TAGSIDE_REGION: undefined,
      TAGSIDE_UPSTREAM_URL: url,
      TAGSIDE_LISTEN: listen,
      TAGSIDE_ACCESS_TOKEN: TOKEN,
    })

  test.each([
    ['http://127.0.0.1:80', '127.0.0.1:80'],
    ['http://127.0.0.1', '0.0.0.0:80'],
    ['https://127.0.0.1', '127.0.0.1:443'],
    ['http://localhost:81', '127.0.0.1:81'],
    ['http://[::1]:81', '[::1]:81'],
    ['http://127.0.0.1:7431', '127.0.0.1:80'],
  ])('%s on %s', (url, listen) => {
    expect(calling(url, listen)).toEqual([
      ['TAGSIDE_UPSTREAM_URL', expect.stringMatching(/will call itself/)],
    ])
  })

  test.each([
    ['http://127.0.0.1:80', '127.0.0.1:81'],
    ['http://127.0.0.2:80', '127.0.0.1:80'],
    ['http://127.0.0.1:80', '127.0.0.1:0'],
    ['http://127.0.0.1:80', 'unix:/run/tagside'],
    ['https://example.com:80', '0.0.0.0:80'],
  ])('but not %s on %s', (url, listen) => {
    expect(calling(url, listen)).toEqual([])
  })
})

test('advice never repeats a secret', () => {
  const all = advice({
    TAGSIDE_SECRET_KEY: KEY,
    TAGSIDE_SECRET_KEY_FILE: undefined,
    TAGSIDE_ACCESS_TOKEN: KEY,
  })
  expect(all).toHaveLength(2)
  expect(JSON.stringify(all)).not.toContain(KEY)
})

test('each rule names a setting once', () => {
  const keys = adviceRules.map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
})
