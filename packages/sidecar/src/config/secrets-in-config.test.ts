import { describe, expect, test } from 'vitest'

import {
  configOf,
  KEY,
  needed,
  problemsOf,
  type Sources,
  TOKEN,
} from '../../tests/support/config-sources.ts'

describe('the file of a secret', () => {
  const environment = {
    TAGSIDE_SDK_APP_ID: '1400000000',
    TAGSIDE_REGION: 'china',
    TAGSIDE_SECRET_KEY_FILE: '/run/key',
  }

  test.each([`${KEY}\n`, `${KEY}\r\n`, `  ${KEY}`])(
    'may have white space around it: %j',
    (content) => {
      const config = configOf({ environment, files: { '/run/key': content } })
      expect(config.secretKey.reveal()).toBe(KEY)
    },
  )

  test.each(['', '\n', `${KEY}\nmore`, `key: ${KEY}`, `${KEY}\0`, `${KEY}\uFFFD`])(
    'holds the secret alone, and is not quoted: %j',
    (content) => {
      expect(problemsOf({ environment, files: { '/run/key': content } })).toEqual([
        'TAGSIDE_SECRET_KEY_FILE "/run/key": expected a file with the secret alone in it, on one line',
      ])
    },
  )

  test('is no longer than 64 KiB', () => {
    const files = { '/run/key': 'k'.repeat(64 * 1024 + 1) }
    expect(problemsOf({ environment, files })).toEqual([
      'TAGSIDE_SECRET_KEY_FILE "/run/key": expected a file with the secret alone in it, on one line',
    ])
  })

  test('has to be there', () => {
    expect(problemsOf({ environment })).toEqual([
      'TAGSIDE_SECRET_KEY_FILE "/run/key": expected a file that exists and can be read',
    ])
  })
})

describe('a secret is in no report,', () => {
  test.each<[string, Sources]>([
    ['in a misspelt flag', { argv: ['--secret-key', KEY, `--secretkey=${KEY}`] }],
    ['in a stray argument', { argv: [KEY] }],
    ['in a misspelt variable', { environment: { ...needed, TAGSIDE_SECRETKEY: KEY } }],
    ['in another setting beside its own', { environment: { ...needed, TAGSIDE_TTL: KEY } }],
    ['in a text of another setting', { environment: { ...needed, TAGSIDE_TTL: `key=${KEY}` } }],
    ['in the setting before its own', { environment: { ...needed, TAGSIDE_SDK_APP_ID: KEY } }],
    ['malformed', { environment: { ...needed, TAGSIDE_SECRET_KEY: `${KEY} ${KEY}` } }],
    ['malformed and short', { environment: { ...needed, TAGSIDE_SECRET_KEY: 'can ary' } }],
    [
      'malformed, and in another setting',
      { environment: { ...needed, TAGSIDE_SECRET_KEY: `${KEY}\t`, TAGSIDE_TTL: `${KEY}\t` } },
    ],
    [
      'in a misspelt key of the file',
      { argv: ['--config=/f'], files: { '/f': `{"key":"${KEY}"}` } },
    ],
    ['in a broken file', { argv: ['--config=/f'], files: { '/f': `{"secretKey":"${KEY}"` } }],
    [
      'in the file, of the wrong type',
      { argv: ['--config=/f'], files: { '/f': `{"ttl":["${KEY}",1]}` } },
    ],
    [
      'for its own file',
      {
        environment: {
          TAGSIDE_SDK_APP_ID: '1',
          TAGSIDE_REGION: 'china',
          TAGSIDE_SECRET_KEY_FILE:
            '7461677369646563616e6172792d6b6579746167736964652d6b65792d2d2d2d',
        },
      },
    ],
    [
      'of the app, when the token is wrong too',
      { environment: { ...needed, TAGSIDE_ACCESS_TOKEN: `${TOKEN} `, TAGSIDE_TTL: TOKEN } },
    ],
  ])('%s', (_, sources) => {
    const problems = problemsOf(sources).join('\n')
    expect(problems).not.toBe('')
    expect(problems).not.toMatch(/canary|can ary|746167|746f6b/)
  })
})
