import { deflateRawSync, deflateSync, inflateSync } from 'node:zlib'

import { Api } from 'tls-sig-api-v2'
import { describe, expect, test } from 'vitest'

import { signUserSig, verifyUserSig } from './usersig.ts'

/** The sample key that the README of Tencent's signer publishes. */
const secretKey = '5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e'
const ticket = {
  identifier: 'administrator',
  sdkAppId: 1_400_000_000,
  timeS: 1_700_000_000,
  expireS: 86_400,
}
const expectation = {
  identifier: 'administrator',
  sdkAppId: 1_400_000_000,
  secretKey,
  nowMs: 1_700_000_001_000,
}

/**
 * Computed with Tencent's published algorithm, with a ticket from another zlib than this process
 * may have.
 */
const knownUserSig =
  'eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwokpuZl5mcUlRYkl*UVQBcUp2YkFBZkpSlaGJgZQAJEpycxNVbIyNEcVTa0oyCxKVbKyMDOBCRVnpitZKVX6OKZql5uHh6aGlhYmhVlm6IdEmFuUGhnmh7hnamdaRhUYlhoHFORFmhnYKtUCAK0SM5I_'

describe('the verifier of UserSigs', () => {
  test('accepts the known answer of the published algorithm', () => {
    expect(verifyUserSig(knownUserSig, expectation)).toBeUndefined()
  })

  test("accepts what Tencent's own package signs", () => {
    const userSig = new Api(1_400_000_000, secretKey).genUserSig('administrator', 86_400)
    expect(verifyUserSig(userSig, { ...expectation, nowMs: Date.now() })).toBeUndefined()
  })

  test('accepts a ticket whose JSON has another order, spacing and level of compression', () => {
    const wire = wireOf(knownUserSig)
    const reordered = Object.fromEntries(Object.entries(wire).toReversed())
    const json = JSON.stringify(reordered, undefined, 2)
    expect(verifyUserSig(packed(deflateSync(json, { level: 0 })), expectation)).toBeUndefined()
  })

  test('includes a userbuf in what is signed, as the published algorithm does', () => {
    const wire = { ...wireOf(knownUserSig), 'TLS.userbuf': 'YWJj' }
    const right = { ...wire, 'TLS.sig': '8genqljbpEaJZVMsIbmfmZ/85Nx6/a80jcuFHDVj+RM=' }
    expect(verifyUserSig(pack(right), expectation)).toBeUndefined()
    expect(verifyUserSig(pack(wire), expectation)).toBe(70009)
  })

  test('takes a ticket in the second it expires and refuses it in the next', () => {
    const lastMs = (ticket.timeS + ticket.expireS) * 1000 + 999
    expect(verifyUserSig(knownUserSig, { ...expectation, nowMs: lastMs })).toBeUndefined()
    expect(verifyUserSig(knownUserSig, { ...expectation, nowMs: lastMs + 1 })).toBe(70001)
  })

  test.for([
    ['another key', { secretKey: `${secretKey.slice(0, -1)}f` }, 70009],
    ['another user', { identifier: 'somebody' }, 70013],
    ['another app', { sdkAppId: 1_400_000_001 }, 70014],
    ['a later day', { nowMs: expectation.nowMs + 86_400_000 }, 70001],
  ] as const)('refuses a ticket made for %s', ([, change, code]) => {
    expect(verifyUserSig(knownUserSig, { ...expectation, ...change })).toBe(code)
  })

  test.for([
    ['nothing', ''],
    ['a word', 'administrator'],
    ['a ticket cut short', knownUserSig.slice(0, -12)],
    ['a ticket with something behind it', `${knownUserSig}eJyr`],
    ['a ticket without its padding', knownUserSig.replaceAll('_', '')],
    ['the plain base64 alphabet', knownUserSig.replaceAll('*', '+').replaceAll('_', '=')],
    ['the URL-safe base64 alphabet', bytesOf(knownUserSig).toString('base64url')],
    ['bytes behind the ticket', packed(Buffer.concat([bytesOf(knownUserSig), Buffer.of(0)]))],
    ['a plus that the URL turned into a space', knownUserSig.replace('*', ' ')],
    ['no compression', packed(Buffer.from(JSON.stringify(wireOf(knownUserSig))))],
    ['raw deflate', packed(deflateRawSync(JSON.stringify(wireOf(knownUserSig))))],
    ['text that is not JSON', packed(deflateSync('TLS.ver=2.0'))],
    ['JSON that is no object', packed(deflateSync('[]'))],
    ['a ticket without an expiry', pack({ ...wireOf(knownUserSig), 'TLS.expire': undefined })],
    ['an expiry of null', pack({ ...wireOf(knownUserSig), 'TLS.expire': null })],
    ['an SDKAppID as text', pack({ ...wireOf(knownUserSig), 'TLS.sdkappid': '1400000000' })],
    ['a good ticket blown up to 16 MiB', packed(deflateSync(textOf(knownUserSig).padEnd(2 ** 24)))],
  ] as const)('finds %s not decodable', ([, userSig]) => {
    expect(verifyUserSig(userSig, expectation)).toBe(70003)
  })

  test('refuses a ticket with any one character changed, unless it says the same as before', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-_'
    const changed = Array.from(knownUserSig).flatMap((letter, at) =>
      Array.from(alphabet.replace(letter, ''), (other) => ({
        at,
        userSig: `${knownUserSig.slice(0, at)}${other}${knownUserSig.slice(at + 1)}`,
      })),
    )
    const verdicts = changed.map(({ at, userSig }) => {
      return { at, userSig, verdict: verifyUserSig(userSig, expectation) }
    })
    expect(new Set(verdicts.map(({ verdict }) => verdict))).toEqual(new Set([70003, undefined]))
    // Deflate fills its last byte up with bits that mean nothing, and the checksum is of the text.
    // Here these 7 bits lie in two characters: nobody who inflates can see them changed.
    const accepted = verdicts.filter(({ verdict }) => verdict === undefined)
    expect(new Set(accepted.map(({ at }) => at))).toEqual(new Set([184, 185]))
    for (const { userSig } of accepted) expect(textOf(userSig)).toBe(textOf(knownUserSig))
  })

  test.for(['TLS.identifier', 'TLS.sdkappid', 'TLS.time', 'TLS.expire', 'TLS.sig'])(
    'refuses a ticket whose %s was changed after signing',
    (field) => {
      const wire = wireOf(knownUserSig)
      const forged = typeof wire[field] === 'number' ? wire[field] + 1 : `${String(wire[field])}x`
      expect(verifyUserSig(pack({ ...wire, [field]: forged }), expectation)).toBeDefined()
    },
  )
})

describe('the signer', () => {
  test('signs as the published algorithm does', () => {
    expect(wireOf(signUserSig(ticket, secretKey))).toEqual(wireOf(knownUserSig))
  })

  test('signs a userbuf too', () => {
    const userSig = signUserSig({ ...ticket, userbuf: 'YWJj' }, secretKey)
    expect(wireOf(userSig)).toMatchObject({
      'TLS.userbuf': 'YWJj',
      'TLS.sig': '8genqljbpEaJZVMsIbmfmZ/85Nx6/a80jcuFHDVj+RM=',
    })
  })
})

function wireOf(userSig: string): Record<string, unknown> {
  return JSON.parse(textOf(userSig))
}

function textOf(userSig: string): string {
  return inflateSync(bytesOf(userSig)).toString()
}

function bytesOf(userSig: string): Buffer {
  const base64 = userSig.replaceAll('*', '+').replaceAll('-', '/').replaceAll('_', '=')
  return Buffer.from(base64, 'base64')
}

function pack(wire: object): string {
  return packed(deflateSync(JSON.stringify(wire)))
}

function packed(bytes: Buffer): string {
  const base64 = bytes.toString('base64')
  return base64.replaceAll('+', '*').replaceAll('/', '-').replaceAll('=', '_')
}
