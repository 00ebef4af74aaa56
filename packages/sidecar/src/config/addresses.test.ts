import { describe, expect, test } from 'vitest'

import {
  addressText,
  isLocal,
  listenAddress,
  listenAddressOrOff,
  upstreamUrl,
} from './addresses.ts'
import { INVALID } from './value-kinds.ts'

describe('a listener may be on', () => {
  test.each([
    ['127.0.0.1:7430', { kind: 'tcp', host: '127.0.0.1', port: 7430 }],
    ['127.0.0.1:0', { kind: 'tcp', host: '127.0.0.1', port: 0 }],
    ['0.0.0.0:65535', { kind: 'tcp', host: '0.0.0.0', port: 65_535 }],
    ['localhost:80', { kind: 'tcp', host: 'localhost', port: 80 }],
    ['tagside-0.tagside.svc:7430', { kind: 'tcp', host: 'tagside-0.tagside.svc', port: 7430 }],
    ['[::1]:7430', { kind: 'tcp', host: '::1', port: 7430 }],
    ['[::]:7430', { kind: 'tcp', host: '::', port: 7430 }],
    ['unix:/run/tagside.sock', { kind: 'unix', path: '/run/tagside.sock' }],
    ['unix:/run/with space:7430', { kind: 'unix', path: '/run/with space:7430' }],
    [`unix:/${'x'.repeat(106)}`, { kind: 'unix', path: `/${'x'.repeat(106)}` }],
  ])('%s', (text, address) => {
    expect(listenAddress.parse(text)).toEqual(address)
    expect(listenAddressOrOff.parse(text)).toEqual(address)
    expect(listenAddress.parse(addressText(parsed(text)))).toEqual(address)
  })

  test('nothing, where there may be none', () => {
    expect(listenAddressOrOff.parse('off')).toBe('off')
    expect(listenAddress.parse('off')).toBe(INVALID)
  })
})

describe('a listener may not be on', () => {
  test.each([
    '',
    '7430',
    ':7430',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '127.0.0.1:http',
    '::1:7430',
    '[::1]',
    '[localhost]:80',
    'http://127.0.0.1:7430',
    'user@localhost:80',
    'unix:',
    'unix:tagside.sock',
    `unix:/${'x'.repeat(107)}`,
    `unix:/${'用'.repeat(36)}`,
    'OFF',
  ])('%j', (text) => {
    expect(listenAddress.parse(text)).toBe(INVALID)
    expect(listenAddressOrOff.parse(text)).toBe(INVALID)
  })
})

describe('only this machine can connect to', () => {
  test.each([
    ['127.0.0.1:1', true],
    ['127.255.0.1:1', true],
    ['localhost:1', true],
    ['LOCALHOST:1', true],
    ['[::1]:1', true],
    ['unix:/run/tagside.sock', true],
    ['0.0.0.0:1', false],
    ['[::]:1', false],
    ['10.0.0.1:1', false],
    ['128.0.0.1:1', false],
    ['127.0.0.1.example.com:1', false],
    ['localhost.example.com:1', false],
  ])('%s: %s', (text, local) => {
    expect(isLocal(parsed(text))).toBe(local)
  })
})

describe('an upstream URL may be', () => {
  test.each([
    'https://console.tim.qq.com',
    'https://tagside.example:8443/base/path',
    'http://localhost:7440',
    'http://127.0.0.1:7440',
    'http://127.9.9.9',
    'http://[::1]:7440',
  ])('%s', (text) => {
    expect(upstreamUrl.parse(text)).toEqual(new URL(text))
  })
})

describe('an upstream URL may not be', () => {
  test.each([
    '',
    'console.tim.qq.com',
    'http://console.tim.qq.com',
    'http://10.0.0.1:7440',
    'http://localhost.example.com',
    'http://[::2]:7440',
    'ftp://localhost',
    'file:///etc/passwd',
    'https://user@console.tim.qq.com',
    'https://user:password@console.tim.qq.com',
    'https://:password@console.tim.qq.com',
    'https://console.tim.qq.com/?usersig=x',
    'https://console.tim.qq.com/#fragment',
  ])('%j', (text) => {
    expect(upstreamUrl.parse(text)).toBe(INVALID)
  })
})

function parsed(text: string): Exclude<ReturnType<typeof listenAddress.parse>, typeof INVALID> {
  const address = listenAddress.parse(text)
  if (address === INVALID) throw new TypeError(`${text}: expected an address`)
  return address
}
