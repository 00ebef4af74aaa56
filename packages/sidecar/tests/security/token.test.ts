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
  const accepted = await comparedFor(`Bearer ${TOKEN}`)
  expect(accepted.map(([status]) => status)).toEqual([200, 200])
  const [first, ...others] = [
    'c',
    TOKEN.slice(0, -1),
    `${TOKEN}x`,
    TOKEN.toUpperCase(),
    'x'.repeat(7_000),
  ]
  const refused = await comparedFor(`Bearer ${first}`)
  expect(refused.map(([status]) => status)).toEqual([401, 401])
  for (const [, compared] of [...accepted, ...refused]) {
    expect(new Set(compared.flat())).toEqual(new Set([32]))
  }
  for (const authorization of [...others.map((token) => `Bearer ${token}`), 'Bearer', 'Basic x'])
    expect(await comparedFor(authorization)).toEqual(refused)
  expect(compareInHaste).not.toHaveBeenCalled()
})
