import { describe, expect, test } from 'vitest'

import { decimal, duration, integer, INVALID, list, oneOf, pattern, size } from './value-kinds.ts'

describe('a duration', () => {
  const kind = duration('10ms', '2d')

  test.each([
    ['10ms', 10],
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['2d', 172_800_000],
    ['1.5s', 1_500],
    ['1.005s', 1_005],
    ['0.25m', 15_000],
    ['10.4ms', 10],
  ])('%s is %d ms, a whole number', (text, ms) => {
    expect(kind.parse(text)).toBe(ms)
  })

  test.each(['9ms', '9.4ms', '2.1d', '49h', '172800001ms'])('%s is out of its bounds', (text) => {
    expect(kind.parse(text)).toBe(INVALID)
  })

  test.each([
    '',
    '10',
    'ms',
    '-1s',
    '+1s',
    '1 s',
    ' 1s',
    '1s\n',
    '1S',
    '1sec',
    '1s30ms',
    '.5s',
    '1.s',
    '1e3ms',
    '∞',
  ])('%j is none', (text) => {
    expect(kind.parse(text)).toBe(INVALID)
  })

  test('of nothing may be allowed', () => {
    expect(duration('0s', '1s').parse('0s')).toBe(0)
    expect(duration('0s', '1s').parse('0ms')).toBe(0)
  })

  test('is explained with its bounds', () => {
    expect(kind.expected).toBe('a duration from 10ms to 2d, such as 250ms, 30s, 5m or 24h')
  })
})

describe('a size', () => {
  const kind = size('1KiB', '2GiB')

  test.each([
    ['1024B', 1_024],
    ['1KiB', 1_024],
    ['512KiB', 524_288],
    ['64MiB', 67_108_864],
    ['2GiB', 2_147_483_648],
  ])('%s is %d bytes', (text, bytes) => {
    expect(kind.parse(text)).toBe(bytes)
  })

  test.each(['1023B', '3GiB', '2049MiB'])('%s is out of its bounds', (text) => {
    expect(kind.parse(text)).toBe(INVALID)
  })

  test.each(['', '64', '64MB', '64mib', '1.5MiB', '-1MiB', '64 MiB', 'MiB'])(
    '%j is none',
    (text) => {
      expect(kind.parse(text)).toBe(INVALID)
    },
  )

  test('is explained with its bounds', () => {
    expect(kind.expected).toBe('a size from 1KiB to 2GiB, such as 512KiB or 64MiB')
  })
})

describe('a whole number', () => {
  const kind = integer(1, 100)

  test.each([
    ['1', 1],
    ['100', 100],
    ['007', 7],
  ])('%s is %d', (text, value) => {
    expect(kind.parse(text)).toBe(value)
  })

  test.each(['0', '101', '', '1.0', '-1', '+1', '1e1', '0x1', ' 1', '1_0', '9'.repeat(400)])(
    '%j is none from 1 to 100',
    (text) => {
      expect(kind.parse(text)).toBe(INVALID)
    },
  )

  test('is explained with its bounds', () => {
    expect(kind.expected).toBe('a whole number from 1 to 100')
  })
})

describe('a number', () => {
  const kind = decimal(0.01, 10_000)

  test.each([
    ['0.01', 0.01],
    ['2.5', 2.5],
    ['10000', 10_000],
  ])('%s is %d', (text, value) => {
    expect(kind.parse(text)).toBe(value)
  })

  test.each(['0', '0.009', '10000.1', '', '.5', '1.', '-1', '1e3', 'Infinity', 'NaN', '1,5'])(
    '%j is none from 0.01 to 10000',
    (text) => {
      expect(kind.parse(text)).toBe(INVALID)
    },
  )

  test('is explained with its bounds', () => {
    expect(kind.expected).toBe('a number from 0.01 to 10000')
  })
})

test('a choice is one of its words, letter for letter', () => {
  const kind = oneOf('LEVEL', ['info', 'debug'])
  expect(kind.parse('debug')).toBe('debug')
  for (const text of ['', 'Debug', 'debug ', 'warn', 'toString']) {
    expect(kind.parse(text)).toBe(INVALID)
  }
  expect(kind.expected).toBe('one of info, debug')
})

test('a pattern takes what has its shape, unchanged', () => {
  const kind = pattern('a word', 'WORD', /^\w+$/)
  expect(kind.parse('word')).toBe('word')
  expect(kind.parse('two words')).toBe(INVALID)
  expect(kind.expected).toBe('a word')
})

test('a list has members between commas, without the white space around them', () => {
  const kind = list('words', /^\w+$/)
  expect(kind.parse('one')).toEqual(['one'])
  expect(kind.parse(' one,two , three')).toEqual(['one', 'two', 'three'])
  for (const text of ['', 'one,', ',one', 'one,,two', 'one two']) {
    expect(kind.parse(text)).toBe(INVALID)
  }
})
