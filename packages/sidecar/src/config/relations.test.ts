import { describe, expect, test } from 'vitest'

import { needed, problemsOf, TOKEN } from '../../tests/support/config-sources.ts'

/** What is said of settings beside those that everybody has to give. */
const problems = (more: Readonly<Record<string, string | undefined>>): readonly string[] =>
  problemsOf({ environment: { ...needed, ...more } })

describe('both listeners on one address are refused:', () => {
  test.each([
    ['127.0.0.1:80', '127.0.0.1:80'],
    ['0.0.0.0:80', '127.0.0.1:80'],
    ['127.0.0.1:80', '0.0.0.0:80'],
    ['[::]:80', '127.0.0.1:80'],
    ['[::1]:80', '[::]:80'],
    ['unix:/run/tagside', 'unix:/run/tagside'],
  ])('%s and %s', (listen, ops) => {
    const given = { TAGSIDE_LISTEN: listen, TAGSIDE_ACCESS_TOKEN: TOKEN }
    expect(problems({ ...given, TAGSIDE_OPS_LISTEN: ops })).toEqual([
      `TAGSIDE_OPS_LISTEN "${ops}": expected another address than that of TAGSIDE_LISTEN`,
    ])
  })

  test.each([
    ['127.0.0.1:80', '127.0.0.1:81'],
    ['127.0.0.1:0', '127.0.0.1:0'],
    ['127.0.0.1:80', '127.0.0.2:80'],
    ['0.0.0.0:80', '[::1]:80'],
    ['0.0.0.0:80', 'example:80'],
    ['127.0.0.1:80', 'off'],
    ['unix:/run/a', 'unix:/run/b'],
    ['unix:/run/a', '127.0.0.1:80'],
  ])('but not %s and %s', (listen, ops) => {
    const given = { TAGSIDE_LISTEN: listen, TAGSIDE_ACCESS_TOKEN: TOKEN }
    expect(problems({ ...given, TAGSIDE_OPS_LISTEN: ops })).toEqual([])
  })

  test('the one that was given is named', () => {
    expect(problems({ TAGSIDE_LISTEN: '127.0.0.1:7431' })).toEqual([
      'TAGSIDE_LISTEN "127.0.0.1:7431": expected another address than that of TAGSIDE_OPS_LISTEN',
    ])
  })
})

describe('a sidecar that would call itself is refused:', () => {
  const calling = (url: string, listen: string): readonly string[] =>
    problems({
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
      `TAGSIDE_UPSTREAM_URL "${url}": expected another server than this sidecar, which would call itself`,
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

test('a relation of values that are wrong in themselves is not looked at', () => {
  expect(problems({ TAGSIDE_LISTEN: '0.0.0.0', TAGSIDE_OPS_LISTEN: 'no' })).toHaveLength(2)
})
