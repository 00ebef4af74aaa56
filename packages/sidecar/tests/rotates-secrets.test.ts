import { appendFile, chmod, rm, writeFile } from 'node:fs/promises'

import { describe, expect, test, vi } from 'vitest'

import { drain } from '../src/drain.ts'
import { createLog } from '../src/observe/log.ts'
import {
  type RotatingSidecar,
  startRotating,
  swapAsKubernetes,
} from './support/rotating-sidecar.ts'

const NEW = 'canary-key-2'
const WRONG = 'canary-key-wrong'

/** Asks a hundred times a second while something is done; returns the statuses. */
async function meanwhile({ ask }: RotatingSidecar, act: () => Promise<void>): Promise<Set<number>> {
  const asked: Promise<number>[] = []
  const timer = setInterval(() => asked.push(ask()), 10)
  await act()
  clearInterval(timer)
  return new Set(await Promise.all([ask(), ...asked]))
}

/** Counts the repeats that take room in the call budget. By hand: Vitest clears its mocks when another test begins, and these run side by side. */
function countRepeats({ sidecar: { lookup } }: RotatingSidecar): { readonly count: number } {
  const repeats = { count: 0 }
  const takeExtraCall = lookup.takeExtraCall.bind(lookup)
  lookup.takeExtraCall = () => {
    repeats.count += 1
    return takeExtraCall()
  }
  return repeats
}

describe.concurrent('a secret key in a file', () => {
  test('is replaced without a failed request when Kubernetes swaps its link, and the old one is no longer used', async () => {
    await using rotating = await startRotating()
    const { fake, keyFile, logged, events, ask, metric } = rotating
    const { secretKey } = fake.credentials
    await swapAsKubernetes(keyFile, '2026_1', secretKey)
    await fake.control.acceptKeys([secretKey, NEW])
    const statuses = await meanwhile(rotating, async () => {
      await swapAsKubernetes(keyFile, '2026_2', `${NEW}\n`)
      await logged('secret-accepted')
    })
    // Not before: what was on its way with the old key has been answered by now.
    await fake.control.acceptKeys([NEW])
    expect([statuses, await ask(), fake.stats.badSignatures]).toEqual([new Set([200]), 200, 0])
    expect(events()).toEqual(['info secret-reloaded secret-key', 'info secret-accepted secret-key'])
    expect(await metric('secret_reloads_total{secret="secret-key",result="accepted"}')).toBe(1)
    expect(await metric('secret_on_trial{secret="secret-key"}')).toBe(0)
  })

  test('that is broken, deleted or emptied is told once and changes nothing; a new one that follows is used', async () => {
    await using rotating = await startRotating()
    const { fake, keyFile, logged, events, ask, metric, log } = rotating
    await fake.control.acceptKeys([fake.credentials.secretKey, NEW])
    const usable = (): Promise<number> => metric('secret_file_usable{secret="secret-key"}')
    expect([await ask(), await usable()]).toEqual([200, 1])
    await writeFile(keyFile, `${WRONG} and more\n\0`)
    await logged('secret-file-unusable')
    expect([await ask(), await usable()]).toEqual([200, 0])
    await rm(keyFile)
    await logged('secret-file-unusable', 2)
    await writeFile(keyFile, '', { mode: 0o600 })
    await logged('secret-file-unusable', 3)
    expect([await ask(), fake.stats.badSignatures]).toEqual([200, 0])
    await writeFile(keyFile, NEW)
    await logged('secret-reloaded')
    expect([await ask(), await usable()]).toEqual([200, 1])
    expect(log().match(/"reason":"[a-z-]+"/g)).toEqual(
      ['malformed', 'missing', 'empty'].map((reason) => `"reason":"${reason}"`),
    )
    expect(events().slice(3)).toEqual([
      'info secret-file-usable secret-key',
      'info secret-reloaded secret-key',
      'info secret-accepted secret-key',
    ])
    expect(await metric('secret_reloads_total{secret="secret-key",result="unusable"}')).toBe(3)
    expect(log()).not.toMatch(/canary/)
  })

  test('that is wrong costs one call and no request; when Tencent changes to it later, that costs none either; each repeat takes its room in the budget', async () => {
    await using rotating = await startRotating()
    const { fake, keyFile, logged, events, metric } = rotating
    const repeats = countRepeats(rotating)
    const statuses = await meanwhile(rotating, async () => {
      await writeFile(keyFile, WRONG)
      await logged('secret-refused')
      await writeFile(keyFile, NEW)
      await logged('secret-refused', 2)
      const { calls } = fake.stats
      await vi.waitUntil(() => fake.stats.calls > calls + 5, { timeout: 30_000 })
      expect(fake.stats.badSignatures).toBe(2)
      expect(await metric('secret_on_trial{secret="secret-key"}')).toBe(1)
      await fake.control.acceptKeys([NEW])
      await logged('secret-accepted')
    })
    expect(statuses).toEqual(new Set([200]))
    expect(fake.stats.badSignatures).toBeGreaterThanOrEqual(3)
    expect(repeats.count).toBe(fake.stats.badSignatures)
    expect(events()).toEqual([
      'info secret-reloaded secret-key',
      'warn secret-refused secret-key',
      'info secret-reloaded secret-key',
      'warn secret-refused secret-key',
      'info secret-accepted secret-key',
    ])
    expect(await metric('secret_reloads_total{secret="secret-key",result="refused"}')).toBe(2)
  })

  test('is read at once when Tencent refuses the one before: nobody fails between the two changes', async () => {
    await using rotating = await startRotating()
    const { fake, keyFile, ask } = rotating
    expect(await ask()).toBe(200)
    // Calls before these two lines have ended, calls after them find both done.
    await writeFile(keyFile, NEW)
    await fake.control.acceptKeys([NEW])
    expect([await ask(), await ask(), fake.stats.badSignatures]).toEqual([200, 200, 1])
  })

  test('guarantee 8: wrong at the start and wrong again, makes one call each; the right one is used at once, not after a minute', async () => {
    await using rotating = await startRotating({ key: WRONG })
    const { fake, keyFile, logged, events, ask } = rotating
    const askOften = (): Promise<number[]> => Promise.all(Array.from({ length: 20 }, () => ask()))
    expect([new Set(await askOften()), fake.stats.calls]).toEqual([new Set([502]), 1])
    await writeFile(keyFile, `${WRONG}-too`)
    await logged('secret-reloaded')
    expect([new Set(await askOften()), fake.stats.calls]).toEqual([new Set([502]), 2])
    expect([new Set(await askOften()), fake.stats.calls]).toEqual([new Set([502]), 2])
    await writeFile(keyFile, fake.credentials.secretKey)
    await logged('secret-reloaded', 2)
    expect(new Set(await askOften())).toEqual(new Set([200]))
    expect(events()).toEqual([
      'error credentials-refused',
      'info secret-reloaded secret-key',
      'warn secret-refused secret-key',
      'info secret-reloaded secret-key',
      'info secret-accepted secret-key',
      'info credentials-accepted',
    ])
  })

  test('that Tencent dropped too early is of use again once the file has the new one, not after a minute', async () => {
    await using rotating = await startRotating()
    const { fake, keyFile, logged, ask } = rotating
    expect(await ask()).toBe(200)
    await fake.control.acceptKeys([NEW])
    expect([await ask(), await ask()]).toEqual([502, 502])
    await swapAsKubernetes(keyFile, '2026_2', NEW)
    await logged('secret-reloaded')
    expect([await ask(), fake.stats.badSignatures]).toEqual([200, 1])
  })

  test('open to others than its owner and group is warned of once, with what to do', async () => {
    await using rotating = await startRotating({ token: 'canary-token-1' })
    const { keyFile, logged, events, log } = rotating
    await chmod(keyFile, 0o644)
    await logged('secret-file-permissions')
    await appendFile(keyFile, '-too')
    await logged('secret-reloaded')
    expect(events()).toEqual([
      'warn secret-file-permissions secret-key',
      'info secret-reloaded secret-key',
    ])
    expect(log()).toMatch(/"mode":"0644".*TAGSIDE_SECRET_KEY_FILE.*chmod 0640/)
  })
})

