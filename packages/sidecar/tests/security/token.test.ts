import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

import { expect, onTestFinished, test, vi } from 'vitest'

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
  /** The status for this Authorization, and the lengths of what was compared. */
  const comparedFor = async (authorization: string): Promise<[number, number[][]]> => {
    compare.mockClear()
    const headers = { Authorization: authorization }
    const { status } = await fetch(`${started.url}/v1/users/xiaoming/tags`, { headers })
    return [status, compare.mock.calls.map((sides) => sides.map(({ byteLength }) => byteLength))]
  }
  const [accepted, compared] = await comparedFor(`Bearer ${TOKEN}`)
  expect(accepted).toBe(200)
  expect(compared).toContainEqual([32, 32])
  const wrong = ['', 'c', TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase(), 'x'.repeat(7_000)]
  for (const authorization of [...wrong.map((token) => `Bearer ${token}`), '', 'Basic x'])
    expect(await comparedFor(authorization)).toEqual([401, compared])
  expect(compareInHaste).not.toHaveBeenCalled()
})
