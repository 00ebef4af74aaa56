import { describe, expect, test } from 'vitest'

import { codes } from '../src/engine/codes.ts'
import { createFakeTencent } from '../src/index.ts'
import { ask, call, okReply } from './support/caller.ts'

const fakeOf = (): ReturnType<typeof createFakeTencent> =>
  createFakeTencent({ users: { xiaoming: ['GoldMember'] }, rate: 'off' })

describe('a magic account', () => {
  test.for([
    ['mock_err_91000', { ActionStatus: 'FAIL', ErrorCode: 91000 }],
    ['mock_err_70001', { ActionStatus: 'FAIL', ErrorCode: 70001 }],
    ['mock_each_70107', { ErrorList: [{ To_Account: 'mock_each_70107', ErrorCode: 70107 }] }],
    ['mock_omit', okReply({ xiaoming: ['GoldMember'] })],
    ['mock_tags_0', okReply({ xiaoming: ['GoldMember'], mock_tags_0: [] })],
    [
      'mock_tags_2',
      okReply({ xiaoming: ['GoldMember'], mock_tags_2: ['mock-tag-1', 'mock-tag-2'] }),
    ],
    ['mock_shuffle', { UserTags: { length: 2 } }],
    ['mock_dup', { UserTags: [{}, { To_Account: 'mock_dup' }, { To_Account: 'mock_dup' }] }],
    ['mock_delay_1', okReply({ xiaoming: ['GoldMember'], mock_delay_1: ['mock-tag-1'] })],
    ['mock_slow_1', okReply({ xiaoming: ['GoldMember'], mock_slow_1: ['mock-tag-1'] })],
  ] as const)('%s acts on the call that names it', async ([id, expected]) => {
    expect(await ask(fakeOf(), ['xiaoming', id])).toMatchObject(expected)
  })

  test.for([
    ['mock_http_502', 502],
    ['mock_badjson', 200],
    ['mock_emptybody', 200],
  ] as const)('%s answers outside of the protocol', async ([id, status]) => {
    const fake = fakeOf()
    const response = await fake.handle(call(fake, ['xiaoming', id]))
    expect(response.status).toBe(status)
    const text = await response.text()
    expect(() => {
      JSON.parse(text)
    }).toThrow(SyntaxError)
  })

  test.for(['mock_reset', 'mock_fin'])('%s cuts the connection', async (id) => {
    await expect(ask(fakeOf(), ['xiaoming', id])).rejects.toMatchObject({ errno: -104 })
  })

  test('with _xN is a known user after the first N calls that name it', async () => {
    const fake = fakeOf()
    const id = 'mock_err_91000_x2'
    expect(await ask(fake, [id])).toMatchObject({ ErrorCode: 91000 })
    expect(await ask(fake, ['xiaoming'])).toMatchObject({ ErrorCode: 0 })
    expect(await ask(fake, [id, 'xiaoming', id])).toMatchObject({ ErrorCode: 91000 })
    expect(await ask(fake, [id])).toEqual(okReply({ [id]: ['mock-tag-1'] }))
    expect(await ask(fake, ['mock_err_91000_x1'])).toMatchObject({ ErrorCode: 91000 })
  })

  test('with _xN has its many tags in the first N calls only', async () => {
    const fake = fakeOf()
    const id = 'mock_tags_3_x1'
    expect(await ask(fake, [id])).toMatchObject({ UserTags: [{ Tags: { length: 3 } }] })
    expect(await ask(fake, [id])).toMatchObject({ UserTags: [{ Tags: { length: 1 } }] })
  })

  test('is counted anew after a reset', async () => {
    const fake = fakeOf()
    await ask(fake, ['mock_err_91000_x1'])
    fake.reset()
    expect(await ask(fake, ['mock_err_91000_x1'])).toMatchObject({ ErrorCode: 91000 })
  })

  test('works beside others in one call', async () => {
    const ids = ['mock_each_70107', 'mock_omit', 'mock_tags_1', 'mock_delay_1', 'xiaoming']
    expect(await ask(fakeOf(), ids)).toEqual(
      okReply(
        { mock_tags_1: ['mock-tag-1'], mock_delay_1: ['mock-tag-1'], xiaoming: ['GoldMember'] },
        [{ To_Account: 'mock_each_70107', ErrorCode: 70107, ErrorInfo: 'account does not exist' }],
      ),
    )
  })

  test('of every code of the catalogue fails the call, or the account, with that code', async () => {
    const fake = fakeOf()
    for (const [code, text] of codes) {
      expect(await ask(fake, ['xiaoming', `mock_err_${code}`])).toEqual({
        ActionStatus: 'FAIL',
        ErrorInfo: text,
        ErrorCode: code,
      })
      const user = `mock_each_${code}`
      expect(await ask(fake, ['xiaoming', user])).toEqual(
        okReply({ xiaoming: ['GoldMember'] }, [
          { To_Account: user, ErrorCode: code, ErrorInfo: text },
        ]),
      )
    }
  })

  test('that is mistyped fails the call and says what may have been meant', async () => {
    expect(await ask(fakeOf(), ['xiaoming', 'mock_err_91001'])).toEqual({
      ActionStatus: 'FAIL',
      ErrorInfo:
        '"mock_err_91001" is no magic account; near: mock_err_90001, mock_err_91000, mock_err_70001',
      ErrorCode: 60009,
    })
  })

  test('is shown in the journal under its own name', async () => {
    const fake = fakeOf()
    await ask(fake, ['xiaoming', 'mock_err_91000'])
    expect(fake.requests()).toMatchObject([
      { accounts: ['xiaoming', 'mock_err_91000'], faults: ['mock_err_91000'], errorCode: 91000 },
    ])
  })

  test('cannot be given tags', () => {
    expect(() => fakeOf().setTags('mock_reset', [])).toThrow('magic accounts')
  })
})
