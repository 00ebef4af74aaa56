import { describe, expect, test } from 'vitest'

import { causesOf, systemCodeOf } from './cause-chain.ts'

function coded(code: unknown, cause?: unknown): Error {
  return Object.assign(new Error('failed', { cause }), { code })
}

describe('systemCodeOf', () => {
  test.each<[string, unknown, string]>([
    ['the code of an error', coded('ECONNRESET'), 'ECONNRESET'],
    ['the code of its cause', new TypeError('', { cause: coded('ENOTFOUND') }), 'ENOTFOUND'],
    ['the outermost code', coded('UND_ERR_SOCKET', coded('ECONNRESET')), 'UND_ERR_SOCKET'],
    [
      'the innermost kind where there is no code',
      new Error('', { cause: new RangeError() }),
      'RangeError',
    ],
    ['no code that is a number', coded(7, coded('EPIPE')), 'EPIPE'],
    ['no code that is a text', coded('GET /?usersig=canary'), 'Error'],
    ['"unknown" for what is no error', 'canary', 'unknown'],
  ])('gives %s', (_, error, code) => {
    expect(systemCodeOf(error)).toBe(code)
  })
})

test('causesOf ends in a chain that has no end', () => {
  const error = new Error('its own cause')
  error.cause = error
  expect(causesOf(error)).toHaveLength(10)
})
