import { PassThrough } from 'node:stream'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { BrokenRequests, type Exchange } from './broken-requests.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const coded = (code: string): Error => Object.assign(new Error(code), { code })
const OVERDUE = coded('ERR_HTTP_REQUEST_TIMEOUT')

const exchange = (complete: boolean, answer: Partial<Exchange> = {}): Exchange => ({
  req: { complete },
  headersSent: false,
  writableFinished: false,
  ...answer,
})

/** A connection, and what was written to it when it ended; undefined while it goes on. */
function connection() {
  const socket = new PassThrough()
  let written = ''
  const write = vi.spyOn(socket, 'write').mockImplementation((text: string) => {
    written += text
    return true
  })
  const end = async (): Promise<string | undefined> => {
    await vi.advanceTimersByTimeAsync(200)
    return socket.destroyed ? written : undefined
  }
  return { socket, end, write }
}

describe('a request that Node cannot parse', () => {
  test.each([
    ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
    ['HPE_INVALID_METHOD', '400 Bad Request'],
  ])('for %s is answered %s at once, and the connection ends', (code, status) => {
    const { socket, write } = connection()
    new BrokenRequests().givenUp(coded(code), socket)
    expect(write).toHaveBeenCalledWith(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
    expect(socket.destroyed).toBe(true)
  })

  test('ends the connection without a word into an answer under way', () => {
    const { socket, write } = connection()
    const broken = new BrokenRequests()
    broken.began(socket, exchange(true, { headersSent: true }))
    broken.givenUp(coded('HPE_INVALID_METHOD'), socket)
    expect([write.mock.calls, socket.destroyed]).toEqual([[], true])
  })

  test('is told so after an answer that was sent', () => {
    const { socket, write } = connection()
    const broken = new BrokenRequests()
    broken.began(socket, exchange(true, { headersSent: true, writableFinished: true }))
    broken.givenUp(coded('HPE_INVALID_METHOD'), socket)
    expect(write).toHaveBeenCalledTimes(1)
  })
})

describe('a request that Node takes for overdue', () => {
  const TIMEOUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'

  test.each<[string, Exchange | undefined, (broken: BrokenRequests, socket: PassThrough) => void]>([
    ['nothing came', undefined, () => {}],
    ['nothing came after the request before', exchange(true), () => {}],
    ['the rest of the body did not come', exchange(false), () => {}],
    [
      'its head came late, and not its body',
      undefined,
      (broken, socket) => broken.began(socket, exchange(false)),
    ],
  ])('is answered 408 if %s', async (_, before, meanwhile) => {
    const { socket, end } = connection()
    const broken = new BrokenRequests()
    if (before !== undefined) broken.began(socket, before)
    broken.givenUp(OVERDUE, socket)
    meanwhile(broken, socket)
    expect(await end()).toBe(TIMEOUT)
  })

  test('goes on if it was only not read yet', async () => {
    for (const before of [undefined, exchange(true)]) {
      const { socket, end } = connection()
      const broken = new BrokenRequests()
      if (before !== undefined) broken.began(socket, before)
      broken.givenUp(OVERDUE, socket)
      broken.began(socket, exchange(true))
      expect(await end()).toBeUndefined()
    }
  })

  test('goes on if the rest of its body was only not read yet', async () => {
    const { socket, end } = connection()
    const broken = new BrokenRequests()
    const req = { complete: false }
    broken.began(socket, { ...exchange(false), req })
    broken.givenUp(OVERDUE, socket)
    req.complete = true
    expect(await end()).toBeUndefined()
  })

  test('is judged after what has come is read, also where the judgement is late', async () => {
    const { socket, end } = connection()
    const broken = new BrokenRequests()
    broken.givenUp(OVERDUE, socket)
    vi.advanceTimersToNextTimer()
    expect(socket.destroyed).toBe(false)
    broken.began(socket, exchange(true))
    expect(await end()).toBeUndefined()
  })
})
