import { createHmac } from 'node:crypto'
import { inflateSync } from 'node:zlib'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { Secret } from './secret.ts'
import { signUserSig } from './user-sig.ts'

/** The key that the README of Tencent's signer publishes. */
const publishedKey = '5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e'

const options = {
  sdkAppId: 1_400_000_000,
  secretKey: publishedKey,
  adminId: 'administrator',
  lifetimeS: 86_400,
}

/** TLS.sig of a UserSig, by Tencent's published algorithm and with nothing of ours. */
function signature(
  signed: { sdkAppId: number; secretKey: string; adminId: string; lifetimeS: number },
  timeS: number,
): string {
  return createHmac('sha256', signed.secretKey)
    .update(`TLS.identifier:${signed.adminId}\n`)
    .update(`TLS.sdkappid:${signed.sdkAppId}\n`)
    .update(`TLS.time:${timeS}\n`)
    .update(`TLS.expire:${signed.lifetimeS}\n`)
    .digest('base64')
}

function decoded(text: string): unknown {
  const alphabet = new Map([
    ['*', '+'],
    ['-', '/'],
    ['_', '='],
  ])
  const base64 = text.replaceAll(/[*\-_]/g, (character) => alphabet.get(character) ?? '')
  return JSON.parse(inflateSync(Buffer.from(base64, 'base64')).toString())
}

describe('signUserSig', () => {
  beforeEach(() => vi.useFakeTimers({ now: 1_700_000_000_000 }))
  afterEach(() => vi.useRealTimers())

  test('gives the known answer to the known question', () => {
    const { text } = signUserSig(options)
    expect(decoded(text.reveal())).toEqual({
      'TLS.ver': '2.0',
      'TLS.identifier': 'administrator',
      'TLS.sdkappid': 1_400_000_000,
      'TLS.time': 1_700_000_000,
      'TLS.expire': 86_400,
      'TLS.sig': 'yLAe+w7WUeUuqbV9h/TX78u21oTGi+i9Zp1u3PpnY60=',
    })
  })

  test.each([
    ['the published sample', options, 1_700_000_000],
    ['another application', { ...options, sdkAppId: 20_000_001 }, 1_700_000_000],
    ['another admin', { ...options, adminId: 'push_admin-2' }, 1_700_000_000],
    ['an admin of 32 bytes beyond ASCII', { ...options, adminId: '管理员管理员管理员管ab' }, 1],
    ['another key', { ...options, secretKey: 'not hex at all' }, 1_700_000_000],
    ['the shortest lifetime', { ...options, lifetimeS: 1 }, 1_700_000_001],
    ['the longest lifetime', { ...options, lifetimeS: 50 * 365 * 86_400 }, 1_795_000_000],
    ['a day in the far future', options, 4_102_444_800],
  ])('signs as the algorithm says: %s', (_, signed, timeS) => {
    vi.setSystemTime(timeS * 1000 + 999)
    expect(decoded(signUserSig(signed).text.reveal())).toEqual({
      'TLS.ver': '2.0',
      'TLS.identifier': signed.adminId,
      'TLS.sdkappid': signed.sdkAppId,
      'TLS.time': timeS,
      'TLS.expire': signed.lifetimeS,
      'TLS.sig': signature(signed, timeS),
    })
  })

  test('uses only characters that a query string leaves alone', () => {
    for (let second = 0; second < 200; second += 1) {
      vi.setSystemTime(second * 1000)
      const text = signUserSig(options).text.reveal()
      expect(new URLSearchParams({ text }).toString()).toBe(`text=${text}`)
    }
  })

  test('expires on a whole second, never later than what is signed', () => {
    vi.setSystemTime(1_700_000_000_999)
    expect(signUserSig(options).expiresAtMs).toBe(1_700_086_400_000)
  })

  test('is valid for a day unless told otherwise', () => {
    const { sdkAppId, secretKey, adminId } = options
    const { expiresAtMs } = signUserSig({ sdkAppId, secretKey, adminId })
    expect(expiresAtMs).toBe(1_700_086_400_000)
  })

  test('takes the key as a Secret too', () => {
    const wrapped = signUserSig({ ...options, secretKey: new Secret(publishedKey) })
    expect(wrapped.text.reveal()).toBe(signUserSig(options).text.reveal())
  })
})
