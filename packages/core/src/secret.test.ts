import { format, inspect } from 'node:util'

import { describe, expect, test } from 'vitest'

import { Secret } from './secret.ts'

const canary = 'canary-7d1f'
const secret = new Secret(canary)

describe('a Secret', () => {
  test('gives its text to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe(canary)
  })

  test.each([
    ['a text', String(secret)],
    ['JSON', JSON.stringify({ key: secret })],
    ['inspect', inspect({ deep: { deeper: [secret] } }, { depth: 10, showHidden: true })],
    ['a format string', format('%s %o %j', secret, secret, secret)],
  ])('shows [secret] in %s', (_, printed) => {
    expect(printed).toContain('[secret]')
    expect(printed).not.toContain(canary)
  })

  test('keeps its text out of copies', () => {
    expect(inspect(Object.assign({}, secret))).toBe('{}')
    expect(inspect(structuredClone(secret))).not.toContain(canary)
  })

  test('keeps its text out of inspect without custom inspection', () => {
    expect(inspect(secret, { customInspect: false, showHidden: true })).not.toContain(canary)
  })
})
