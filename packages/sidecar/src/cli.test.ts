import { describe, expect, test } from 'vitest'

import { type Command, readCommand } from './cli.ts'
import { commands } from './commands/commands.ts'
import { UsageError } from './commands/usage-error.ts'
import { allSettings, environmentName, flagName } from './config/settings.ts'

const commandOf = (...argv: readonly string[]): Command => readCommand(argv, '1.2.3')

function printed(...argv: readonly string[]): string {
  const command = commandOf(...argv)
  if (command.kind !== 'print') throw new TypeError('expected a command that prints')
  return command.text
}

function refusal(word: string): string {
  try {
    commandOf(word)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new TypeError('expected a refusal')
}

describe('the command line', () => {
  test.each<[string, string[], readonly string[]]>([
    ['nothing', [], []],
    ['serve', ['serve'], []],
    ['flags alone', ['--ttl', '60s'], ['--ttl', '60s']],
    ['serve with flags', ['serve', '--ttl', '60s'], ['--ttl', '60s']],
  ])('%s serves', (_, argv, flags) => {
    expect(commandOf(...argv)).toEqual({ kind: 'run', name: 'serve', argv: flags })
  })

  test.each(Object.keys(commands))('%s is a command, and has the rest of the line', (name) => {
    expect(commandOf(name, '--a', 'b')).toEqual({ kind: 'run', name, argv: ['--a', 'b'] })
  })

  test('--version prints the version', () => {
    expect(printed('--version')).toBe('1.2.3')
    expect(printed('get', '--version')).toBe('1.2.3')
  })

  test('behind -- nothing is a flag of tagside itself', () => {
    const argv = ['--', '--help', '--version']
    expect(commandOf('get', ...argv)).toEqual({ kind: 'run', name: 'get', argv })
  })

  test.each([
    ['chek-config', 'check-config'],
    ['check_config', 'check-config'],
    ['Serve', 'serve'],
    ['start', 'serve'],
    ['validate', 'check-config'],
    ['health', 'healthcheck'],
    ['version', '--version'],
    ['hepl', 'help'],
  ])('%j is no command; what was meant is named', (word, meant) => {
    expect(refusal(word)).toBe(
      `the first argument is no command of tagside; did you mean tagside ${meant}? ` +
        'expected serve, check-config, get, wait or healthcheck. See tagside --help',
    )
  })

  test.each(['canary', '', 'constructor', 'xiaoming'])(
    '%j is no command, nor near one, and is not repeated',
    (word) => {
      expect(refusal(word)).toBe(
        'the first argument is no command of tagside; ' +
          'expected serve, check-config, get, wait or healthcheck. See tagside --help',
      )
    },
  )
})

describe('the help', () => {
  const help = printed('--help')

  test('is one, whatever else is wrong', () => {
    for (const argv of [['-h'], ['help'], ['--ttl', '60', '--help'], ['canary', '--help']]) {
      expect(printed(...argv)).toBe(help)
    }
  })

  test('fits on a screen of 40 lines and 80 columns', () => {
    const lines = help.split('\n')
    expect(lines.length).toBeLessThanOrEqual(40)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  test('names every command and every setting; a secret has no flag', () => {
    for (const name of Object.keys(commands)) expect(help).toContain(`\n  ${name} `)
    for (const { key, isSecret } of allSettings) {
      expect(help.split(/\s+/)).toContain(isSecret === true ? environmentName(key) : flagName(key))
    }
    expect(help).not.toMatch(/--(secret-key|access-token)(?!-file)/)
  })
})

describe('the help on a command', () => {
  test.each(Object.keys(commands))('%s is asked for in two ways, and fits 80 columns', (name) => {
    const help = printed(name, '--help')
    expect(help).toBe(printed('help', name))
    expect(help).toMatch(new RegExp(`^tagside ${name}: `))
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('serve has a line for each setting, with its default', () => {
    const lines = printed('serve', '--help').split('\n')
    for (const { key, fallback, isSecret } of allSettings) {
      const name = isSecret === true ? environmentName(key) : flagName(key)
      const line = lines.find((each) => each.startsWith(`  ${name} `)) ?? ''
      expect(line).toContain(fallback === undefined ? name : `(${fallback})`)
    }
  })

  test('wait has the flags that it takes, and no others', () => {
    const flags = printed('wait', '--help').match(/(?<=^  )--[a-z-]+/gm)
    expect(flags).toEqual(['--timeout', '--ops-listen', '--listen'])
  })
})
