import { describe, expect, test } from 'vitest'

import { textOf } from '../src/engine/codes.ts'
import type { FakeTencent, FakeTencentOptions } from '../src/index.ts'
import { createFakeTencent } from '../src/index.ts'
import type { CallChanges } from './support/caller.ts'
import { ask, call } from './support/caller.ts'

const createRandomFake = (options: FakeTencentOptions = {}): FakeTencent =>
  createFakeTencent({
    users: { xiaoming: ['GoldMember'], xiaohong: ['PlatinumMember'], 'user-1': [] },
    ambiguity: 'random',
    rate: 'off',
    ...options,
  })

/** Every form in which the fake answers one question, asked often enough to see them all. */
async function formsOf(
  fake: FakeTencent,
  accounts: readonly string[],
  changes?: CallChanges,
): Promise<ReadonlySet<string>> {
  const forms = new Set<string>()
  for (let asked = 0; asked < 300; asked += 1) {
    forms.add(JSON.stringify(await ask(fake, accounts, changes)))
  }
  return forms
}

const oneOf = (members: readonly string[]): string => `(?:${members.join('|')})`
const info = String.raw`"ErrorInfo":"[^"]*"`

describe('a fake that draws what the documents leave open', () => {
  test('answers users in any order, with empty fields or without them, and never with other tags', async () => {
    const xiaoming = '{"To_Account":"xiaoming","Tags":["GoldMember"]}'
    const xiaohong = '{"To_Account":"xiaohong","Tags":["PlatinumMember"]}'
    const forms = await formsOf(createRandomFake(), ['xiaoming', 'xiaohong'])
    const orders = oneOf([`${xiaoming},${xiaohong}`, `${xiaohong},${xiaoming}`])
      .replaceAll('{', String.raw`\{`)
      .replaceAll('[', String.raw`\[`)
    const form = new RegExp(
      String.raw`^\{"ActionStatus":"OK","ErrorCode":0(,"ErrorInfo":"")?,"UserTags":\[${orders}\](,"ErrorList":\[\])?\}$`,
    )
    expect([...forms].filter((text) => !form.test(text))).toEqual([])
    expect(forms).toHaveLength(8)
  })

  test('has three ways to say that a user has no tags', async () => {
    const replies = [...(await formsOf(createRandomFake(), ['user-1']))].join('\n')
    expect(replies).toContain('{"To_Account":"user-1","Tags":[]}')
    expect(replies).toContain('{"To_Account":"user-1","Tags":null}')
    expect(replies).toContain('{"To_Account":"user-1"}')
  })

  test('names an unknown account, leaves it out or gives it no tags', async () => {
    const replies = [...(await formsOf(createRandomFake(), ['ghost']))]
    expect(replies.filter((text) => text.includes('70107'))).not.toEqual([])
    expect(replies.filter((text) => !text.includes('ghost'))).not.toEqual([])
    expect(replies.filter((text) => /"UserTags":\[\{"To_Account":"ghost"/.test(text))).not.toEqual(
      [],
    )
  })

  test('treats unknown accounts as it is told to, if it is', async () => {
    const forms = await formsOf(createRandomFake({ unknownAccounts: 'error-list' }), ['ghost'])
    const replies = [...forms].map((text): unknown => JSON.parse(text))
    for (const reply of replies) {
      expect(reply).toHaveProperty('ErrorList', [
        expect.objectContaining({ To_Account: 'ghost', ErrorCode: 70107 }),
      ])
    }
    expect(new Set([...forms].map((text) => text.includes('UserTags')))).toEqual(
      new Set([true, false]),
    )
  })

  test('names accounts that it cannot serve in any order, with words or without', async () => {
    const forms = [...(await formsOf(createRandomFake(), ['mock_each_70107', 'mock_each_70169']))]
    const errors = (order: readonly string[]): RegExp =>
      new RegExp(`"ErrorList":\\[\\{[^}]*${order.join('[^}]*\\},\\{[^}]*')}[^}]*\\}\\]`)
    const codes = ['"ErrorCode":70107', '"ErrorCode":70169']
    expect(forms.filter((form) => errors(codes).test(form))).not.toEqual([])
    expect(forms.filter((form) => errors(codes.toReversed()).test(form))).not.toEqual([])
    expect(forms.filter((form) => /"ErrorCode":70107\}/.test(form))).not.toEqual([])
    const words = forms.flatMap((form) =>
      Array.from(form.matchAll(/"ErrorCode":70107,"ErrorInfo":"([^"]*)"/g), ([, word]) => word),
    )
    expect(new Set(words)).toEqual(
      new Set([textOf(70107), '', 'the service puts it in other words']),
    )
  })

  test('says why a call failed in its own words, in others or in none', async () => {
    const forms = await formsOf(createRandomFake(), ['xiaoming'], { query: { usersig: 'garbled' } })
    const words = [...forms].map((form): unknown => Object(JSON.parse(form)).ErrorInfo)
    expect(words).toHaveLength(3)
    expect(words).toContain('')
    expect(words).toContain(textOf(70003))
  })

  test('writes the code into the journal that the caller got', async () => {
    const fake = createRandomFake()
    for (let asked = 0; asked < 20; asked += 1) {
      const reply = await ask(fake, ['xiaoming'], { body: '' })
      expect(reply).toHaveProperty('ErrorCode', fake.requests().at(-1)?.errorCode)
    }
  })

  test.for<[string, CallChanges, readonly number[]]>([
    ['broken JSON', { body: '{' }, [60003, 90001]],
    ['nothing sent', { body: '' }, [60003, 90001]],
    ['an unknown app', { query: { sdkappid: '1' } }, [60006, 70016, 70020]],
    ['a caller who is no admin', { query: { identifier: 'xiaoming' } }, [60010, 90009]],
    ['an account that is no string', { body: '{"To_Account":[7]}' }, [60015, 90001]],
    ['a garbled usersig', { query: { usersig: 'garbled' } }, [70003]],
  ])('refuses %s with any code that fits', async ([, changes, codes]) => {
    const forms = await formsOf(createRandomFake(), ['xiaoming'], changes)
    const text = new RegExp(`"ErrorCode":${oneOf(codes.map(String))}`)
    expect([...forms].filter((form) => !text.test(form) || !new RegExp(info).test(form))).toEqual(
      [],
    )
    for (const code of codes) expect([...forms].join('\n')).toContain(`"ErrorCode":${code}`)
  })

  test('refuses calls over the rate with any of the four codes for that', async () => {
    const forms = [...(await formsOf(createRandomFake({ rate: 1 }), ['xiaoming']))].join('\n')
    for (const code of [60007, 60011, 60018, 60019]) expect(forms).toContain(`"ErrorCode":${code}`)
  })

  test('sends any Content-Type, and none', async () => {
    const fake = createRandomFake()
    const types = new Set<string | null>()
    for (let asked = 0; asked < 100; asked += 1) {
      types.add((await fake.handle(call(fake, ['xiaoming']))).headers.get('Content-Type'))
    }
    expect(types).toEqual(
      new Set(['application/json', 'application/json; charset=utf-8', 'text/plain', null]),
    )
  })

  test('answers the same for the same seed, and again after a reset', async () => {
    const talk = async (fake: FakeTencent): Promise<readonly unknown[]> => {
      const replies: unknown[] = []
      for (let asked = 0; asked < 20; asked += 1)
        replies.push(await ask(fake, ['xiaoming', 'ghost']))
      return replies
    }
    const fake = createRandomFake({ randomSeed: 7 })
    const first = await talk(fake)
    expect(await talk(createRandomFake({ randomSeed: 7 }))).toEqual(first)
    expect(await talk(createRandomFake({ randomSeed: 8 }))).not.toEqual(first)
    fake.reset()
    expect(await talk(fake)).toEqual(first)
  })

  test('leaves the answer of a fault as it was asked for', async () => {
    const fake = createRandomFake()
    expect(await formsOf(fake, ['mock_err_60007'])).toHaveLength(1)
    fake.fault('err:90009:as it was asked for')
    expect([...(await formsOf(fake, ['xiaoming']))]).toEqual([
      '{"ActionStatus":"FAIL","ErrorInfo":"as it was asked for","ErrorCode":90009}',
    ])
  })
})
