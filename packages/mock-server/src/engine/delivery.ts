import { NetFault } from './errors.ts'
import type { DeliveryAction } from './fault-plan.ts'
import type { Reply } from './reply.ts'

/**
 * Turns a reply into a Response. `Content-Length` is always there and always that of the whole
 * body: without it a client that aborts a mocked exchange half-way takes its process down, and a
 * cut body looks complete.
 */
export function deliver(reply: Reply, action?: DeliveryAction): Response {
  const bytes = new TextEncoder().encode(reply.body)
  const headers = {
    ...(reply.contentType === undefined ? {} : { 'Content-Type': reply.contentType }),
    'Content-Length': String(bytes.byteLength),
    Server: 'nginx',
  }
  if (hasNoBody(reply.status)) {
    return new Response(null, { status: reply.status, headers: { Server: 'nginx' } })
  }
  return new Response(spoiled(bytes, action), { status: reply.status, headers })
}

// Node takes a longer time for 1 ms; this is 24 days, and nobody waits for its end.
const TIMER_MS_MAX = 2 ** 31 - 1

/** Waits; throws NetFault as soon as the caller leaves. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return
  const { promise: elapsed, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, Math.min(ms, TIMER_MS_MAX))
  await Promise.race([elapsed, callerGone(signal)])
  clearTimeout(timer)
  if (signal.aborted) throw new NetFault('reset')
}

/** Waits until the caller leaves. */
export async function callerGone(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

function spoiled(
  bytes: Uint8Array<ArrayBuffer>,
  action?: DeliveryAction,
): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> {
  switch (action?.kind) {
    case 'trunc':
      return action.bytes < bytes.byteLength ? truncated(bytes, action.bytes) : bytes
    case 'slow':
      return dribbled(bytes, action.durationMs)
    case undefined:
      return bytes
  }
}

/** The first bytes, then the end of the connection. */
function truncated(bytes: Uint8Array, count: number): ReadableStream<Uint8Array> {
  const parts = count === 0 ? [] : [bytes.subarray(0, count)]
  return new ReadableStream({
    pull(controller) {
      const part = parts.shift()
      if (part === undefined) controller.error(new NetFault('fin'))
      else controller.enqueue(part)
    },
  })
}

const PARTS_MAX = 20

/** The body in small parts, the first at once and the last after `durationMs`. */
function dribbled(bytes: Uint8Array, durationMs: number): ReadableStream<Uint8Array> {
  const partBytes = Math.max(1, Math.ceil(bytes.byteLength / PARTS_MAX))
  const parts = Math.max(1, Math.ceil(bytes.byteLength / partBytes))
  // Timers take whole milliseconds; rounded from the start, their sum is exact.
  const dueMs = (part: number): number => Math.round((durationMs * part) / (parts - 1))
  let part = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  return new ReadableStream({
    async pull(controller) {
      if (part > 0) {
        const { promise, resolve } = Promise.withResolvers<void>()
        timer = setTimeout(resolve, dueMs(part) - dueMs(part - 1))
        await promise
      }
      controller.enqueue(bytes.subarray(part * partBytes, (part + 1) * partBytes))
      part += 1
      if (part === parts) controller.close()
    },
    cancel() {
      clearTimeout(timer)
    },
  })
}
