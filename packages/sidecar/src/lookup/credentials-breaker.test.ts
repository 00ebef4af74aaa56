import { describe, expect, test } from 'vitest'

import { everySequence } from '../../tests/support/every-sequence.ts'
import { CredentialsBreaker } from './credentials-breaker.ts'

describe('CredentialsBreaker', () => {
  test('lets one call at a time try credentials that no call has proved', () => {
    const breaker = new CredentialsBreaker()
    breaker.started()
    expect(breaker.mayCall(0)).toBe(false)
    breaker.ended('silent', 0, 10)
    expect(breaker.mayCall(10)).toBe(true)
    breaker.started()
    expect(breaker.mayCall(10)).toBe(false)
    breaker.ended('proved', 10, 20)
    for (let call = 0; call < 32; call += 1) {
      expect(breaker.mayCall(20)).toBe(true)
      breaker.started()
    }
  })

  test('stops everything for a minute after a refusal, then lets one probe a minute through', () => {
    const breaker = new CredentialsBreaker()
    let now = 5
    for (let probe = 0; probe < 3; probe += 1) {
      expect(breaker.mayCall(now)).toBe(true)
      breaker.started()
      expect(breaker.mayCall(now)).toBe(false)
      breaker.ended('refused', now, now)
      expect([breaker.isOpen(now), breaker.retryAfterMs(now)]).toEqual([true, 60_000])
      expect([breaker.isOpen(now + 59_999), breaker.mayCall(now + 59_999)]).toEqual([true, false])
      now += 60_000
      expect([breaker.isOpen(now), breaker.retryAfterMs(now)]).toEqual([false, 0])
    }
    breaker.started()
    breaker.ended('proved', now, now)
    breaker.started()
    expect(breaker.mayCall(now)).toBe(true)
  })

  test('lets one probe through at once when the credentials were changed', () => {
    const breaker = new CredentialsBreaker()
    breaker.started()
    breaker.ended('refused', 0, 0)
    breaker.changed()
    expect([breaker.isOpen(1), breaker.mayCall(1), breaker.retryAfterMs(1)]).toEqual([
      false,
      true,
      0,
    ])
    breaker.started()
    expect(breaker.mayCall(1)).toBe(false)
  })

  test('takes changed credentials for unproved, whatever the ones before were', () => {
    const breaker = new CredentialsBreaker()
    breaker.started()
    breaker.ended('proved', 0, 0)
    breaker.changed()
    breaker.started()
    expect(breaker.mayCall(0)).toBe(false)
  })

  test('is not lifted by a call that began before the refusal, nor shortened by one refused later', () => {
    const breaker = new CredentialsBreaker()
    breaker.started()
    breaker.ended('proved', 0, 10)
    for (let call = 0; call < 3; call += 1) breaker.started()
    breaker.ended('refused', 20, 30)
    breaker.ended('proved', 20, 40)
    expect(breaker.retryAfterMs(40)).toBe(59_990)
    breaker.ended('refused', 20, 50)
    expect(breaker.retryAfterMs(50)).toBe(60_000)
    expect(breaker.mayCall(60_050)).toBe(true)
    breaker.started()
    expect(breaker.mayCall(60_050)).toBe(false)
    breaker.ended('proved', 60_050, 60_060)
    breaker.started()
    expect(breaker.mayCall(60_060)).toBe(true)
  })

  test('is not lifted by a call that began in the millisecond of the refusal', () => {
    const breaker = new CredentialsBreaker()
    breaker.started()
    breaker.ended('proved', 0, 10)
    breaker.started()
    breaker.started()
    breaker.ended('refused', 20, 30)
    breaker.ended('proved', 30, 40)
    expect(breaker.isOpen(40)).toBe(true)
  })

  test('is proved by a call that began in the millisecond in which the credentials were changed', () => {
    const breaker = new CredentialsBreaker()
    breaker.started()
    breaker.ended('refused', 20, 30)
    breaker.changed()
    breaker.started()
    breaker.ended('proved', 30, 40)
    breaker.started()
    expect(breaker.mayCall(40)).toBe(true)
  })

  test('agrees with its rules told naively on every sequence of five events', () => {
    const events = ['start', 'refused', 'proved', 'silent', 'changed', 'wait'] as const
    for (const sequence of everySequence(events, 5)) {
      const breaker = new CredentialsBreaker()
      // The model keeps the last word on the credentials, and since when nothing but waiting helps.
      let word: 'none' | 'refused' | 'proved' = 'none'
      let refusedAtMs = -Infinity
      const underWay: number[] = []
      let now = 0
      for (const event of sequence) {
        if (event === 'wait') now += 30_000
        else if (event === 'changed') {
          breaker.changed()
          word = 'none'
          refusedAtMs = -Infinity
        } else if (event === 'start') {
          if (!breaker.mayCall(now)) continue
          breaker.started()
          underWay.push(now)
        } else {
          const startedAtMs = underWay.shift()
          if (startedAtMs === undefined) continue
          breaker.ended(event, startedAtMs, now)
          if (event === 'refused') [word, refusedAtMs] = [event, now]
          if (event === 'proved' && startedAtMs > refusedAtMs) word = event
        }
        const isOpen = word === 'refused' && now - refusedAtMs < 60_000
        expect(breaker.isOpen(now)).toBe(isOpen)
        expect(breaker.mayCall(now)).toBe(!isOpen && (word === 'proved' || underWay.length === 0))
      }
    }
  })
})
