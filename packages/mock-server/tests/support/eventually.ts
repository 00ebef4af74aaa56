import { expect } from 'vitest'

/** `expect.poll` with patience for a machine that is busy with other tests. */
export function eventually<Value>(
  read: () => Value | Promise<Value>,
): ReturnType<typeof expect.poll<Value>> {
  return expect.poll(read, { timeout: 15_000, interval: 5 })
}
