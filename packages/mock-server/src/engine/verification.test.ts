import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { Journal } from './journal.ts'
import type { Expectation } from './verification.ts'
import { VerificationError, verify } from './verification.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A journal with one call for each list of accounts, and a way to add more. */
function journalOf(...calls: readonly (readonly string[])[]): {
  journal: Journal
  call: (accounts: readonly string[]) => void
} {
  const journal = new Journal()
  const call = (accounts: readonly string[]): void => {
    const seq = journal.open({ atMs: 1, method: 'POST', path: '/v4/timpush/get_tag' })
    journal.update(seq, { accounts })
  }
  for (const accounts of calls) call(accounts)
  return { journal, call }
}

const twice = journalOf(['xiaoming', 'xiaoming'], ['xiaohong'], ['xiaohong', 'xiaoming']).journal

describe('a verification', () => {
  test.for<[Expectation]>([
    [{ account: 'xiaoming', exactly: 2 }],
    [{ account: 'xiaoming', atLeast: 2 }],
    [{ account: 'xiaoming', atMost: 2 }],
    [{ account: 'xiaoming', atLeast: 1, atMost: 3 }],
    [{ account: 'xiaoming' }],
    [{ account: 'ghost', exactly: 0 }],
    [{ account: 'ghost', atMost: 0 }],
    [{ exactly: 3 }],
  ])('of %j holds for two calls of three', async ([expectation]) => {
    const calls = expectation.account === undefined ? 3 : 2
    expect(await verify(twice, expectation)).toBe(expectation.account === 'ghost' ? 0 : calls)
  })

  test.for<[Expectation, string]>([
    [{ account: 'xiaoming', exactly: 1 }, 'calls that name "xiaoming": expected exactly 1, got 2'],
    [{ account: 'xiaoming', exactly: 3 }, 'calls that name "xiaoming": expected exactly 3, got 2'],
    [{ account: 'xiaoming', atLeast: 3 }, 'calls that name "xiaoming": expected at least 3, got 2'],
    [{ account: 'xiaoming', atMost: 1 }, 'calls that name "xiaoming": expected at most 1, got 2'],
    [{ account: 'xiaoming', atLeast: 3, atMost: 4 }, 'expected 3 to 4, got 2'],
    [{ account: 'ghost' }, 'calls that name "ghost": expected at least 1, got 0'],
    [{ exactly: 0 }, 'all calls: expected exactly 0, got 3'],
  ])('of %j fails for two calls of three', async ([expectation, message]) => {
    await expect(verify(twice, expectation)).rejects.toThrow(message)
  })

  test('that fails names the accounts that were nearest, and how often they were asked for', async () => {
    const { journal } = journalOf(
      ['xiaohong', 'xiaomin', 'xiaomin'],
      ['user-1'],
      ['xiaomin'],
      ['xiaomingg'],
    )
    const failure: unknown = await verify(journal, { account: 'xiaoming' }).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(VerificationError)
    expect(failure).toMatchObject({
      code: 'verification',
      message:
        'calls that name "xiaoming": expected at least 1, got 0; near: "xiaomin" in 2; near: "xiaomingg" in 1; near: "xiaohong" in 1',
      calls: 0,
      nearest: [
        { account: 'xiaomin', calls: 2 },
        { account: 'xiaomingg', calls: 1 },
        { account: 'xiaohong', calls: 1 },
      ],
    })
  })

  test.for<[Expectation, string]>([
    [{ exactly: 1.5 }, 'exactly: expected a whole number from 0, got 1.5'],
    [{ atLeast: NaN }, 'atLeast: expected a whole number from 0, got NaN'],
    [{ atMost: -1 }, 'atMost: expected a whole number from 0, got -1'],
    [{ timeoutMs: 60_001 }, 'timeoutMs: expected 0 to 60000, got 60001'],
    [{ timeoutMs: -1 }, 'timeoutMs: expected 0 to 60000, got -1'],
    [{ timeoutMs: NaN }, 'timeoutMs: expected 0 to 60000, got NaN'],
  ])('of %j is refused, because it cannot be', async ([expectation, message]) => {
    await expect(verify(twice, expectation)).rejects.toThrow(new RangeError(message))
  })

  test('that fails for the number of calls does not name the account as near itself', async () => {
    const { journal } = journalOf(['xiaoming'], ['xiaohong'])
    await expect(verify(journal, { account: 'xiaoming', exactly: 2 })).rejects.toMatchObject({
      calls: 1,
      nearest: [{ account: 'xiaohong', calls: 1 }],
    })
  })

  test('that fails tells of the calls that the journal has dropped', async () => {
    const { journal } = journalOf(...Array.from({ length: 1007 }, () => []))
    await expect(verify(journal, { exactly: 1 })).rejects.toThrow(
      '7 older calls are no longer known',
    )
  })

  test('waits for the call that makes it true, and no longer', async () => {
    const { journal, call } = journalOf(['xiaoming'])
    const done = verify(journal, { account: 'xiaoming', exactly: 2, timeoutMs: 5000 })
    await vi.advanceTimersByTimeAsync(4999)
    call(['xiaohong'])
    call(['xiaoming'])
    expect(await done).toBe(2)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('fails when its time is up', async () => {
    const { journal } = journalOf()
    const settled = vi.fn<(error: unknown) => void>()
    void verify(journal, { exactly: 1, timeoutMs: 5000 }).catch(settled)
    await vi.advanceTimersByTimeAsync(4999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(settled).toHaveBeenCalledWith(expect.any(VerificationError))
  })

  test('does not wait for fewer calls', async () => {
    const { journal } = journalOf(['xiaoming'], ['xiaoming'])
    await expect(verify(journal, { exactly: 1, timeoutMs: 5000 })).rejects.toThrow('got 2')
  })

  test('ends with the signal that was given to it', async () => {
    const { journal } = journalOf()
    const leave = new AbortController()
    const done = verify(journal, { timeoutMs: 5000 }, leave.signal)
    leave.abort(new Error('left'))
    await expect(done).rejects.toThrow('left')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('leaves no watcher and no listener behind', async () => {
    const { journal } = journalOf()
    const unwatch = vi.fn<() => void>()
    vi.spyOn(journal, 'watch').mockReturnValue(unwatch)
    const { signal } = new AbortController()
    const listened = vi.spyOn(signal, 'addEventListener')
    const unlistened = vi.spyOn(signal, 'removeEventListener')
    const failed = vi.fn<(error: unknown) => void>()
    void verify(journal, { timeoutMs: 1 }, signal).catch(failed)
    await vi.advanceTimersByTimeAsync(1)
    expect(failed).toHaveBeenCalledOnce()
    expect(unwatch).toHaveBeenCalledOnce()
    expect(unlistened.mock.calls).toEqual(listened.mock.calls)
  })
})
