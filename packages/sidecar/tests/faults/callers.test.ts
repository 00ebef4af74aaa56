import { describe, expect, test, vi } from 'vitest'

import { restTells } from './support/both-faces.ts'
import { pipelined } from './support/pipelined.ts'
import { body, HeldAnswers, RudeUpstream, tagged } from './support/rude-upstream.ts'
import { sidecarOver } from './support/sidecar-over.ts'

/** A busy machine may take its time. */
const PATIENCE = { timeout: 15_000, interval: 5 }

describe('callers', () => {
  test('S10 callers who leave take nobody with them: what only they wanted is not asked for, the rest is, and no error is logged', async () => {
    await using upstream = await RudeUpstream.open()
    const slow = new HeldAnswers()
    upstream.answer = slow.answer
    await using over = await sidecarOver(upstream.url, { TAGSIDE_MAX_CONCURRENT_CALLS: '1' })
    const leaving = new AbortController()
    const { signal } = leaving
    const leave = (user: string): Promise<unknown> =>
      fetch(`${over.url}/v1/users/${user}/tags`, { signal }).catch(() => 'left')
    const first = leave('user-1')
    await vi.waitFor(() => expect(slow.held).toBe(1), PATIENCE)
    const others = [restTells(over.url, 'user-1'), restTells(over.url, 'user-3')]
    const second = leave('user-2')
    await vi.waitFor(() => expect(over.sidecar.lookup.state().foregroundUsers).toBe(2), PATIENCE)
    leaving.abort()
    expect(await Promise.all([first, second])).toEqual(['left', 'left'])
    // What is sent to a server after the end of a connection is read after it.
    await fetch(`${over.opsUrl}/livez`)
    slow.letGo()
    expect(await Promise.all(others)).toEqual(['fetched GoldMember', 'fetched GoldMember'])
    expect(upstream.calls.map(({ users }) => users)).toEqual([['user-1'], ['user-3']])
    expect(over.logged).toEqual([])
  })

  test('S11 ten thousand requests at once for one user make one fetch; a failure is told to all who wait, and is not kept', async () => {
    await using upstream = await RudeUpstream.open()
    const slow = new HeldAnswers()
    upstream.answer = slow.answer
    await using over = await sidecarOver(upstream.url)
    const flood = Promise.all(
      Array.from({ length: 10 }, () => pipelined(over.url, 'user-1', 1_000)),
    )
    await vi.waitFor(() => expect(slow.held).toBe(1), PATIENCE)
    await fetch(`${over.opsUrl}/livez`)
    slow.letGo()
    expect((await flood).flat()).toEqual(Array.from({ length: 10_000 }, () => '200'))
    expect(upstream.calls.map(({ users }) => users)).toEqual([['user-1']])

    upstream.answer = body('canary', { status: 502 })
    const failed = await pipelined(over.url, 'user-2', 100)
    expect(failed).toEqual(Array.from({ length: 100 }, () => '502'))
    expect(upstream.calls).toHaveLength(1 + 3)
    upstream.answer = tagged('GoldMember')
    expect(await restTells(over.url, 'user-2')).toBe('fetched GoldMember')
  })

  test('S12 a caller whose deadline passes fails alone: the fetch goes on for those who have more time, and is kept', async () => {
    await using upstream = await RudeUpstream.open()
    const slow = new HeldAnswers()
    upstream.answer = slow.answer
    await using over = await sidecarOver(upstream.url)
    const patient = restTells(over.url, 'user-1')
    await vi.waitFor(() => expect(slow.held).toBe(1), PATIENCE)
    const hurried = restTells(over.url, 'user-1', { 'X-Request-Timeout-Ms': '20' })
    expect(await hurried).toBe('504 deadline-exceeded')
    slow.letGo()
    expect(await patient).toBe('fetched GoldMember')
    expect(await restTells(over.url, 'user-1')).toBe('fresh GoldMember')
    expect(upstream.calls).toHaveLength(1)
  })
})
