import { describe, expect, test } from 'vitest'

import { shownValue } from './shown-value.ts'

describe('a refused value is shown', () => {
  test.each([
    ['60', '"60"'],
    ['', '""'],
    ['sixty seconds', '"sixty seconds"'],
    ['line\nbreak "quoted"', String.raw`"line\nbreak \"quoted\""`],
    ['/run/secrets/tencent-key', '"/run/secrets/tencent-key"'],
    ['http://console.tim.qq.com/path', '"http://console.tim.qq.com/path"'],
    ['! '.repeat(60), `"${'! '.repeat(40)}"`],
  ])('%j as %s', (text, shown) => {
    expect(shownValue(text)).toBe(shown)
  })
})

describe('a secret in a refused value is not shown:', () => {
  const key = '746167736964652d63616e6172792d6b65792d6e6f736563726574aabbccddee'

  test.each([
    ['a secret key', key, '"[secret]"'],
    ['one in a sentence', `my key is ${key}!`, '"my key is [secret]!"'],
    ['one with its name', `secretKey:${key}`, '"secretKey:[secret]"'],
    ['one in a path', `/run/${key}`, '"/run/[secret]"'],
    ['a UserSig', `eJw1jtEKgjAYRt9l1yH*${'Ab0-_'.repeat(30)}`, '"[secret]"'],
    ['a password', 'http://user:canary@example.com/x', '"http://[secret]@example.com/x"'],
    ['a user name', 'https://canary@example.com', '"https://[secret]@example.com"'],
    ['a query', 'https://example.com/v4?usersig=canary&a=b', '"https://example.com/v4?[secret]"'],
    [
      'a query over two lines',
      'https://example.com/?a=\ncanary',
      '"https://example.com/?[secret]"',
    ],
  ])('%s', (_, text, shown) => {
    expect(shownValue(text)).toBe(shown)
  })

  test('even where the value is cut short', () => {
    expect(shownValue(`${'! '.repeat(35)}${key}`)).toBe(`"${'! '.repeat(35)}[secret]"`)
  })
})
