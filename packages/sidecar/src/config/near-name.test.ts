import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { distance, nearNames } from './near-name.ts'
import { allSettings, environmentName, flagName } from './settings.ts'

const keys = allSettings.map(({ key }) => key)

describe('the distance of two words', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })

  test.each([
    ['', '', 0],
    ['ttl', 'ttl', 0],
    ['tll', 'ttl', 1],
    ['tl', 'ttl', 1],
    ['ttll', 'ttl', 1],
    ['tlt', 'ttl', 1],
    ['abcd', 'badc', 2],
    ['ca', 'abc', 3],
    ['abc', '', 3],
  ])('from %j to %j is %d', (from, to, edits) => {
    expect(distance(from, to)).toBe(edits)
  })

  test('is that of its definition, whatever the words', () => {
    fc.assert(
      fc.property(word, word, (from, to) => {
        expect(distance(from, to)).toBe(distanceByDefinition(from, to))
        expect(distance(to, from)).toBe(distance(from, to))
      }),
    )
  })
})

/** The recurrence as it stands in the books: slow and plain. */
function distanceByDefinition(from: string, to: string): number {
  if (from === '' || to === '') return Math.max(from.length, to.length)
  const [a, b] = [from.slice(0, -1), to.slice(0, -1)]
  const isSwapped =
    from.length > 1 && to.length > 1 && from.at(-1) === to.at(-2) && from.at(-2) === to.at(-1)
  return Math.min(
    distanceByDefinition(a, to) + 1,
    distanceByDefinition(from, b) + 1,
    distanceByDefinition(a, b) + (from.at(-1) === to.at(-1) ? 0 : 1),
    isSwapped ? distanceByDefinition(a.slice(0, -1), b.slice(0, -1)) + 1 : Infinity,
  )
}

describe('near a misspelt name is', () => {
  test.each([
    ['TAGSIDE_TLL', ['ttl']],
    ['--sdk-appid', ['sdkAppId']],
    ['TAGSIDE_SDKAPPID', ['sdkAppId']],
    ['sdk_app_id', ['sdkAppId']],
    ['SECRET_KEY', ['secretKey']],
    ['calls_per_second', ['callsPerSecond']],
    ['callsPerSec', ['callsPerSecond']],
    ['--calls', ['callsPerSecond', 'maxConcurrentCalls']],
    ['--max-users', ['batchMaxUsers', 'maxUsersPerRequest']],
    ['TAGSIDE_CACHE_TTL', ['ttl']],
    ['cacheBytes', ['cacheMaxBytes']],
    ['--ops', ['opsListen']],
  ])('%s: %j', (given, near) => {
    expect(nearNames(given, keys)).toEqual(near)
  })

  test.each([
    '',
    '-',
    '--',
    'x',
    'colour',
    '__proto__',
    'TAGSIDE_',
    'name',
    '用户',
    'z'.repeat(99),
  ])('%j: nothing', (given) => {
    expect(nearNames(given, keys)).toEqual([])
  })

  test('the name itself, in any of its spellings', () => {
    for (const key of keys) {
      for (const spelt of [key, flagName(key), environmentName(key), key.toLowerCase()]) {
        expect(nearNames(spelt, keys)).toEqual([key])
      }
    }
  })

  test('the name, when one letter is wrong, missing or too many', () => {
    for (const key of keys) {
      for (let at = 0; at < key.length; at += 1) {
        for (const instead of ['', 'q', `${key[at]}q`]) {
          const misspelt = key.slice(0, at) + instead + key.slice(at + 1)
          expect(nearNames(misspelt.toLowerCase(), keys)).toEqual([key])
        }
      }
    }
  })
})
