import { describe, expect, test } from 'vitest'

import { baseUrlOf } from './base-url.ts'

describe('baseUrlOf', () => {
  test('knows the host of a region', () => {
    expect(baseUrlOf({ region: 'frankfurt' }).href).toBe('https://adminapiger.im.qcloud.com/')
  })

  test.each([
    'https://proxy.example/tencent',
    'http://localhost:7440',
    'http://127.0.0.1:7440/prefix/',
    'http://127.8.8.8',
    'http://[::1]:7440',
  ])('accepts %s', (baseUrl) => {
    expect(baseUrlOf({ baseUrl })).toEqual(new URL(baseUrl))
    expect(baseUrlOf({ baseUrl: new URL(baseUrl) })).toEqual(new URL(baseUrl))
  })

  test.each([
    'http://console.tim.qq.com',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'ftp://localhost',
    'file:///etc/hosts',
  ])('refuses %s', (baseUrl) => {
    expect(() => baseUrlOf({ baseUrl })).toThrow(TypeError)
    expect(() => baseUrlOf({ baseUrl })).toThrow(/expected https:, or http: to a loopback host/)
  })

  test.each(['', 'console.tim.qq.com', '/v4'])(
    'refuses %j, which is no absolute URL',
    (baseUrl) => {
      expect(() => baseUrlOf({ baseUrl })).toThrow(
        new TypeError('baseUrl: expected an absolute URL'),
      )
    },
  )

  test.each([
    'https://canary@console.tim.qq.com',
    'https://:canary@console.tim.qq.com',
    'https://console.tim.qq.com/?canary=1',
    'https://console.tim.qq.com/#canary',
    'http://me:canary@far.example',
  ])('refuses %s without repeating what may be a secret', (baseUrl) => {
    expect(() => baseUrlOf({ baseUrl })).toThrow(TypeError)
    expect(() => baseUrlOf({ baseUrl })).not.toThrow(/canary/)
  })
})
