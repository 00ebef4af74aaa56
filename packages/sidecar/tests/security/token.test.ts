import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

import { expect, onTestFinished, test, vi } from 'vitest'

import { nextAnswer, openSocket, readAnswer } from '../support/raw-http.ts'
import { startSidecar } from '../support/start-sidecar.ts'

const TOKEN = 'canary-token-3b1c'

test('T16: a token takes one time to be refused, however long and however nearly right it is: digests are compared, whole', async () => {
  await using started = await startSidecar({ TAGSIDE_ACCESS_TOKEN: TOKEN })
  const compare = vi.spyOn(crypto, 'timingSafeEqual')
  const compareInHaste = vi.spyOn(Buffer.prototype, 'equals')
  syncBuiltinESMExports()
  onTestFinished(() => {
    compare.mockRestore()
    compareInHaste.mockRestore()
    syncBuiltinESMExports()
  })
  /** The status for this Authorization, and the lengths of what was compared: as first request of a connection, and as second, which may be answered at a glance. */
  const comparedFor = async (authorization: string): Promise<[number, number[][]][]> => {
    const socket = openSocket(started.url)
    const found: [number, number[][]][] = []
    for (let request = 0; request < 2; request += 1) {
      compare.mockClear()
      socket.write(
        `GET /v1/users/xiaoming/tags HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n\r\n`,
      )
      const { status } = readAnswer(await nextAnswer(socket))
      const compared = compare.mock.calls.map((sides) => sides.map(({ byteLength }) => byteLength))
      found.push([status, compared])
    }
    socket.destroy()
    return found
  }
  const [[accepted, compared] = [], [again, comparedAgain] = []] = await comparedFor(
    `Bearer ${TOKEN}`,
  )
  expect([accepted, again]).toEqual([200, 200])
  expect(compared).toContainEqual([32, 32])
  expect(comparedAgain).toEqual(compared)
  // What is refused at a glance is looked at once more, by the guard.
  const twice = [...(compared ?? []), ...(compared ?? [])]
  const wrong = ['', 'c', TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase(), 'x'.repeat(7_000)]
  for (const authorization of [...wrong.map((token) => `Bearer ${token}`.trim()), 'Basic x']) {
    expect(await comparedFor(authorization)).toEqual([
      [401, compared],
      [401, twice],
    ])
  }
  // No head without a value is plain.
  expect(await comparedFor('')).toEqual([
    [401, compared],
    [401, compared],
  ])
  expect(compareInHaste).not.toHaveBeenCalled()
})
