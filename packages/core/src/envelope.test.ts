import { describe, expect, test } from 'vitest'

import { answered as answeredFor } from '../tests/support/answered.ts'
import { readEnvelope, type TagReply } from './envelope.ts'
import { InvalidReplyError } from './errors.ts'

const users = ['user-1', 'user-2']

const answered = (fields: object, asked: readonly string[] = users): TagReply =>
  answeredFor(fields, asked)

function reading(body: string): () => unknown {
  return () => readEnvelope(body, users, (text) => text)
}

describe('the tags of a user', () => {
  test('are found by id, in whatever order the reply has them', () => {
    const { tags } = answered({
      UserTags: [
        { To_Account: 'user-2', Tags: ['b'] },
        { To_Account: 'user-1', Tags: ['a', 'c'] },
      ],
    })
    expect([...tags]).toEqual([
      ['user-1', ['a', 'c']],
      ['user-2', ['b']],
    ])
  })

  test.each([{ Tags: [] }, { Tags: null }, {}])('are none in %j', (fields) => {
    const { tags, errors } = answered({ UserTags: [{ To_Account: 'user-1', ...fields }] }, [
      'user-1',
    ])
    expect(tags).toEqual(new Map([['user-1', []]]))
    expect(errors.size).toBe(0)
  })

  test('may be listed twice if both are equal', () => {
    const entry = { To_Account: 'user-1', Tags: ['a', 'b'] }
    expect(answered({ UserTags: [entry, entry] }).tags.get('user-1')).toEqual(['a', 'b'])
  })

  test('are not those of an id that differs in case, Unicode form or space', () => {
    const asked = ['User-1', 'caf\u00E9', 'user-2']
    const { tags, errors } = answered(
      {
        UserTags: [
          { To_Account: 'user-1', Tags: ['a'] },
          { To_Account: 'cafe\u0301', Tags: ['b'] },
          { To_Account: 'user-2 ', Tags: ['c'] },
        ],
      },
      asked,
    )
    expect(tags.size).toBe(0)
    expect([...errors.keys()]).toEqual(asked)
  })

  test.each(['__proto__', 'constructor', 'toString', 'then', '用户', 'a/b%?c d'])(
    'are found for the id %s',
    (user) => {
      const body = `{"ErrorCode":0,"UserTags":[{"To_Account":${JSON.stringify(user)},"Tags":["a"]}]}`
      const envelope = readEnvelope(body, [user, 'user-1'], (text) => text)
      expect(envelope).toMatchObject({
        kind: 'answered',
        reply: { tags: new Map([[user, ['a']]]) },
      })
    },
  )
})

describe('the error of a user', () => {
  test('is the one that Tencent lists', () => {
    const { tags, errors } = answered({
      UserTags: [{ To_Account: 'user-1', Tags: ['a'] }],
      ErrorList: [{ To_Account: 'user-2', ErrorCode: 70107, ErrorInfo: 'not imported' }],
    })
    expect(tags).toEqual(new Map([['user-1', ['a']]]))
    expect(errors).toEqual(
      new Map([['user-2', { code: 70107, message: 'not imported', reason: 'refused' }]]),
    )
  })

  test.each([{}, { ErrorInfo: '' }, { ErrorInfo: null }])(
    'has the meaning of its code for a message where Tencent sends %j',
    (fields) => {
      const { errors } = answered({
        ErrorList: [{ To_Account: 'user-1', ErrorCode: 70107, ...fields }],
      })
      expect(errors.get('user-1')?.message).toBe('the account is unknown: it was never imported')
    },
  )

  test('is "missing" without an entry, never "no tags"', () => {
    expect(answered({ UserTags: [{ To_Account: 'user-1', Tags: [] }] }).errors).toEqual(
      new Map([
        [
          'user-2',
          {
            code: 91000,
            message: 'tagside: the reply has no entry for this user',
            reason: 'missing',
          },
        ],
      ]),
    )
  })

  test.each([
    { Tags: 'a' },
    { Tags: { 0: 'a' } },
    { Tags: [1] },
    { Tags: ['a', null] },
    { Tags: 0 },
    { Tags: false },
  ])('is "malformed" for %j', (fields) => {
    const { tags, errors } = answered({
      UserTags: [
        { To_Account: 'user-1', ...fields },
        { To_Account: 'user-2', Tags: ['b'] },
      ],
    })
    expect(errors.get('user-1')).toMatchObject({ code: 91000, reason: 'malformed' })
    expect(tags).toEqual(new Map([['user-2', ['b']]]))
  })

  test.each([{}, { ErrorCode: '70107' }, { ErrorCode: 70107.5 }, { ErrorCode: 0 }])(
    'is "malformed" for the ErrorList entry %j',
    (fields) => {
      const { errors } = answered({ ErrorList: [{ To_Account: 'user-1', ...fields }] })
      expect(errors.get('user-1')?.reason).toBe('malformed')
    },
  )

  test.each([
    [['a'], ['b']],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [['a'], []],
  ])('is "contradictory" for tags %j and %j', (one, other) => {
    const { errors } = answered({
      UserTags: [
        { To_Account: 'user-1', Tags: one },
        { To_Account: 'user-1', Tags: other },
        { To_Account: 'user-1', Tags: one },
      ],
    })
    expect(errors.get('user-1')).toMatchObject({ code: 91000, reason: 'contradictory' })
  })

  test('is "contradictory" for two codes, and the code for one code twice', () => {
    const { errors } = answered({
      ErrorList: [
        { To_Account: 'user-1', ErrorCode: 70107 },
        { To_Account: 'user-1', ErrorCode: 70402 },
        { To_Account: 'user-2', ErrorCode: 70107, ErrorInfo: 'once' },
        { To_Account: 'user-2', ErrorCode: 70107, ErrorInfo: 'twice' },
      ],
    })
    expect(errors.get('user-1')?.reason).toBe('contradictory')
    expect(errors.get('user-2')?.code).toBe(70107)
  })

  test('wins over tags of the same user', () => {
    const { tags, errors } = answered({
      UserTags: [{ To_Account: 'user-1', Tags: ['a'] }],
      ErrorList: [{ To_Account: 'user-1', ErrorCode: 70107 }],
    })
    expect(tags.size).toBe(0)
    expect(errors.get('user-1')?.code).toBe(70107)
  })
})

