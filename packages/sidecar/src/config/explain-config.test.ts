import { describe, expect, test } from 'vitest'

import { ConfigError } from './config.ts'
import { explainConfig, type Machine } from './explain-config.ts'
import { needed, type Sources, sourcesOf, TOKEN } from '../../tests/support/config-sources.ts'

describe('check-config', () => {
  const machine = { memoryMaxBytes: 1024 ** 3, permissions: (): undefined => undefined }
  const explained = (sources: Sources, more: Partial<Machine> = {}): readonly string[] =>
    explainConfig(sourcesOf(sources), { ...machine, ...more }).split('\n')

  test('shows each setting with its value and where that comes from', () => {
    const lines = explained({
      argv: ['--config', '/tagside.json', '--ttl', '5s'],
      environment: { ...needed, TAGSIDE_ACCESS_TOKEN: TOKEN },
      files: { '/tagside.json': '{"callsPerSecond":50,"allowedHosts":["a","b"]}' },
    })
    expect(lines.slice(0, lines.indexOf('')).map((line) => line.split(/ {2,}/))).toEqual([
      ['sdkAppId', '1400000000', 'TAGSIDE_SDK_APP_ID'],
      ['secretKeyFile', '(not set)', 'default'],
      ['secretKey', '[secret]', 'TAGSIDE_SECRET_KEY'],
      ['adminId', 'administrator', 'default'],
      ['region', 'singapore', 'TAGSIDE_REGION'],
      ['upstreamUrl', '(not set)', 'default'],
      ['listen', '127.0.0.1:7430', 'default'],
      ['opsListen', '127.0.0.1:7431', 'default'],
      ['accessTokenFile', '(not set)', 'default'],
      ['accessToken', '[secret]', 'TAGSIDE_ACCESS_TOKEN'],
      ['ttl', '5s', '--ttl'],
      ['ttlJitter', '0.1', 'default'],
      ['staleWhileRevalidate', '30s', 'default'],
      ['staleIfError', '24h', 'default'],
      ['unknownTtl', '30s', 'default'],
      ['refreshAhead', '0.1', 'default'],
      ['cacheMaxBytes', '64MiB', 'default'],
      ['callsPerSecond', '50', 'callsPerSecond in /tagside.json'],
      ['replicas', '1', 'default'],
      ['batchMaxUsers', '100', 'default'],
      ['maxConcurrentCalls', '32', 'default'],
      ['callTimeout', '4s', 'default'],
      ['deadline', '2s', 'default'],
      ['maxUsersPerRequest', '1000', 'default'],
      ['allowedHosts', 'a,b', 'allowedHosts in /tagside.json'],
      ['drainGrace', '10s', 'default'],
      ['logLevel', 'info', 'default'],
    ])
  })

  test('has its columns one under the other', () => {
    const environment = {
      ...needed,
      TAGSIDE_ALLOWED_HOSTS: 'a-name-that-is-longer-than-the-others',
    }
    const lines = explained({ environment }).slice(0, 27)
    const columns = lines.map((line) => line.search(/(default|TAGSIDE_\w+)$/))
    expect(new Set(columns).size).toBe(1)
  })

  test.each([
    [{}, '100', '10000', '20000'],
    [{ TAGSIDE_REPLICAS: '3', TAGSIDE_DEADLINE: '500ms' }, '33', '3333', '1666'],
    [{ TAGSIDE_REPLICAS: '200', TAGSIDE_BATCH_MAX_USERS: '10' }, '0.5', '5', '10'],
  ])('says what share and users follow from %j', (more, share, users, inDeadline) => {
    const lines = explained({ environment: { ...needed, ...more } })
    expect(lines.slice(28, 31)).toEqual([
      'calls go to     https://adminapisgp.im.qcloud.com',
      `share           ${share} calls a second for this sidecar`,
      `uncached users  ${users} a second at most, ${inDeadline} within the deadline`,
    ])
  })

  test('ends with advice, if there is any', () => {
    const environment = { ...needed, TAGSIDE_TTL: '0s' }
    expect(explained({ environment }).slice(31)).toEqual([
      '',
      'Advice, which stops nothing:',
      expect.stringMatching(/^ {2}TAGSIDE_SECRET_KEY: .*prefer TAGSIDE_SECRET_KEY_FILE$/),
      expect.stringMatching(/^ {2}TAGSIDE_TTL: tags are never fresh/),
    ])
  })

  test.each([
    [0o644, '0644'],
    [0o660, '0660'],
    [0o602, '0602'],
  ])('advises on a file of a secret with permissions %o', (mode, shown) => {
    const sources = {
      environment: {
        ...needed,
        TAGSIDE_SECRET_KEY: undefined,
        TAGSIDE_SECRET_KEY_FILE: '/run/key',
      },
      files: { '/run/key': 'canary-key' },
    }
    const permissions = (path: string): number | undefined => (path === '/run/key' ? mode : 0o640)
    expect(explained(sources, { permissions }).at(-1)).toBe(
      `  TAGSIDE_SECRET_KEY_FILE: the permissions of the file are ${shown}; ` +
        'with 0640 or less no other user of this machine can read it',
    )
    expect(explained(sources, { permissions: () => 0o640 })).toHaveLength(31)
    expect(explained(sources, { permissions: () => 0o400 })).toHaveLength(31)
  })

  test('reads a file once, because it may be a pipe', () => {
    const texts = ['{"replicas":7}']
    const sources = { ...sourcesOf({ argv: ['--config=/f'] }), readFile: () => texts.pop() ?? '' }
    expect(explainConfig(sources, machine)).toMatch(/^replicas +7 +replicas in \/f$/m)
  })

  test('refuses what the sidecar would refuse', () => {
    expect(() => explained({ environment: {} })).toThrow(ConfigError)
  })
})
