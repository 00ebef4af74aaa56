import { describe, expect, test } from 'vitest'

import { Secret } from '@tagside/core'
import { ConfigError } from './config.ts'
import { readConfig } from './read-config.ts'
import {
  configOf,
  KEY,
  needed,
  problemsOf,
  type Sources,
  sourcesOf,
  TOKEN,
} from '../../tests/support/config-sources.ts'

describe('a configuration', () => {
  test('of the least that is needed has the documented defaults', () => {
    expect(configOf({})).toEqual({
      sdkAppId: 1_400_000_000,
      secretKey: new Secret(KEY),
      secretKeyFile: undefined,
      adminId: 'administrator',
      upstream: { region: 'singapore' },
      listen: { kind: 'tcp', host: '127.0.0.1', port: 7430 },
      opsListen: { kind: 'tcp', host: '127.0.0.1', port: 7431 },
      accessToken: undefined,
      accessTokenFile: undefined,
      windows: {
        ttlMs: 60_000,
        ttlJitter: 0.1,
        staleWhileRevalidateMs: 30_000,
        staleIfErrorMs: 86_400_000,
        unknownTtlMs: 30_000,
      },
      refreshAhead: 0.1,
      cacheMaxBytes: 67_108_864,
      callsPerSecond: 100,
      replicas: 1,
      batchMaxUsers: 100,
      maxConcurrentCalls: 32,
      callTimeoutMs: 4_000,
      deadlineMs: 2_000,
      maxUsersPerRequest: 1_000,
      allowedHosts: [],
      drainGraceMs: 10_000,
      logLevel: 'info',
    })
  })

  test('has each setting where it belongs', () => {
    const environment = {
      TAGSIDE_SDK_APP_ID: '1600000001',
      TAGSIDE_SECRET_KEY_FILE: '/run/key',
      TAGSIDE_ADMIN_ID: 'boss',
      TAGSIDE_UPSTREAM_URL: 'http://localhost:7440/base',
      TAGSIDE_LISTEN: '0.0.0.0:80',
      TAGSIDE_OPS_LISTEN: 'off',
      TAGSIDE_ACCESS_TOKEN_FILE: '/run/token',
      TAGSIDE_TTL: '61s',
      TAGSIDE_TTL_JITTER: '0.2',
      TAGSIDE_STALE_WHILE_REVALIDATE: '31s',
      TAGSIDE_STALE_IF_ERROR: '25h',
      TAGSIDE_UNKNOWN_TTL: '32s',
      TAGSIDE_REFRESH_AHEAD: '0.3',
      TAGSIDE_CACHE_MAX_BYTES: '65MiB',
      TAGSIDE_CALLS_PER_SECOND: '101.5',
      TAGSIDE_REPLICAS: '2',
      TAGSIDE_BATCH_MAX_USERS: '99',
      TAGSIDE_MAX_CONCURRENT_CALLS: '33',
      TAGSIDE_CALL_TIMEOUT: '5s',
      TAGSIDE_DEADLINE: '3s',
      TAGSIDE_MAX_USERS_PER_REQUEST: '1001',
      TAGSIDE_ALLOWED_HOSTS: 'tagside.svc,pod:80',
      TAGSIDE_DRAIN_GRACE: '11s',
      TAGSIDE_LOG_LEVEL: 'debug',
    }
    const config = configOf({ environment, files: { '/run/key': KEY, '/run/token': TOKEN } })
    expect(config).toEqual({
      sdkAppId: 1_600_000_001,
      secretKey: expect.any(Secret),
      secretKeyFile: '/run/key',
      adminId: 'boss',
      upstream: { baseUrl: new URL('http://localhost:7440/base') },
      listen: { kind: 'tcp', host: '0.0.0.0', port: 80 },
      opsListen: 'off',
      accessToken: expect.any(Secret),
      accessTokenFile: '/run/token',
      windows: {
        ttlMs: 61_000,
        ttlJitter: 0.2,
        staleWhileRevalidateMs: 31_000,
        staleIfErrorMs: 90_000_000,
        unknownTtlMs: 32_000,
      },
      refreshAhead: 0.3,
      cacheMaxBytes: 68_157_440,
      callsPerSecond: 101.5,
      replicas: 2,
      batchMaxUsers: 99,
      maxConcurrentCalls: 33,
      callTimeoutMs: 5_000,
      deadlineMs: 3_000,
      maxUsersPerRequest: 1_001,
      allowedHosts: ['tagside.svc', 'pod:80'],
      drainGraceMs: 11_000,
      logLevel: 'debug',
    })
    expect(config.secretKey.reveal()).toBe(KEY)
    expect(config.accessToken?.reveal()).toBe(TOKEN)
  })

  test('takes flags over variables, and variables over the file', () => {
    const config = configOf({
      argv: ['--config', '/tagside.json', '--ttl', '1s'],
      environment: { ...needed, TAGSIDE_TTL: '2s', TAGSIDE_DEADLINE: '2s' },
      files: { '/tagside.json': '{"ttl":"3s","deadline":"3s","callTimeout":"3s"}' },
    })
    expect([config.windows.ttlMs, config.deadlineMs, config.callTimeoutMs]).toEqual([
      1_000, 2_000, 3_000,
    ])
  })

  test('may come from the file alone', () => {
    const content = { sdkAppId: 1_400_000_000, secretKey: KEY, region: 'tokyo', replicas: 3 }
    const config = configOf({
      argv: ['--config=/tagside.json'],
      environment: {},
      files: { '/tagside.json': JSON.stringify(content) },
    })
    expect(config).toMatchObject({ upstream: { region: 'tokyo' }, replicas: 3 })
    expect(config.secretKey.reveal()).toBe(KEY)
  })

  test('does not believe a bad value of a better source to be absent', () => {
    expect(
      problemsOf({ argv: ['--ttl', '60'], environment: { ...needed, TAGSIDE_TTL: '60s' } }),
    ).toEqual([
      '--ttl "60": expected a duration from 0s to 30d, such as 250ms, 30s, 5m or 24h; did you mean 60s?',
    ])
  })
})

