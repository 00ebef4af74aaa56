import { describe, expect, test } from 'vitest'

import { ConfigError } from './config.ts'
import { explainConfig } from './explain-config.ts'
import { needed, type Sources, sourcesOf, TOKEN } from '../../tests/support/config-sources.ts'

describe('check-config', () => {
  const explained = (sources: Sources): readonly string[] =>
    explainConfig(sourcesOf(sources)).split('\n')

  test('shows each setting with its value and where that comes from', () => {
    const lines = explained({
      argv: ['--config', '/tagside.json', '--ttl', '5s'],
      environment: { ...needed, TAGSIDE_ACCESS_TOKEN: TOKEN },
      files: { '/tagside.json': '{"callsPerSecond":50,"allowedHosts":["a","b"]}' },
    })
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
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
      ['callsPerSecond', '50', 'callsPerSecond'],
      ['replicas', '1', 'default'],
      ['batchMaxUsers', '100', 'default'],
      ['maxConcurrentCalls', '32', 'default'],
      ['callTimeout', '4s', 'default'],
      ['deadline', '2s', 'default'],
      ['maxUsersPerRequest', '1000', 'default'],
      ['allowedHosts', 'a,b', 'allowedHosts'],
      ['drainGrace', '10s', 'default'],
      ['logLevel', 'info', 'default'],
    ])
  })

  test('refuses what the sidecar would refuse', () => {
    expect(() => explained({ environment: {} })).toThrow(ConfigError)
  })
})
