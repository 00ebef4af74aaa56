import { describe, expect, test } from 'vitest'

import { allSettings, environmentName, flagName, settings } from './settings.ts'
import { INVALID } from './value-kinds.ts'

describe('the settings are these and no others, with these defaults:', () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ['TAGSIDE_SDK_APP_ID', undefined],
    ['TAGSIDE_SECRET_KEY_FILE', undefined],
    ['TAGSIDE_SECRET_KEY', undefined],
    ['TAGSIDE_ADMIN_ID', 'administrator'],
    ['TAGSIDE_REGION', undefined],
    ['TAGSIDE_UPSTREAM_URL', undefined],
    ['TAGSIDE_LISTEN', '127.0.0.1:7430'],
    ['TAGSIDE_OPS_LISTEN', '127.0.0.1:7431'],
    ['TAGSIDE_ACCESS_TOKEN_FILE', undefined],
    ['TAGSIDE_ACCESS_TOKEN', undefined],
    ['TAGSIDE_TTL', '60s'],
    ['TAGSIDE_TTL_JITTER', '0.1'],
    ['TAGSIDE_STALE_WHILE_REVALIDATE', '30s'],
    ['TAGSIDE_STALE_IF_ERROR', '24h'],
    ['TAGSIDE_UNKNOWN_TTL', '30s'],
    ['TAGSIDE_REFRESH_AHEAD', '0.1'],
    ['TAGSIDE_CACHE_MAX_BYTES', '64MiB'],
    ['TAGSIDE_CALLS_PER_SECOND', '100'],
    ['TAGSIDE_REPLICAS', '1'],
    ['TAGSIDE_BATCH_MAX_USERS', '100'],
    ['TAGSIDE_MAX_CONCURRENT_CALLS', '32'],
    ['TAGSIDE_CALL_TIMEOUT', '4s'],
    ['TAGSIDE_DEADLINE', '2s'],
    ['TAGSIDE_MAX_USERS_PER_REQUEST', '1000'],
    ['TAGSIDE_ALLOWED_HOSTS', undefined],
    ['TAGSIDE_DRAIN_GRACE', '10s'],
    ['TAGSIDE_LOG_LEVEL', 'info'],
  ]

  test.each(table)('%s %s', (variable, fallback) => {
    const setting = allSettings.find(({ key }) => environmentName(key) === variable)
    expect(setting).toBeDefined()
    expect(setting?.fallback).toBe(fallback)
  })

  test('in this order', () => {
    expect(allSettings.map(({ key }) => environmentName(key))).toEqual(
      table.map(([variable]) => variable),
    )
  })
})

test('each default is a value that its setting takes', () => {
  const broken = allSettings.filter(
    ({ kind, fallback }) => fallback !== undefined && kind.parse(fallback) === INVALID,
  )
  expect(broken).toEqual([])
})

test('a setting has three spellings', () => {
  expect(environmentName('maxUsersPerRequest')).toBe('TAGSIDE_MAX_USERS_PER_REQUEST')
  expect(flagName('maxUsersPerRequest')).toBe('--max-users-per-request')
  expect(environmentName('ttl')).toBe('TAGSIDE_TTL')
  expect(flagName('ttl')).toBe('--ttl')
})

test('secrets are the key and the token', () => {
  expect(allSettings.filter(({ isSecret }) => isSecret).map(({ key }) => key)).toEqual([
    'secretKey',
    'accessToken',
  ])
})

describe('each bound is allowed, and nothing beyond it:', () => {
  test.each`
    key                       | below      | least      | most              | above
    ${'sdkAppId'}             | ${'0'}     | ${'1'}     | ${'4294967295'}   | ${'4294967296'}
    ${'adminId'}              | ${''}      | ${'a'}     | ${'a'.repeat(32)} | ${'a'.repeat(33)}
    ${'ttl'}                  | ${'-1s'}   | ${'0s'}    | ${'30d'}          | ${'31d'}
    ${'ttlJitter'}            | ${'-0.1'}  | ${'0'}     | ${'0.5'}          | ${'0.51'}
    ${'staleWhileRevalidate'} | ${'-1s'}   | ${'0s'}    | ${'30d'}          | ${'31d'}
    ${'staleIfError'}         | ${'-1s'}   | ${'0s'}    | ${'30d'}          | ${'31d'}
    ${'unknownTtl'}           | ${'-1s'}   | ${'0s'}    | ${'1d'}           | ${'25h'}
    ${'refreshAhead'}         | ${'-0.1'}  | ${'0'}     | ${'0.9'}          | ${'0.91'}
    ${'cacheMaxBytes'}        | ${'63KiB'} | ${'64KiB'} | ${'4GiB'}         | ${'5GiB'}
    ${'callsPerSecond'}       | ${'0.009'} | ${'0.01'}  | ${'10000'}        | ${'10001'}
    ${'replicas'}             | ${'0'}     | ${'1'}     | ${'10000'}        | ${'10001'}
    ${'batchMaxUsers'}        | ${'0'}     | ${'1'}     | ${'100'}          | ${'101'}
    ${'maxConcurrentCalls'}   | ${'0'}     | ${'1'}     | ${'1000'}         | ${'1001'}
    ${'callTimeout'}          | ${'0ms'}   | ${'1ms'}   | ${'60s'}          | ${'61s'}
    ${'deadline'}             | ${'0ms'}   | ${'1ms'}   | ${'10s'}          | ${'11s'}
    ${'maxUsersPerRequest'}   | ${'0'}     | ${'1'}     | ${'100000'}       | ${'100001'}
    ${'drainGrace'}           | ${'-1s'}   | ${'0s'}    | ${'10m'}          | ${'11m'}
  `('$key from $least to $most', ({ key, below, least, most, above }) => {
    const kind = allSettings.find((setting) => setting.key === key)?.kind
    expect(kind?.parse(least)).not.toBe(INVALID)
    expect(kind?.parse(most)).not.toBe(INVALID)
    expect(kind?.parse(below)).toBe(INVALID)
    expect(kind?.parse(above)).toBe(INVALID)
  })

  test('an admin is named in printable ASCII', () => {
    for (const id of ['ad min', 'admin\n', '管理员', 'a\u007F']) {
      expect(settings.adminId.kind.parse(id)).toBe(INVALID)
    }
  })

  test('hosts are names or addresses, with or without a port', () => {
    const { kind } = settings.allowedHosts
    expect(kind.parse('tagside.svc, pod:7430,[fd00::1]')).toEqual([
      'tagside.svc',
      'pod:7430',
      '[fd00::1]',
    ])
    for (const hosts of ['', '*', 'a b', 'http://a', 'a/b']) {
      expect(kind.parse(hosts)).toBe(INVALID)
    }
  })

  test('a secret is one word', () => {
    for (const key of ['', ' ', 'a b', 'a\n', 'a\0']) {
      expect(settings.secretKey.kind.parse(key)).toBe(INVALID)
    }
  })
})
