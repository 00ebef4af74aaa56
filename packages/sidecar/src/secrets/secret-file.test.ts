import { Secret } from '@tagside/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import type { Reading, Unusable } from './read-secret-file.ts'
import { SecretFile } from './secret-file.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const holding = (text: string, mode = 0o640): Reading => ({
  kind: 'secret',
  secret: new Secret(text),
  mode,
})
const unusable = (reason: Unusable): Reading => ({ kind: 'unusable', reason })

/** A file that held `first` at the start, and what it told since. */
function fileWith(reading: Reading) {
  const disk = { reading, looks: 0, slowMs: 0 }
  const told: string[] = []
  const file = new SecretFile({
    path: '/run/secret',
    secret: new Secret('first'),
    read: async () => {
      disk.looks += 1
      const { reading: found } = disk
      if (disk.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, disk.slowMs))
      return found
    },
    tell: (change) => {
      if (change.kind === 'changed') told.push(change.secret.reveal())
      else if (change.kind === 'unusable') told.push(change.reason)
      else told.push(change.kind === 'usable' ? 'usable' : change.mode.toString(8))
    },
  })
  file.watch()
  return { file, disk, told }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('a secret file', () => {
  test('that holds what it held at the start tells nothing', async () => {
    const { file, told } = fileWith(holding('first'))
    await pass(10_000)
    expect([told, file.isUsable]).toEqual([[], true])
  })

  test('tells a new secret once, within two seconds', async () => {
    const { disk, told } = fileWith(holding('first'))
    await pass(10_250)
    disk.reading = holding('second')
    await pass(2_000)
    expect(told).toEqual(['second'])
    await pass(10_000)
    expect(told).toEqual(['second'])
  })

  test('that was changed before the first look tells that', async () => {
    const { told } = fileWith(holding('second'))
    await pass(600)
    expect(told).toEqual(['second'])
  })

  test.each<Unusable>(['missing', 'unreadable', 'not-a-file', 'too-large', 'empty', 'malformed'])(
    'that is %s says so once, and once that it is well again',
    async (reason) => {
      const { file, disk, told } = fileWith(holding('first'))
      await pass(1_000)
      disk.reading = unusable(reason)
      await pass(10_000)
      expect([told, file.isUsable]).toEqual([[reason], false])
      disk.reading = holding('first')
      await pass(10_000)
      expect([told, file.isUsable]).toEqual([[reason, 'usable'], true])
    },
  )

  test('that comes back with a new secret tells both; another trouble is told as another', async () => {
    const { disk, told } = fileWith(unusable('missing'))
    await pass(1_000)
    disk.reading = unusable('empty')
    await pass(1_000)
    disk.reading = holding('second')
    await pass(1_000)
    expect(told).toEqual(['missing', 'empty', 'usable', 'second'])
  })

  test.each([unusable('empty'), unusable('missing'), holding('seco')])(
    'is not believed what it holds for a moment: it is being written (%j)',
    async (torn) => {
      const { disk, told } = fileWith(holding('first'))
      await pass(1_100)
      disk.reading = torn
      await pass(450)
      disk.reading = holding('second')
      await pass(2_000)
      expect(told).toEqual(['second'])
    },
  )

  test.each([0o641, 0o644, 0o660, 0o650, 0o740, 0o666, 0o777])(
    'warns once that its permissions are wider than 0640: %o',
    async (mode) => {
      const { disk, told } = fileWith(holding('first', mode))
      await pass(5_000)
      disk.reading = holding('second', mode)
      await pass(5_000)
      expect(told).toEqual([mode.toString(8), 'second'])
    },
  )

  test.each([0o640, 0o600, 0o440, 0o400, 0o040])('does not warn of %o', async (mode) => {
    const { told } = fileWith(holding('first', mode))
    await pass(5_000)
    expect(told).toEqual([])
  })

  test('is looked at no more once it is closed, and what a look brings then is not told', async () => {
    const { file, disk, told } = fileWith(holding('first'))
    await pass(600)
    disk.reading = holding('second')
    disk.slowMs = 300
    await pass(1_400)
    file.close()
    const { looks } = disk
    await pass(5_000)
    expect([told, disk.looks, vi.getTimerCount()]).toEqual([[], looks, 0])
  })

  test('is looked at by one look at a time, however long a disk takes', async () => {
    const { disk } = fileWith(holding('first'))
    disk.slowMs = 3_600_000
    await pass(500)
    const { looks } = disk
    await pass(60_000)
    expect(disk.looks).toBe(looks)
  })
})

describe('a secret file looked at on demand', () => {
  test('tells a new secret at once, and once', async () => {
    const { file, disk, told } = fileWith(holding('first'))
    await pass(1_100)
    disk.reading = holding('second')
    const { looks } = disk
    await Promise.all([file.lookForNew(), file.lookForNew()])
    expect([told, disk.looks - looks]).toEqual([['second'], 1])
    await pass(5_000)
    expect(told).toEqual(['second'])
  })

  test('is still not taken for missing before it is so for a while', async () => {
    const { file, disk, told } = fileWith(holding('first'))
    await pass(1_100)
    disk.reading = unusable('missing')
    await file.lookForNew()
    expect([told, file.isUsable]).toEqual([[], true])
  })

  test('does not keep anybody waiting where the disk hangs', async () => {
    const { file, disk } = fileWith(holding('first'))
    await pass(1_100)
    disk.slowMs = 3_600_000
    let isOver = false
    void file.lookForNew().then(() => (isOver = true))
    await pass(500)
    expect(isOver).toBe(true)
  })

  test('is newer than a look that began before it', async () => {
    const { file, disk, told } = fileWith(holding('first'))
    await pass(1_400)
    disk.slowMs = 200
    await pass(100)
    disk.slowMs = 0
    disk.reading = holding('second')
    await file.lookForNew()
    await pass(5_000)
    expect(told).toEqual(['second'])
  })
})
