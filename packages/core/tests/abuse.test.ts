import { describe, expect, test } from 'vitest'

import { createSigner, createTagClient, Secret, signUserSig } from '../src/index.ts'
import { aSigner, clientOf, rejectionOf, secretKey } from './support/client.ts'
import { openUpstream, tagged } from './support/loopback-upstream.ts'

const options = { sdkAppId: 1_400_000_000, secretKey, adminId: 'administrator' }
const signer = aSigner()

describe.each([
  ['createSigner', createSigner],
  ['signUserSig', signUserSig],
])('%s refuses', (_, sign) => {
  test.each([
    ['0', 'RangeError: sdkAppId: expected an integer from 1 to 9007199254740991, got 0'],
    ['-1', 'RangeError: sdkAppId: expected an integer from 1 to 9007199254740991, got -1'],
    ['1.5', 'RangeError: sdkAppId: expected an integer from 1 to 9007199254740991, got 1.5'],
    ['1e300', 'RangeError: sdkAppId: expected an integer from 1 to 9007199254740991, got 1e+300'],
    ['"1"', 'TypeError: sdkAppId: expected an integer from 1 to 9007199254740991, got string'],
    ['null', 'TypeError: sdkAppId: expected an integer from 1 to 9007199254740991, got object'],
  ])('the sdkAppId %s', (json, message) => {
    expect(thrownBy(() => sign({ ...options, sdkAppId: JSON.parse(json) }))).toBe(message)
  })

  test.each([
    ['""', 'RangeError: secretKey: expected a key, got an empty text'],
    ['"canary\\n"', 'RangeError: secretKey: expected no white space around it'],
    ['" canary"', 'RangeError: secretKey: expected no white space around it'],
    ['null', 'TypeError: secretKey: expected a string or a Secret, got object'],
    ['["canary"]', 'TypeError: secretKey: expected a string or a Secret, got object'],
  ])('the secretKey %s', (json, message) => {
    expect(thrownBy(() => sign({ ...options, secretKey: JSON.parse(json) }))).toBe(message)
  })

  test('an empty key in a Secret', () => {
    expect(thrownBy(() => sign({ ...options, secretKey: new Secret('') }))).toBe(
      'RangeError: secretKey: expected a key, got an empty text',
    )
  })

  test.each([
    ['""', 'RangeError: adminId: expected 1 to 32 UTF-8 bytes, got 0'],
    [JSON.stringify('a'.repeat(33)), 'RangeError: adminId: expected 1 to 32 UTF-8 bytes, got 33'],
    [JSON.stringify('管'.repeat(11)), 'RangeError: adminId: expected 1 to 32 UTF-8 bytes, got 33'],
    ['"a\\nTLS.sdkappid:1"', 'RangeError: adminId: expected no control characters'],
    ['"a\\ud800"', 'RangeError: adminId: expected well-formed UTF-16'],
    ['7', 'TypeError: adminId: expected a string, got number'],
  ])('the adminId %s', (json, message) => {
    expect(thrownBy(() => sign({ ...options, adminId: JSON.parse(json) }))).toBe(message)
  })

  test('a lifetime that is no number', () => {
    expect(thrownBy(() => sign({ ...options, lifetimeS: JSON.parse('"86400"') }))).toMatch(
      /^TypeError: lifetimeS: expected an integer from \d+ to 1576800000, got string$/,
    )
  })
})

describe('createTagClient refuses', () => {
  test.each([
    ['nowhere to call', '{}'],
    ['two places to call', '{"region":"tokyo","baseUrl":"https://console.tim.qq.com"}'],
  ])('%s', (_, json) => {
    expect(thrownBy(() => createTagClient({ signer, ...JSON.parse(json) }))).toBe(
      'TypeError: expected exactly one of region and baseUrl',
    )
  })

  test.each(['atlantis', '__proto__', 'toString', ''])('the region %j', (region) => {
    const destination = JSON.parse(JSON.stringify({ region }))
    expect(thrownBy(() => createTagClient({ signer, ...destination }))).toBe(
      'TypeError: region: expected one of china, singapore, seoul, frankfurt, silicon-valley, ' +
        `jakarta, tokyo, mumbai, got ${region}`,
    )
  })

  test('http: to anywhere but this machine', () => {
    expect(thrownBy(() => createTagClient({ signer, baseUrl: 'http://10.1.2.3:80/x' }))).toBe(
      'TypeError: baseUrl: expected https:, or http: to a loopback host, got http://10.1.2.3',
    )
  })

  test.each([0, -1, 60_001, 1.5, Number.NaN])('a call timeout of %d ms', (callTimeoutMs) => {
    expect(() => createTagClient({ signer, region: 'tokyo', callTimeoutMs })).toThrow(
      new RangeError(
        `callTimeoutMs: expected an integer from 1 to 60000, got ${String(callTimeoutMs)}`,
      ),
    )
  })

  test.each([0, -1, 1.5])('a bound of %d bytes on replies', (replyMaxBytes) => {
    expect(() => createTagClient({ signer, region: 'tokyo', replyMaxBytes })).toThrow(RangeError)
  })
})

describe('getTags refuses, before anything is sent,', () => {
  test.each<[string, string, string]>([
    ['no users', '[]', 'RangeError: users: expected 1 to 100, got 0'],
    ['101 users', JSON.stringify(named(101)), 'RangeError: users: expected 1 to 100, got 101'],
    [
      '101 times one user',
      JSON.stringify(Array.from({ length: 101 }, () => 'user-1')),
      'RangeError: users: expected 1 to 100, got 101',
    ],
    ['a text for users', '"user-1"', 'TypeError: users: expected an array, got string'],
    ['a number', '["user-1",2]', 'TypeError: users[1]: expected a string, got number'],
    ['null', '[null]', 'TypeError: users[0]: expected a string, got object'],
    ['an empty id', '[""]', 'RangeError: users[0]: expected 1 to 128 UTF-8 bytes, got 0'],
    [
      'an id of 129 bytes',
      JSON.stringify(['x'.repeat(129)]),
      'RangeError: users[0]: expected 1 to 128 UTF-8 bytes, got 129',
    ],
    [
      'an id of 129 bytes in 65 characters',
      JSON.stringify([`${'é'.repeat(64)}x`]),
      'RangeError: users[0]: expected 1 to 128 UTF-8 bytes, got 129',
    ],
    ...['\\u0000', '\\n', '\\u001f', '\\u007f', '\\u0080', '\\u009f'].map(
      (character): [string, string, string] => [
        `an id with ${character}`,
        `["user-1","canary${character}"]`,
        'RangeError: users[1]: expected no control characters',
      ],
    ),
    ['half a character', '["a\\ud83d"]', 'RangeError: users[0]: expected well-formed UTF-16'],
  ])('%s', async (_, json, message) => {
    await using upstream = await openUpstream(tagged())
    const error = await rejectionOf(clientOf(upstream).getTags(JSON.parse(json)))
    expect(String(error)).toBe(message)
    expect(upstream.calls).toHaveLength(0)
  })
})

function named(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `user-${i}`)
}

/** Returns what is thrown, name and message. */
function thrownBy(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return String(error)
  }
  throw new Error('expected an error')
}
