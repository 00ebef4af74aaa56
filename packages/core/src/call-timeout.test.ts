import { getEventListeners } from 'node:events'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { withTimeout } from './call-timeout.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const late = new Error('too late')

function setUp(): {
  caller: AbortController
  options: { signal: AbortSignal; timeoutMs: number; timedOut: () => Error }
} {
  const caller = new AbortController()
  return { caller, options: { signal: caller.signal, timeoutMs: 4000, timedOut: () => late } }
}

/** Ends when its signal does, with an error of its own, as HTTP clients do. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('some AbortError')))
  })
}

describe('withTimeout', () => {
  test('gives what the act gives', async () => {
    const { options } = setUp()
    await expect(withTimeout(() => Promise.resolve(7), options)).resolves.toBe(7)
  })

  test('rejects with what the act rejects with', async () => {
    const { options } = setUp()
    const failure = new Error('failure')
    await expect(withTimeout(() => Promise.reject(failure), options)).rejects.toBe(failure)
  })

  test('ends the act when the time is over, not a millisecond earlier', async () => {
    const { options } = setUp()
    const outcome = vi.fn<(error: unknown) => void>()
    const ended = withTimeout(untilAborted, options).catch(outcome)
    await vi.advanceTimersByTimeAsync(3999)
    expect(outcome).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await ended
    expect(outcome).toHaveBeenCalledExactlyOnceWith(late)
  })

  test('rejects with the reason of the caller, whatever it is', async () => {
    const { caller, options } = setUp()
    const ended = withTimeout(untilAborted, options)
    caller.abort('no longer needed')
    await expect(ended).rejects.toBe('no longer needed')
  })

  test('does not act for a caller who has left', async () => {
    const { caller, options } = setUp()
    const act = vi.fn<() => Promise<void>>()
    caller.abort(late)
    await expect(withTimeout(act, options)).rejects.toBe(late)
    expect(act).not.toHaveBeenCalled()
  })

  test.each([
    ['success', () => Promise.resolve()],
    ['failure', () => Promise.reject(new Error('failure'))],
  ])('leaves no timer and no listener behind after %s', async (_, act) => {
    const { caller, options } = setUp()
    await withTimeout(act, options).catch(() => undefined)
    expect(vi.getTimerCount()).toBe(0)
    expect(getEventListeners(caller.signal, 'abort')).toEqual([])
  })
})
