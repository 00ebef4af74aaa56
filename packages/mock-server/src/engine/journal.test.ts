import { describe, expect, test, vi } from 'vitest'

import { Journal } from './journal.ts'

const arrival = { atMs: 1, method: 'POST', path: '/v4/timpush/get_tag' }

describe('the journal', () => {
  test('shows a call from its arrival on, and its end when there is one', () => {
    const journal = new Journal()
    const seq = journal.open(arrival)
    expect(journal.entries()).toEqual([{ seq: 1, ...arrival, accounts: [], faults: [] }])
    journal.update(seq, { accounts: ['xiaoming'], errorCode: 0, durationMs: 5 })
    expect(journal.entries()).toMatchObject([
      { seq: 1, accounts: ['xiaoming'], errorCode: 0, durationMs: 5 },
    ])
  })

  test('keeps the last 1,000 calls', () => {
    const journal = new Journal()
    for (let count = 0; count < 2500; count += 1) journal.open(arrival)
    const entries = journal.entries()
    expect(entries).toHaveLength(1000)
    expect(entries.at(0)?.seq).toBe(1501)
    expect(entries.at(-1)?.seq).toBe(2500)
  })

  test('tells how many it has dropped, until it is emptied', () => {
    const journal = new Journal()
    for (let count = 0; count < 1000; count += 1) journal.open(arrival)
    expect(journal.dropped).toBe(0)
    journal.open(arrival)
    journal.open(arrival)
    expect(journal.dropped).toBe(2)
    journal.clear()
    journal.open(arrival)
    expect(journal.dropped).toBe(0)
  })

  test('finds the calls that name an account, among others or alone', () => {
    const journal = new Journal()
    for (const accounts of [['xiaoming'], ['xiaohong'], ['xiaohong', 'xiaoming'], []]) {
      journal.update(journal.open(arrival), { accounts })
    }
    expect(journal.entries({ account: 'xiaoming' }).map(({ seq }) => seq)).toEqual([1, 3])
    expect(journal.entries({ account: 'xiao' })).toEqual([])
    expect(journal.entries({})).toHaveLength(4)
  })

  test('tells its watchers of an arrival, of news and of a clearing, until they leave', () => {
    const journal = new Journal()
    const watcher = vi.fn<() => void>()
    const unwatch = journal.watch(watcher)
    const seq = journal.open(arrival)
    expect(watcher).toHaveBeenCalledTimes(1)
    journal.update(seq, { status: 200 })
    expect(watcher).toHaveBeenCalledTimes(2)
    journal.clear()
    expect(watcher).toHaveBeenCalledTimes(3)
    unwatch()
    journal.open(arrival)
    expect(watcher).toHaveBeenCalledTimes(3)
  })

  test('takes no news of a call that it has forgotten', () => {
    const journal = new Journal()
    const seq = journal.open(arrival)
    expect(journal.clear()).toBe(1)
    journal.update(seq, { durationMs: 5 })
    expect(journal.entries()).toEqual([])
  })

  test('never uses a number twice', () => {
    const journal = new Journal()
    journal.open(arrival)
    journal.clear()
    expect(journal.open(arrival)).toBe(2)
  })

  test('hands out entries that later news does not change', () => {
    const journal = new Journal()
    const seq = journal.open(arrival)
    const [before] = journal.entries()
    journal.update(seq, { durationMs: 5 })
    expect(before).not.toHaveProperty('durationMs')
  })
})
