import { describe, expect, test } from 'vitest'

import { type Command, readCommand, UsageError } from './cli.ts'
import { ConfigError } from './config/config.ts'
import { allSettings, environmentName, flagName } from './config/settings.ts'

const environment = {
  TAGSIDE_SDK_APP_ID: '1400000000',
  TAGSIDE_SECRET_KEY: 'key',
  TAGSIDE_REGION: 'china',
}

const commandOf = (...argv: readonly string[]): Command =>
  readCommand(argv, { environment, readFile: () => '{}' }, '1.2.3')

function printed(...argv: readonly string[]): string {
  const command = commandOf(...argv)
  if (command.kind !== 'print') throw new TypeError('expected a command that prints')
  return command.text
}

describe('the command line', () => {
  test.each<[string, string[]]>([
    ['nothing', []],
    ['serve', ['serve']],
    ['flags alone', ['--ttl', '60s']],
    ['serve with flags', ['serve', '--ttl', '60s']],
  ])('%s serves', (_, argv) => {
    expect(commandOf(...argv)).toMatchObject({
      kind: 'serve',
      config: { windows: { ttlMs: 60_000 } },
    })
  })

  test('check-config prints the effective configuration', () => {
    expect(printed('check-config', '--ttl', '5s')).toMatch(/^ttl +5s +--ttl$/m)
  })

  test('--version prints the version', () => {
    expect(printed('--version')).toBe('1.2.3')
  })

  test.each(['get', 'Serve', 'serve ', ''])('%j is no command', (word) => {
    expect(() => commandOf(word)).toThrow(UsageError)
  })

  test('a bad setting is a ConfigError, for serve and check-config alike', () => {
    expect(() => commandOf('--ttl', '60')).toThrow(ConfigError)
    expect(() => commandOf('check-config', '--ttl', '60')).toThrow(ConfigError)
  })
})

describe('the help', () => {
  const lines = printed('--help').split('\n')

  test('is the same wherever it is asked for, whatever else is wrong', () => {
    expect(printed('-h')).toBe(printed('--help'))
    expect(printed('check-config', '--ttl', '60', '--help')).toBe(printed('--help'))
  })

  test('fits in 100 columns', () => {
    expect(lines.filter((line) => line.length > 100)).toEqual([])
  })

  test('has a line for each setting, with its default; a secret has no flag', () => {
    for (const { key, fallback, isSecret } of allSettings) {
      const name = isSecret === true ? environmentName(key) : flagName(key)
      const line = lines.find((each) => each.startsWith(`  ${name} `)) ?? ''
      expect(line).toContain(fallback === undefined ? name : `(${fallback})`)
    }
  })

  test('has no flag for a secret', () => {
    expect(lines.join('\n')).not.toMatch(/--(secret-key|access-token)(?!-file)/)
  })
})
