import { describe, expect, test } from 'vitest'

import { problemsOf, needed } from '../../tests/support/config-sources.ts'
import { settings, type SettingKey } from './settings.ts'
import { meantValue } from './value-kinds.ts'

describe('a value that is not accepted is understood:', () => {
  test.each<[SettingKey, string, string]>([
    ['ttl', '60', '60s'],
    ['ttl', '0', '0s'],
    ['ttl', '60 s', '60s'],
    ['ttl', '60S', '60s'],
    ['ttl', '60sec', '60s'],
    ['ttl', '5min', '5m'],
    ['ttl', '5 minutes', '5m'],
    ['ttl', '250 msec', '250ms'],
    ['ttl', '250milliseconds', '250ms'],
    ['ttl', '2hours', '2h'],
    ['callTimeout', '4000', '4000ms'],
    ['cacheMaxBytes', '64MB', '64MiB'],
    ['cacheMaxBytes', '64mb', '64MiB'],
    ['cacheMaxBytes', '64m', '64MiB'],
    ['cacheMaxBytes', '1 GiB', '1GiB'],
    ['cacheMaxBytes', '67108864', '67108864B'],
    ['ttlJitter', '0,1', '0.1'],
    ['refreshAhead', '10%', '0.1'],
    ['region', 'singapor', 'singapore'],
    ['region', 'Silicon Valley', 'silicon-valley'],
    ['region', 'ap-singapore', 'singapore'],
    ['region', 'korea', 'seoul'],
    ['logLevel', 'warning', 'warn'],
    ['logLevel', 'INFO', 'info'],
    ['logLevel', 'trace', 'debug'],
    ['listen', '7430', '127.0.0.1:7430'],
    ['listen', ':7430', '127.0.0.1:7430'],
    ['listen', '*:7430', '0.0.0.0:7430'],
    ['listen', 'http://127.0.0.1:7430/', '127.0.0.1:7430'],
    ['listen', '::1:7430', '[::1]:7430'],
    ['listen', '/run/tagside.sock', 'unix:/run/tagside.sock'],
    ['opsListen', 'none', 'off'],
    ['opsListen', '7431', '127.0.0.1:7431'],
    ['upstreamUrl', 'console.tim.qq.com', 'https://console.tim.qq.com'],
    ['upstreamUrl', 'http://console.tim.qq.com', 'https://console.tim.qq.com'],
  ])('%s %j was meant as %s', (key, text, meant) => {
    expect(meantValue(settings[key].kind, text)).toBe(meant)
  })

  test.each<[SettingKey, string]>([
    ['ttl', 'soon'],
    ['ttl', '31d'],
    ['ttl', ''],
    ['cacheMaxBytes', '1KiB'],
    ['cacheMaxBytes', 'all'],
    ['ttlJitter', '2'],
    ['region', 'mars'],
    ['region', ''],
    ['logLevel', 'loud'],
    ['listen', '127.0.0.1'],
    ['listen', '99999'],
    ['upstreamUrl', 'user:password@host'],
    ['upstreamUrl', ''],
    ['sdkAppId', '0'],
  ])('but not %s %j', (key, text) => {
    expect(meantValue(settings[key].kind, text)).toBeUndefined()
  })

  test('and asked for behind what was expected', () => {
    expect(problemsOf({ environment: { ...needed, TAGSIDE_REGION: 'singapor' } })).toEqual([
      'TAGSIDE_REGION "singapor": expected one of china, singapore, seoul, frankfurt, silicon-valley, ' +
        'jakarta, tokyo, mumbai; did you mean singapore?',
    ])
  })

  test('unless that would repeat what looks like a secret', () => {
    const path = `/run/${'0f'.repeat(20)}`
    expect(problemsOf({ environment: { ...needed, TAGSIDE_LISTEN: path } })).toEqual([
      'TAGSIDE_LISTEN "/run/[secret]": expected HOST:PORT with a port from 0 to 65535, ' +
        'such as 127.0.0.1:7430, or unix:/path/to.sock',
    ])
  })
})
