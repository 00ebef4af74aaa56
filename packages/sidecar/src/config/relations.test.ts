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

test('a relation of values that are wrong in themselves is not looked at', () => {
  expect(problems({ TAGSIDE_LISTEN: '0.0.0.0', TAGSIDE_OPS_LISTEN: 'no' })).toHaveLength(2)
})
