import { describe, expect, test } from 'vitest'

import { readCommand } from './cli.ts'

const seedFile = '{"users":{"user-1":["a"],"user-2":[],"__proto__":["p"]}}'

/** Reads a command line; the only file there is is `seed.json`. */
function read(...args: string[]): ReturnType<typeof readCommand> {
  return readCommand(args, (path) => {
    if (path === 'seed.json') return seedFile
    throw new Error(`ENOENT: ${path}`)
  })
}

function fakeOf(...args: string[]): unknown {
  const command = read(...args)
  return command.kind === 'serve' ? command.fake : command
}

function mistakesOf(...args: string[]): readonly string[] {
  const command = read(...args)
  return command.kind === 'mistakes' ? command.mistakes : []
}

describe('tagside-mock', () => {
  test('without flags listens on 7440 of loopback with a banner', () => {
    expect(read()).toMatchObject({
      kind: 'serve',
      port: 7440,
      host: '127.0.0.1',
      announce: 'banner',
    })
  })

  test.for([
    ['--port=0 --host=0.0.0.0', { port: 0, host: '0.0.0.0' }],
    ['--port 1 --port 2', { port: 2 }],
    ['--json', { announce: 'json' }],
    ['--quiet', { announce: 'nothing' }],
    ['--quiet --json', { announce: 'json' }],
    ['--help --port x', { kind: 'help' }],
    ['--version', { kind: 'version' }],
  ] as const)('understands %s', ([line, expected]) => {
    expect(read(...line.split(' '))).toMatchObject(expected)
  })

  test.for<[string, object]>([
    ['--rate off', { rate: 'off' }],
    ['--rate 7', { rate: 7 }],
    ['--rate-algorithm bucket', { rateAlgorithm: 'bucket' }],
    ['--latency lognormal(40,0.4)', { latency: 'lognormal(40,0.4)' }],
    ['--fault err:60007;times=2 --fault hang', { faults: ['err:60007;times=2', 'hang'] }],
    ['--random-seed 7', { randomSeed: 7 }],
    ['--unknown-accounts omit', { unknownAccounts: 'omit' }],
    ['--ambiguity random', { ambiguity: 'random' }],
    ['--signature-check off', { signatureCheck: 'off' }],
    [
      '--user user-1=a,b --user user-2=',
      {
        users: new Map([
          ['user-1', ['a', 'b']],
          ['user-2', []],
        ]),
      },
    ],
    [
      '--app 1:key --app 2:other:root:er',
      {
        apps: [
          { sdkAppId: 1, secretKey: 'key', adminId: 'administrator' },
          { sdkAppId: 2, secretKey: 'other', adminId: 'root:er' },
        ],
      },
    ],
  ])('sets up the fake by %s', ([line, expected]) => {
    expect(fakeOf(...line.split(' '))).toMatchObject(expected)
  })

  test('leaves to the fake what no flag sets', () => {
    const given = Object.values(Object(fakeOf())).filter((value) => value !== undefined)
    expect(given).toEqual([[]])
  })

  test('takes users from a seed file, whatever they are called, and from flags over it', () => {
    expect(fakeOf('--user', 'user-2=late', '--seed', 'seed.json')).toMatchObject({
      users: new Map([
        ['user-1', ['a']],
        ['user-2', ['late']],
        ['__proto__', ['p']],
      ]),
    })
  })

  test.for([
    ['--port 65536', '--port: expected a whole number from 0 to 65535, got "65536"'],
    ['--port', '--port: a value is missing'],
    ['--host=', '--host: expected a host name or an address, got ""'],
    ['--rate 0', '--rate: expected a whole number from 1 to 1000000, got "0"'],
    ['--rate-algorithm slow', '--rate-algorithm: expected sliding, fixed, bucket, got "slow"'],
    [
      '--latency fast',
      '--latency: expected MS, uniform(MIN,MAX) or lognormal(MEDIAN,SIGMA), got "fast"',
    ],
    ['--fault er', '--fault: "er" is no fault; near: err'],
    ['--random-seed -1', '--random-seed: expected a whole number from 0 to 4294967295, got "-1"'],
    [
      '--unknown-accounts no',
      '--unknown-accounts: expected error-list, omit, empty, random, got "no"',
    ],
    ['--ambiguity some', '--ambiguity: expected fixed, random, got "some"'],
    ['--signature-check maybe', '--signature-check: expected on, off, got "maybe"'],
    ['--user xiaoming', '--user: expected USER=TAG,TAG or USER= for no tags, got "xiaoming"'],
    [
      '--user xiaoming=a,,b',
      '--user: expected USER=TAG,TAG or USER= for no tags, got "xiaoming=a,,b"',
    ],
    ['--user mock_reset=a', '--user: "mock_reset": ids that begin with mock_ are magic accounts'],
    ['--seed none.json', '--seed: none.json: ENOENT: none.json'],
    ['--ports 1', '--ports: no such flag; near: --port'],
    ['-p', '-p: no such flag'],
    ['--json=false', '--json: takes no value, got "false"'],
    ['serve', '"serve": every argument is a flag'],
  ] as const)('reports %s', ([line, mistake]) => {
    expect(mistakesOf(...line.split(' '))).toEqual([mistake])
  })

  test.for(['key', '0:secret', '4294967296:secret', '1:', ':secret', 'a:secret'])(
    'reports an app written %s without repeating what may be a key',
    (app) => {
      expect(mistakesOf('--app', app)).toEqual([
        '--app: expected SDKAPPID:SECRETKEY or SDKAPPID:SECRETKEY:ADMIN',
      ])
    },
  )

  test('reports an app given twice', () => {
    expect(mistakesOf('--app', '1:key', '--app', '1:other')).toEqual(['--app: 1 is given twice'])
  })

  test('reports every mistake at once', () => {
    const line = '--port x --rate 0 --fault er --latency z --seed none.json --what --user a'
    expect(mistakesOf(...line.split(' '))).toHaveLength(7)
  })
})

describe('a seed file', () => {
  test('may begin with the byte order mark that editors on Windows write', () => {
    const command = readCommand(['--seed', 'f.json'], () => `\uFEFF${seedFile}`)
    expect(command).toMatchObject({ kind: 'serve' })
  })

  test.for([
    ['{', 'JSON'],
    ['[]', 'expected a JSON object'],
    ['null', 'expected a JSON object'],
    ['{}', 'expected "users" to be an object'],
    ['{"users":[]}', 'expected "users" to be an object'],
    ['{"users":{},"user":{}}', 'unknown key "user"'],
    ['{"users":{"user-1":"a"}}', 'expected the tags of "user-1" to be an array of strings'],
    ['{"users":{"user-1":[1]}}', 'expected the tags of "user-1" to be an array of strings'],
    ['{"users":{"mock_reset":[]}}', 'magic accounts'],
  ] as const)('that holds %s is a mistake', ([text, complaint]) => {
    const command = readCommand(['--seed', 'f.json'], () => text)
    expect(command).toEqual({
      kind: 'mistakes',
      mistakes: [expect.stringContaining(complaint)],
    })
  })
})
