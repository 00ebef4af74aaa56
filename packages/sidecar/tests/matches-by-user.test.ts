import type { TagReply } from '@tagside/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { ask, inWords, lookupOver } from './support/lookup-under-test.ts'
import { recordingUpstream } from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

async function outcomesFor(reply: TagReply, users: readonly string[]): Promise<string[]> {
  const lookup = lookupOver({ calls: [], load: async () => reply })
  const asked = ask(lookup, users)
  await vi.advanceTimersByTimeAsync(100)
  return (await asked).map(inWords)
}

describe("guarantee 3: a user never gets another user's tags", () => {
  test('whatever the order of the reply', async () => {
    const reply = {
      tags: new Map([
        ['xiaohong', ['b']],
        ['xiaoming', ['a']],
      ]),
      errors: new Map(),
    }
    expect(await outcomesFor(reply, ['xiaoming', 'xiaohong'])).toEqual([
      'fetched ["a"]',
      'fetched ["b"]',
    ])
  })

  test('a user missing from the reply fails, and is not "without tags"', async () => {
    const reply = { tags: new Map([['xiaoming', ['a']]]), errors: new Map() }
    expect(await outcomesFor(reply, ['xiaoming', 'xiaohong'])).toEqual([
      'fetched ["a"]',
      'upstream-invalid-reply',
    ])
  })

  test('unknown, empty, refused and missing are four different things', async () => {
    const reply: TagReply = {
      tags: new Map([['xiaoming', []]]),
      errors: new Map([
        ['ghost', { code: 70107, message: '', reason: 'refused' }],
        ['user-1', { code: 70402, message: 'parameter illegal', reason: 'refused' }],
        ['user-2', { code: 91000, message: 'tagside: missing', reason: 'missing' }],
      ]),
    }
    expect(await outcomesFor(reply, ['xiaoming', 'ghost', 'user-1', 'user-2'])).toEqual([
      'fetched []',
      'fetched unknown',
      'upstream-error',
      'upstream-invalid-reply',
    ])
  })

  test('an account that lost its registration is unknown, though it was known before', async () => {
    const upstream = recordingUpstream((_users, call) =>
      call === 1 ? {} : { unknownUsers: new Set(['xiaoming']) },
    )
    const lookup = lookupOver(upstream)
    const first = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(100)
    await first
    const second = ask(lookup, ['xiaoming'], { noCache: true })
    await vi.advanceTimersByTimeAsync(100)
    expect(inWords((await second)[0])).toBe('fetched unknown')
    expect(inWords((await ask(lookup, ['xiaoming']))[0])).toBe('fresh unknown')
  })

  test('a failed or missing user is asked for again: only what is true is cached', async () => {
    const upstream = recordingUpstream((_users, call) =>
      call === 1 ? { missingUsers: new Set(['xiaohong']) } : {},
    )
    const lookup = lookupOver(upstream)
    const first = ask(lookup, ['xiaoming', 'xiaohong'])
    await vi.advanceTimersByTimeAsync(100)
    expect((await first).map(inWords)).toEqual([
      'fetched ["tag of xiaoming"]',
      'upstream-invalid-reply',
    ])
    const second = ask(lookup, ['xiaoming', 'xiaohong'])
    await vi.advanceTimersByTimeAsync(100)
    expect((await second).map(inWords)).toEqual([
      'fresh ["tag of xiaoming"]',
      'fetched ["tag of xiaohong"]',
    ])
    expect(upstream.calls.map((call) => call.users)).toEqual([
      ['xiaoming', 'xiaohong'],
      ['xiaohong'],
    ])
  })

  test('an upstream that throws what core does not throw fails its users, and nobody hangs', async () => {
    const lookup = lookupOver({ calls: [], load: () => Promise.reject(new TypeError('a defect')) })
    const asked = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(100)
    expect(inWords((await asked)[0])).toBe('internal-error')
  })
})
