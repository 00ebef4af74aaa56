import { describe, expect, test } from 'vitest'

import { Secret } from './secret.ts'
import { UpstreamText } from './upstream-text.ts'

const sig =
  'eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwokpuZl5mcUlRYkl*UVQBcUp2YkFBZkpSlaGJgZQAJEpycxNVbIy' +
  'NEcVTa0oyCxKVbKyMDOBCRVnpitZKVX6OKZql5uHh6aGlhYmhVlm6IdEmFuUGhnmh7hnamdaRhUYlhoHFORFmhnYKtUC' +
  'AK0SM5I_'
const text = new UpstreamText({ text: new Secret(sig), expiresAtMs: 0 })

const percentEncoded = sig.replaceAll('*', '%2A').replaceAll('_', '%5F')

describe('clean', () => {
  test('leaves ordinary text as it is', () => {
    const ordinary = 'Fail to Parse json data of body, 请检查 100%2D'
    expect(text.clean(ordinary)).toBe(ordinary)
  })

  test('drops control characters of every kind', () => {
    expect(text.clean('a\u0000b\r\nc\td\u001B[31me\u007Ff\u0085g')).toBe('abcd[31mefg')
  })

  test('keeps 300 characters, not one more', () => {
    expect(text.clean('x'.repeat(300))).toHaveLength(300)
    expect(text.clean('x'.repeat(301))).toBe('x'.repeat(300))
  })

  test.each([
    ['raw', sig],
    ['percent-encoded', percentEncoded],
    [
      'percent-encoded in small letters',
      percentEncoded.replaceAll('%2A', '%2a').replaceAll('%5F', '%5f'),
    ],
    ['cut short', sig.slice(0, -20)],
    ['broken over two lines', `${sig.slice(0, 40)}\r\n${sig.slice(40)}`],
  ])('replaces the UserSig: %s', (_, written) => {
    expect(text.clean(`usersig=${written}&random=1`)).toBe('usersig=[secret]&random=1')
  })

  test('replaces every occurrence', () => {
    expect(text.clean(`${sig} and ${sig}`)).toBe('[secret] and [secret]')
  })

  test('replaces a UserSig that lies across the bound', () => {
    expect(text.clean('x'.repeat(280) + ' ' + sig)).toBe(`${'x'.repeat(280)} [secret]`)
  })

  test('replaces a UserSig that is shorter than usual', () => {
    const short = new UpstreamText({ text: new Secret('a*b'), expiresAtMs: 0 })
    expect(short.clean('a*b? a%2ab? a%2Ab?')).toBe('[secret]? [secret]? [secret]?')
  })
})

describe('cleanCause', () => {
  test.each(['data', 'rawPacket'])(
    'withholds a cause with a piece of the reply as its %s',
    (name) => {
      const parserError = Object.assign(new Error('Invalid chunk size'), { [name]: '{"UserTags":' })
      const cause = new TypeError('fetch failed', { cause: parserError })
      expect(text.cleanCause(cause)).not.toBe(cause)
    },
  )

  test('returns a cause that is free of the UserSig', () => {
    const cause = new Error('fetch failed', { cause: new Error('connect ECONNREFUSED') })
    expect(text.cleanCause(cause)).toBe(cause)
  })

  test.each([
    ['in its message', new Error(`POST /?usersig=${sig} failed`)],
    ['in its own cause', new Error('failed', { cause: new Error(percentEncoded) })],
    [
      'in a field',
      Object.assign(new Error('failed'), { config: { url: new URL(`http://h/?${sig}`) } }),
    ],
    ['in a hidden field', Object.defineProperty(new Error('failed'), 'url', { value: sig })],
    ['in one of several', new AggregateError([new Error('one'), new Error(sig)], 'all failed')],
    ['as a plain string', `failed: ${sig}`],
  ])('withholds a cause with the UserSig %s', (_, cause) => {
    expect(text.cleanCause(cause)).toEqual(
      new Error('The original error is withheld: it quoted the UserSig or the reply.'),
    )
  })
})
