import { describe, expect, test } from 'vitest'

import { nearest } from './near.ts'

describe('the nearest words', () => {
  test.for([
    ['rest', ['hang', 'reset', 'fin'], 'reset'],
    ['', ['abc', 'a'], 'a'],
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
    expect(nearest('kitten', ['sitting', 'kitchen', 'mitten', 'dog'], 3)).toEqual([
      'mitten',
      'kitchen',
      'sitting',
    ])
  })

  test('are none where too many letters differ', () => {
    expect(nearest('cat', ['cut', 'cart', 'dogs'], 3, 1)).toEqual(['cut', 'cart'])
    expect(nearest('cat', ['dogs'], 3, 3)).toEqual([])
  })
})
