import { describe, expect, test } from 'vitest'

import { nearest, nearNote } from './near.ts'

describe('the nearest words', () => {
  test.for([
    ['rest', ['hang', 'reset', 'fin'], 'reset'],
    ['hnag', ['fin', 'hang'], 'hang'],
    [
      '/v4/timpush/gettag',
      ['/v4/all_member_push/im_get_tag', '/v4/timpush/get_tag'],
      '/v4/timpush/get_tag',
    ],
    ['用户', ['用户们', 'user'], '用户们'],
  ] as const)('to "%s" in %j begin with %s', ([word, words, expected]) => {
    expect(nearest(word, words, 1)).toEqual([expected])
  })

  test('come nearest first, as many as asked for', () => {
    const words = ['kitchen', 'mitten', 'kitten', 'dog']
    expect(nearest('kitten', words, 3)).toEqual(['kitten', 'mitten', 'kitchen'])
    expect(nearest('kitten', words, 2)).toEqual(['kitten', 'mitten'])
  })

  test.for([
    ['abc', 'abx', 'axx'],
    ['abcd', 'abxx', 'axxx'],
    ['abcdef', 'abcdxx', 'abcxxx'],
    ['abcdefg', 'abcdxxx', 'abcxxxx'],
  ] as const)('to "%s" reach as far as "%s" and not to "%s"', ([word, near, far]) => {
    expect(nearest(word, [far, near], 2)).toEqual([near])
  })

  test('count two neighbours in the wrong order as one mistake', () => {
    expect(nearest('abc', ['bac', 'acb', 'cba'], 3)).toEqual(['bac', 'acb'])
  })

  test('to nothing are none', () => {
    expect(nearest('', ['a', 'abc'], 2)).toEqual([])
  })
})

test('a message names the near words, and nothing where there are none', () => {
  expect(nearNote(['reset', 'fin'])).toBe('; near: reset, fin')
  expect(nearNote([])).toBe('')
})