describe('a problem is named as it was given:', () => {
  const expected =
    'expected a duration from 0s to 30d, such as 250ms, 30s, 5m or 24h; did you mean 60s?'

  test.each<[string, Sources]>([
    [`--ttl "60": ${expected}`, { argv: ['--ttl', '60'] }],
    [`TAGSIDE_TTL "60": ${expected}`, { environment: { ...needed, TAGSIDE_TTL: '60' } }],
    [`ttl "60": ${expected}`, { argv: ['--config=/f'], files: { '/f': '{"ttl":60}' } }],
  ])('%s', (problem, sources) => {
    expect(problemsOf(sources)).toEqual([problem])
  })
})

describe('one mistake is one problem:', () => {
  test('a flag that does not exist, with its value', () => {
    expect(problemsOf({ argv: ['--tll', '5s'] })).toEqual([
      '--tll: there is no such flag; did you mean --ttl?',
    ])
  })

  test.each([true, null, { s: 5 }, ['a', 1]])('%j in the file', (value) => {
    const files = { '/f': JSON.stringify({ sdkAppId: value }) }
    const environment = { ...needed, TAGSIDE_SDK_APP_ID: undefined }
    expect(problemsOf({ argv: ['--config=/f'], environment, files })).toEqual([
      `sdkAppId ${JSON.stringify(JSON.stringify(value))}: expected a whole number from 1 to 4294967295`,
    ])
  })

  test('a file that cannot be read, whatever else may stand in it', () => {
    expect(problemsOf({ environment: { TAGSIDE_CONFIG: '/f' }, files: { '/f': '{' } })).toEqual([
      'TAGSIDE_CONFIG /f: it is not valid JSON in line 1',
    ])
  })
})

describe('what is needed is asked for:', () => {
  test('app, key and where to call', () => {
    expect(problemsOf({ environment: {} })).toEqual([
      'TAGSIDE_SDK_APP_ID is not set, nor --sdk-app-id: expected the SDKAppID of the app, a whole number from 1 to 4294967295',
      'TAGSIDE_SECRET_KEY_FILE is not set, nor --secret-key-file: expected a file with the secret key of the app',
      'TAGSIDE_REGION is not set, nor --region: expected one of china, singapore, seoul, frankfurt, ' +
        'silicon-valley, jakarta, tokyo, mumbai; or TAGSIDE_UPSTREAM_URL',
    ])
  })

  test('a token, where other machines may connect', () => {
    const problem =
      'TAGSIDE_LISTEN "0.0.0.0:7430": expected a loopback address or unix:…; ' +
      'other machines may connect only with an access token (TAGSIDE_ACCESS_TOKEN_FILE)'
    const wide = { ...needed, TAGSIDE_LISTEN: '0.0.0.0:7430' }
    expect(problemsOf({ environment: wide })).toEqual([problem])
    expect(problemsOf({ environment: { ...wide, TAGSIDE_ACCESS_TOKEN: TOKEN } })).toEqual([])
  })

  test('but none for the ops listener', () => {
    expect(problemsOf({ environment: { ...needed, TAGSIDE_OPS_LISTEN: '0.0.0.0:7431' } })).toEqual(
      [],
    )
  })
})

describe('two settings that contradict each other are refused:', () => {
  test('a region and an upstream URL', () => {
    const environment = { ...needed, TAGSIDE_UPSTREAM_URL: 'http://localhost:7440' }
    expect(problemsOf({ environment })).toEqual([
      'TAGSIDE_UPSTREAM_URL "http://localhost:7440": expected no upstream URL beside a region; ' +
        'one of the two decides where calls go',
    ])
  })

  test.each([
    ['SECRET_KEY', needed],
    ['ACCESS_TOKEN', { ...needed, TAGSIDE_ACCESS_TOKEN: TOKEN }],
  ])('%s and its file', (name, environment) => {
    const given = { ...environment, [`TAGSIDE_${name}_FILE`]: '/run/secret' }
    expect(problemsOf({ environment: given, files: { '/run/secret': KEY } })).toEqual([
      `TAGSIDE_${name}_FILE "/run/secret": expected no file beside TAGSIDE_${name}; ` +
        'one of the two holds the secret',
    ])
  })
})

test('every problem is in one report', () => {
  const sources = sourcesOf({
    argv: ['--tll=5s', '--deadline', '11s', '--config', '/tagside.json'],
    environment: { TAGSIDE_SDK_APP_ID: 'abc', TAGSIDE_REGION: 'mars', TAGSIDE_NAME: 'x' },
    files: { '/tagside.json': '{"replicas":0,"colour":"red"}' },
  })
  expect(() => readConfig(sources)).toThrow(
    new ConfigError([
      '--tll: there is no such flag; did you mean --ttl?',
      'TAGSIDE_NAME: there is no such setting; see --help',
      'colour in /tagside.json: there is no such setting; see --help',
      'TAGSIDE_SDK_APP_ID "abc": expected a whole number from 1 to 4294967295',
      'TAGSIDE_SECRET_KEY_FILE is not set, nor --secret-key-file: expected a file with the secret key of the app',
      'TAGSIDE_REGION "mars": expected one of china, singapore, seoul, frankfurt, ' +
        'silicon-valley, jakarta, tokyo, mumbai',
      'replicas "0": expected a whole number from 1 to 10000',
      '--deadline "11s": expected a duration from 1ms to 10s, such as 250ms, 30s, 5m or 24h',
    ]),
  )
})
