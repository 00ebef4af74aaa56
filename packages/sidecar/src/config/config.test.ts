import { expect, test } from 'vitest'

import { configOf, needed, problemsOf } from '../../tests/support/config-sources.ts'
import { ConfigError } from './config.ts'

test('a report begins with the number of problems', () => {
  expect(new ConfigError(['a']).message).toBe('the configuration has 1 problem:\n  a')
  expect(new ConfigError(['a', 'b']).message).toBe('the configuration has 2 problems:\n  a\n  b')
})

test('a report has one line for each problem, whatever a name or a value has in it', () => {
  const controls = 'a\n\u001B[2J\u009B\u202E'
  const files = { '/f': JSON.stringify({ [controls]: '1' }) }
  const environment = { ...needed, [`TAGSIDE_${controls}`]: '1', TAGSIDE_TTL: '\u009B' }
  const problems = problemsOf({ argv: [`--${controls}`, '--config=/f'], environment, files })
  expect(problems).toHaveLength(4)
  expect(problems.join('')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
  expect(problems.join('')).toContain(String.raw`a\u000a\u001b[2J\u009b\u202e`)
})

test('a file may have an array where a list is expected, and nowhere else; an empty one is none', () => {
  const ofFile = (content: string) => ({ argv: ['--config=/f'], files: { '/f': content } })
  expect(configOf(ofFile('{"allowedHosts":["a","b:80"]}')).allowedHosts).toEqual(['a', 'b:80'])
  expect(configOf(ofFile('{"allowedHosts":[]}')).allowedHosts).toEqual([])
  expect(problemsOf(ofFile('{"ttl":["5s"]}'))).toEqual([
    'ttl "[\\"5s\\"]": expected a duration from 0s to 30d, such as 250ms, 30s, 5m or 24h',
  ])
})