test.concurrent('a new access token in its file is accepted beside the old one until a caller first sends it', async () => {
  await using rotating = await startRotating({ token: 'canary-token-1\n' })
  const { tokenFile, logged, events, ask, metric, log } = rotating
  const tokens = [undefined, 'canary-token-1', 'canary-token-2']
  const statuses = async (): Promise<number[]> => {
    const answers: number[] = []
    for (const token of tokens) answers.push(await ask(token))
    return answers
  }
  expect(await statuses()).toEqual([401, 200, 401])
  await swapAsKubernetes(tokenFile, '2026_2', 'canary-token-2')
  await logged('secret-reloaded')
  expect(await metric('secret_on_trial{secret="access-token"}')).toBe(1)
  expect(await statuses()).toEqual([401, 200, 200])
  expect(await statuses()).toEqual([401, 401, 200])
  await rm(tokenFile)
  await logged('secret-file-unusable')
  expect(await statuses()).toEqual([401, 401, 200])
  expect(events()).toEqual([
    'info secret-reloaded access-token',
    'info secret-accepted access-token',
    'warn secret-file-unusable access-token',
  ])
  expect(await metric('secret_reloads_total{secret="access-token",result="accepted"}')).toBe(1)
  expect(await metric('secret_file_usable{secret="secret-key"}')).toBe(1)
  expect(log()).not.toMatch(/canary/)
})

test('the files are watched until the sidecar has drained', async () => {
  await using rotating = await startRotating()
  const close = vi.spyOn(rotating.sidecar.secrets, 'close')
  await drain(rotating.sidecar, 10_000, createLog('silent', { write: () => undefined }))
  expect(close).toHaveBeenCalledOnce()
})
