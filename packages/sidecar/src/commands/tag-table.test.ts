import { expect, test } from 'vitest'

import { tagTable } from './tag-table.ts'

const NOW = Date.parse('2026-11-23T12:00:00.000Z')
const at = (ageMs: number): string => new Date(NOW - ageMs).toISOString()

test('a table has a row for each user: its tags and their age, or what went wrong', () => {
  const results = [
    { user: 'xiaoming', tags: ['GoldMember', 'WeekPassUser'], fetchedAt: at(999) },
    { user: 'user-1', tags: [], fetchedAt: at(61_000), stale: true },
    { user: 'xiaohong', tags: ['PlatinumMember'], fetchedAt: at(25 * 3_600_000) },
    { user: 'ghost', error: { code: 'unknown-user', message: 'who?', retryable: false } },
  ]
  expect(tagTable(results, NOW)).toBe(`USER      AGE        TAGS
xiaoming  0s         GoldMember, WeekPassUser
user-1    1m, stale  (none)
xiaohong  1d         PlatinumMember
ghost     -          unknown-user: who?
`)
})

test('columns stay in line beside characters that are two columns wide, or none', () => {
  const results = [
    { user: '小明', tags: ['金牌'], fetchedAt: at(0) },
    { user: 'e\u0301a', tags: ['b'], fetchedAt: at(3_600_000) },
  ]
  expect(tagTable(results, NOW)).toBe('USER  AGE  TAGS\n小明  0s   金牌\ne\u0301a    1h   b\n')
})

test('a clock that differs from that of the sidecar makes nothing younger than now', () => {
  const results = [{ user: 'a', tags: [], fetchedAt: at(-5_000) }]
  expect(tagTable(results, NOW)).toContain('a     0s   (none)')
})

test.each([
  ['\u001b[31mred', String.raw`\u{1b}[31mred`],
  ['a\rb\nc', String.raw`a\u{d}b\u{a}c`],
  ['\u009b2J', String.raw`\u{9b}2J`],
  ['\u202etxt', String.raw`\u{202e}txt`],
  ['\u2028', String.raw`\u{2028}`],
  ['\ud800', String.raw`\u{d800}`],
  ['\ue000', String.raw`\u{e000}`],
])('what a terminal would act on is shown as what it is: %j', (text, shown) => {
  const tags = tagTable([{ user: text, tags: [text], fetchedAt: at(0) }], NOW)
  expect(tags.split('\n')[1]?.split(/ {2,}/)).toEqual([shown, '0s', shown])
  const error = { code: text, message: text, retryable: false }
  expect(tagTable([{ user: 'a', error }], NOW).split('\n')[1]).toMatch(/^[\x20-\x7e]+$/)
})
