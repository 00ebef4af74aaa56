import { describe, expect, test } from 'vitest'

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
