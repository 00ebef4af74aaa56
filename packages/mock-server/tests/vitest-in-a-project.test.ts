import { beforeAll, expect, test } from 'vitest'

import type { Verdicts } from './support/reader-project.ts'
import { runAsReader } from './support/reader-project.ts'

// Files of tests as a reader may write them, some of which fail. One run of Vitest for all: each has a worker of its own.

const strayRequest = `
      import { describe, expect } from 'vitest'
      import { test } from '@tagside/mock-server/vitest'

      test('before', () => {})
      test('strays', async () => {
        await fetch('https://example.com/users/1').catch(() => {})
      })
      test('after', () => {})
    `

const otherOptions = `
    import { expect } from 'vitest'
    import { createFakeTencent } from '@tagside/mock-server'
    import { test as base } from '@tagside/mock-server/vitest'

    const test = base.extend('tencent', { scope: 'worker' }, () =>
      createFakeTencent({ users: { 'user-1': [] }, signatureCheck: 'off' }),
    )
    test('answers', async ({ app }) => {
      expect(app.users.users()).toEqual(['user-1'])
      const { sdkAppId } = app.credentials
      await fetch('https://console.tim.qq.com/v4/timpush/get_tag?sdkappid=' + sdkAppId, {
        method: 'POST', body: '{"To_Account":["user-1"]}',
      })
      expect(app).toHaveFetched('user-1')
    })
  `

const fiftyAtOnce = `
    import { describe } from 'vitest'
    import { createFakeTencent } from '@tagside/mock-server'
    import { test as base } from '@tagside/mock-server/vitest'

    const test = base.extend('tencent', { scope: 'worker' }, () =>
      createFakeTencent({ signatureCheck: 'off' }),
    )
    const { promise: all, resolve } = Promise.withResolvers()
    let there = 0
    describe.concurrent('at once', () => {
      for (let number = 1; number <= 50; number += 1) {
        test('test ' + number, async ({ app, expect }) => {
          app.users.set('xiaoming', ['tag-' + number])
          if (number % 2 === 0) app.faults.add('err:91000;skip=3')
          if ((there += 1) === 50) resolve()
          await all
          const answers = []
          for (let made = 0; made < 5; made += 1) {
            const response = await fetch(
              'https://console.tim.qq.com/v4/timpush/get_tag?sdkappid=' + app.credentials.sdkAppId,
              { method: 'POST', body: '{"To_Account":["xiaoming"]}' },
            )
            const { ErrorCode, UserTags } = await response.json()
            answers.push(ErrorCode || UserTags[0].Tags[0])
          }
          const tag = 'tag-' + number
          const last = number % 2 === 0 ? 91000 : tag
          expect(answers).toEqual([tag, tag, tag, last, last])
          expect(app).toHaveFetched('xiaoming', { times: 5 })
          expect(app.requests()).toHaveLength(5)
        })
      }
    })
  `

let verdicts: Readonly<Record<string, Verdicts>>
beforeAll(async () => {
  verdicts = await runAsReader({ strayRequest, otherOptions, fiftyAtOnce })
})

test('a request that nobody answers for fails every test that ran meanwhile and no other', () => {
  expect(verdicts['strayRequest']).toEqual({
    before: '',
    strays: expect.stringContaining('while this test ran:\n  GET https://example.com/users/1 '),
    after: '',
  })
})

test('a fake with other options takes the place of the fixture tencent', () => {
  expect(verdicts['otherOptions']).toEqual({ answers: '' })
})

test('fifty tests at once on one fake do not see each other', () => {
  const numbers = Array.from({ length: 50 }, (_, index) => index + 1)
  expect(verdicts['fiftyAtOnce']).toEqual(
    Object.fromEntries(numbers.map((number) => [`test ${number}`, ''])),
  )
})
