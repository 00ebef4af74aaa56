import { describe, expect, test } from 'vitest'

import { type ConfigSources, givenValues } from './given-values.ts'
import { allSettings, environmentName, flagName } from './settings.ts'

function given(sources: Partial<ConfigSources> & { readonly file?: string }): {
  readonly values: Readonly<Record<string, readonly [name: string, text: string]>>
  readonly problems: readonly string[]
} {
  const { byKey, problems } = givenValues({
    argv: sources.argv ?? [],
    environment: sources.environment ?? {},
    readFile:
      sources.readFile ??
      ((path) => {
        if (sources.file === undefined || path !== 'tagside.json')
          throw new Error(`ENOENT: ${path}`)
        return sources.file
      }),
  })
  const values = [...byKey].map(([key, { name, text }]) => [key, [name, text]] as const)
  return { values: Object.fromEntries(values), problems }
}

const withFile = (content: unknown): ReturnType<typeof given> =>
  given({ argv: ['--config', 'tagside.json'], file: JSON.stringify(content) })

describe('flags', () => {
  test('take a value behind them or behind an equals sign', () => {
    expect(
      given({ argv: ['--ttl', '5s', '--admin-id=boss', '--upstream-url=http://[::1]:1/a=b'] }),
    ).toEqual({
      values: {
        ttl: ['--ttl', '5s'],
        adminId: ['--admin-id', 'boss'],
        upstreamUrl: ['--upstream-url', 'http://[::1]:1/a=b'],
      },
      problems: [],
    })
  })

  test('take an empty value for what it is', () => {
    expect(given({ argv: ['--ttl='] }).values).toEqual({ ttl: ['--ttl', ''] })
  })

  test('that no setting has are named, without their value', () => {
    expect(given({ argv: ['--tll=canary', '--no-ttl', '-t'] })).toEqual({
      values: {},
      problems: [
        '--tll: there is no such flag; did you mean --ttl?',
        '--no-ttl: there is no such flag; did you mean --ttl?',
        '-t: there is no such flag; see --help',
      ],
    })
  })

  test('do not exist for secrets; who tries is told what there is', () => {
    const argv = ['--secret-key=canary', '--access-token', 'canary', '--secretkey', 'canary']
    expect(given({ argv })).toEqual({
      values: {},
      problems: [
        ['--secret-key', '--secret-key-file', 'TAGSIDE_SECRET_KEY'],
        ['--access-token', '--access-token-file', 'TAGSIDE_ACCESS_TOKEN'],
        ['--secretkey', '--secret-key-file', 'TAGSIDE_SECRET_KEY'],
      ].map(
        ([flag, file, variable]) =>
          `${flag}: there is no such flag, because a command line is public; ` +
          `put the secret into a file and give ${file}, or set ${variable}`,
      ),
    })
  })

  test.each([
    ['--port=80', '--listen'],
    ['-p', '--listen'],
    ['--base-url', '--upstream-url'],
    ['--callsPerSecond', '--calls-per-second'],
    ['--calls_per_second', '--calls-per-second'],
    ['--max-users', '--batch-max-users or --max-users-per-request'],
    ['--conf', '--config'],
  ])('that other programs have, or spelt otherwise, are understood: %s', (flag, meant) => {
    const [name] = flag.split('=')
    expect(given({ argv: [flag, '--ttl=5s'] })).toEqual({
      values: { ttl: ['--ttl', '5s'] },
      problems: [`${name}: there is no such flag; did you mean ${meant}?`],
    })
  })

  test('behind one dash are one mistake, whose letters are not repeated', () => {
    expect(given({ argv: ['-ttl=5s', '-kcanary'] }).problems).toEqual([
      '-t: there is no such flag; did you mean --ttl?',
      '-k: there is no such flag; see --help',
    ])
  })

  test('without a value, or given twice, are named', () => {
    expect(given({ argv: ['--ttl', '5s', '--ttl', '6s', '--deadline'] })).toEqual({
      values: { ttl: ['--ttl', '5s'] },
      problems: ['--ttl: given more than once', '--deadline: expected a value after it'],
    })
  })

  test('leave no argument over; those that are left are counted, not shown', () => {
    expect(given({ argv: ['canary', '--ttl', '5s', 'canary'] }).problems).toEqual([
      'the command line has 2 argument(s) that belong to no flag; a flag begins with two dashes: --ttl 60s',
    ])
  })
})

