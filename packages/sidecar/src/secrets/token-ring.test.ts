import { Secret } from '@tagside/core'
import { describe, expect, test } from 'vitest'

import { TokenRing } from './token-ring.ts'

function ringWith(token: string) {
  let accepted = 0
  const ring = new TokenRing(new Secret(token), () => (accepted += 1))
  const offer = (text: string) => ring.offer(new Secret(text))
  const accepts = (...texts: readonly string[]): boolean[] =>
    texts.map((text) => ring.accepts(text))
  return { ring, offer, accepts, accepted: () => accepted }
}

describe('access tokens', () => {
  test('are the one that was given, and no other text', () => {
    const { accepts, ring } = ringWith('old')
    expect(accepts('old', '', 'ol', 'oldd', 'OLD', 'new')).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ])
    expect(ring.isOnTrial).toBe(false)
  })

  test('are both the old and the new one until the new one is first sent, then only the new one', () => {
    const { offer, accepts, accepted, ring } = ringWith('old')
    expect([offer('new'), ring.isOnTrial]).toEqual(['on-trial', true])
    expect(accepts('old', 'other', 'old')).toEqual([true, false, true])
    expect([ring.isOnTrial, accepted()]).toEqual([true, 0])
    expect(accepts('new', 'old', 'new')).toEqual([true, false, true])
    expect([ring.isOnTrial, accepted()]).toEqual([false, 1])
  })

  test('on trial give way to a newer one, and end when the file goes back', () => {
    const { offer, accepts, ring } = ringWith('old')
    offer('new')
    offer('newer')
    expect(accepts('new', 'old')).toEqual([false, true])
    expect([offer('old'), ring.isOnTrial]).toEqual(['in-use', false])
    expect(accepts('newer', 'old')).toEqual([false, true])
  })
})