describe('a reply', () => {
  test('may lack its lists, have them null or empty', () => {
    for (const none of [{}, { UserTags: null, ErrorList: null }, { UserTags: [], ErrorList: [] }]) {
      expect([...answered(none).errors.keys()]).toEqual(users)
    }
  })

  test('may name strangers and hold entries that name nobody', () => {
    const { tags, errors } = answered({
      UserTags: [
        null,
        'user-1',
        ['user-1'],
        { Tags: ['x'] },
        { To_Account: 1, Tags: ['x'] },
        { To_Account: 'stranger', Tags: ['x'] },
        { To_Account: 'user-1', Tags: ['a'] },
        { To_Account: 'user-2', Tags: [] },
      ],
      ErrorList: [null, { To_Account: 'stranger', ErrorCode: 70107 }],
    })
    expect([...tags.keys()]).toEqual(users)
    expect(errors.size).toBe(0)
  })

  test('is refused by its ErrorCode alone', () => {
    const body = JSON.stringify({
      ActionStatus: 'OK',
      ErrorCode: 91000,
      ErrorInfo: 'later',
      UserTags: [{ To_Account: 'user-1', Tags: ['a'] }],
    })
    expect(readEnvelope(body, users, (text) => text.toUpperCase())).toEqual({
      kind: 'refused',
      errorCode: 91000,
      errorInfo: 'LATER',
    })
  })

  test.each(['', ',"ErrorInfo":null', ',"ErrorInfo":{}'])(
    "has '' for an ErrorInfo that is no text: %j",
    (errorInfo) => {
      const body = `{"ErrorCode":60007${errorInfo}}`
      expect(readEnvelope(body, users, (text) => text)).toMatchObject({ errorInfo: '' })
    },
  )

  test('needs neither ActionStatus nor ErrorInfo', () => {
    expect(reading('{"ErrorCode":0}')()).toMatchObject({ kind: 'answered' })
  })

  test.each([
    ['the body is empty', ''],
    ['the body is not JSON', '<html>502 canary</html>'],
    ['the body is not JSON', '{"ErrorCode":0'],
    ['the body is not JSON', '['.repeat(1_000_000)],
    ['the body is not a JSON object', 'null'],
    ['the body is not a JSON object', '[]'],
    ['the body is not a JSON object', '"canary"'],
    ['ErrorCode is absent or not an integer', '{}'],
    ['ErrorCode is absent or not an integer', '{"ErrorCode":"0"}'],
    ['ErrorCode is absent or not an integer', '{"ErrorCode":0.5}'],
    ['ErrorCode is absent or not an integer', '{"ErrorCode":null}'],
    ['ErrorCode is absent or not an integer', '{"ErrorCode":1e300}'],
    ['ErrorCode is absent or not an integer', '{"__proto__":{"ErrorCode":0}}'],
    ['ActionStatus is FAIL, yet ErrorCode is 0', '{"ActionStatus":"FAIL","ErrorCode":0}'],
    ['UserTags is not an array', '{"ErrorCode":0,"UserTags":{}}'],
    ['UserTags is not an array', '{"ErrorCode":0,"UserTags":"canary"}'],
    ['ErrorList is not an array', '{"ErrorCode":0,"ErrorList":{"0":{}}}'],
    ['ErrorList is not an array', '{"ErrorCode":0,"ErrorList":false}'],
  ])('is invalid, as %s', (reason, body) => {
    expect(reading(body)).toThrow(new InvalidReplyError(reason))
    expect(reading(body)).not.toThrow(/canary/)
  })
})