describe('environment variables', () => {
  test('of the sidecar are read, all others ignored', () => {
    const environment = { TAGSIDE_TTL: '5s', TTL: '6s', PATH: '/bin', tagside_deadline: '1s' }
    expect(given({ environment })).toEqual({ values: { ttl: ['TAGSIDE_TTL', '5s'] }, problems: [] })
  })

  test('that are empty are given', () => {
    expect(given({ environment: { TAGSIDE_TTL: '' } }).values).toEqual({ ttl: ['TAGSIDE_TTL', ''] })
  })

  test('that no setting has are named, without their value', () => {
    const environment = { TAGSIDE_SECRETKEY: 'canary', TAGSIDE_: 'canary', TAGSIDE_TTL_: 'canary' }
    expect(given({ environment })).toEqual({
      values: {},
      problems: [
        'TAGSIDE_SECRETKEY: there is no such setting; did you mean TAGSIDE_SECRET_KEY?',
        'TAGSIDE_: there is no such setting; see --help',
        'TAGSIDE_TTL_: there is no such setting; did you mean TAGSIDE_TTL?',
      ],
    })
  })

  test('that Kubernetes sets beside a Service named tagside are one problem, with its cure', () => {
    const environment = {
      TAGSIDE_SERVICE_HOST: '10.0.0.1',
      TAGSIDE_SERVICE_PORT: '7430',
      TAGSIDE_PORT: 'tcp://10.0.0.1:7430',
      TAGSIDE_PORT_7430_TCP_ADDR: '10.0.0.1',
      TAGSIDE_TTL: '5s',
    }
    expect(given({ environment })).toEqual({
      values: { ttl: ['TAGSIDE_TTL', '5s'] },
      problems: [
        'TAGSIDE_SERVICE_HOST, TAGSIDE_SERVICE_PORT, TAGSIDE_PORT, TAGSIDE_PORT_7430_TCP_ADDR: there are no such settings; ' +
          'Kubernetes sets them because a Service is named tagside: set enableServiceLinks: false in the pod, or name the Service otherwise',
      ],
    })
    expect(given({ environment: { TAGSIDE_PORT: '7430' } }).problems).toEqual([
      'TAGSIDE_PORT: there is no such setting; did you mean TAGSIDE_LISTEN?',
    ])
  })
})

describe('the file', () => {
  test('is named by a flag or a variable', () => {
    const file = '{"ttl":"5s"}'
    const values = { ttl: ['ttl', '5s'] }
    expect(given({ argv: ['--config', 'tagside.json'], file })).toEqual({ values, problems: [] })
    expect(given({ environment: { TAGSIDE_CONFIG: 'tagside.json' }, file })).toEqual({
      values,
      problems: [],
    })
  })

  test('holds texts, numbers and lists of texts', () => {
    expect(withFile({ ttl: '5s', callsPerSecond: 2.5, allowedHosts: ['a', 'b:80'] })).toEqual({
      values: {
        ttl: ['ttl', '5s'],
        callsPerSecond: ['callsPerSecond', '2.5'],
        allowedHosts: ['allowedHosts', 'a,b:80'],
      },
      problems: [],
    })
  })

  test('may hold a secret', () => {
    expect(withFile({ secretKey: 'key' }).values).toEqual({ secretKey: ['secretKey', 'key'] })
  })

  test.each([
    ['ttll', 'did you mean ttl?'],
    ['TTL', 'did you mean ttl?'],
    ['calls-per-second', 'did you mean callsPerSecond?'],
    ['calls_per_second', 'did you mean callsPerSecond?'],
    ['SECRET_KEY', 'did you mean secretKey?'],
    ['TAGSIDE_TTL', 'did you mean ttl?'],
    ['config', 'see --help'],
    ['__proto__', 'see --help'],
    ['toString', 'see --help'],
  ])('has no key %s', (name, hint) => {
    const file = `{${JSON.stringify(name)}:"canary"}`
    expect(given({ argv: ['--config', 'tagside.json'], file })).toEqual({
      values: {},
      problems: [`${name} in tagside.json: there is no such setting; ${hint}`],
    })
  })

  test.each([
    ['', ''],
    ['{', ' in line 1'],
    ['{\n  "secretKey":"canary",\n}', ' in line 3'],
    ["{'ttl':'5s'}", ' in line 1'],
    ['// c\n{}', ''],
  ])('has to be JSON, and is not quoted: %j', (file, place) => {
    expect(given({ argv: ['--config', 'tagside.json'], file }).problems).toEqual([
      `--config tagside.json: it is not valid JSON${place}`,
    ])
  })

  test.each(['[]', 'null', '"ttl"', '7'])('has to be an object: %s', (file) => {
    expect(given({ argv: ['--config', 'tagside.json'], file }).problems).toEqual([
      '--config tagside.json: expected a JSON object of settings',
    ])
  })

  test.each([
    ['ENOENT', 'there is no such file'],
    ['EACCES', 'the user that tagside runs as may not read it'],
    ['EISDIR', 'it is a directory'],
    ['EIO', 'it cannot be read'],
  ])('has to be readable: %s', (code, why) => {
    const readFile = (): never => {
      throw Object.assign(new Error(`${code}: canary`), { code })
    }
    expect(given({ argv: ['--config', 'missing.json'], readFile }).problems).toEqual([
      `--config missing.json: ${why}`,
    ])
  })
})

describe('of several sources the best one counts:', () => {
  const publicSettings = allSettings.filter(({ isSecret }) => isSecret !== true)

  test.each(publicSettings)('$key', ({ key }) => {
    const flag = flagName(key)
    const variable = environmentName(key)
    const argv = ['--config', 'tagside.json']
    const environment = { [variable]: 'from the environment' }
    const file = JSON.stringify({ [key]: 'from the file' })
    expect(given({ argv, file }).values).toEqual({ [key]: [key, 'from the file'] })
    expect(given({ argv, environment, file }).values).toEqual({
      [key]: [variable, 'from the environment'],
    })
    expect(given({ argv: [...argv, flag, 'from a flag'], environment, file }).values).toEqual({
      [key]: [flag, 'from a flag'],
    })
  })
})
