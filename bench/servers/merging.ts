/**
 * How others merge single lookups into calls, each in a few lines of ours, with the sidecar's pace and no cache. POLICY=linger is sturdyc's way: a
 * batch leaves when it is full or 10 ms old. POLICY=tick is DataLoader's: what one turn of the event loop asks for is a batch.
 */
import { createServer } from 'node:http'

import { createSigner, createTagClient } from '@tagside/core'

import { announce } from './samples.ts'

type Settle = (tags: readonly string[]) => void

const BATCH_MAX_USERS = 100
const LINGER_MS = 10
/** As the sidecar: 95 of the hundred calls a second. */
const SPACING_MS = 10.5

const signer = createSigner({
  sdkAppId: Number(process.env['SDK_APP_ID']),
  secretKey: process.env['SECRET_KEY'] ?? '',
  adminId: process.env['ADMIN_ID'] ?? '',
})
const client = createTagClient({ signer, baseUrl: process.env['UPSTREAM_URL'] ?? '' })

let open = new Map<string, Settle>()
let openTimer: NodeJS.Timeout | undefined
const batches: Map<string, Settle>[] = []
let nextStartMs = 0
let isPacing = false

function add(user: string, settle: Settle): void {
  open.set(user, settle)
  if (open.size === BATCH_MAX_USERS) closeBatch()
  else if (open.size > 1) return
  else if (process.env['POLICY'] === 'linger') openTimer = setTimeout(closeBatch, LINGER_MS)
  else process.nextTick(() => queueMicrotask(closeBatch))
}

function closeBatch(): void {
  clearTimeout(openTimer)
  if (open.size === 0) return
  batches.push(open)
  open = new Map()
  if (!isPacing) pace()
}

/** Starts one call at a time, at the earliest one spacing after the one before. */
function pace(): void {
  const batch = batches[0]
  isPacing = batch !== undefined
  if (batch === undefined) return
  const nowMs = performance.now()
  if (nowMs < nextStartMs) {
    setTimeout(pace, nextStartMs - nowMs)
    return
  }
  // A timer that fires late is made up for, by one spacing at most.
  nextStartMs = Math.max(nextStartMs, nowMs - SPACING_MS) + SPACING_MS
  batches.shift()
  void call(batch)
  pace()
}

async function call(batch: ReadonlyMap<string, Settle>): Promise<void> {
  const { tags } = await client.getTags([...batch.keys()])
  for (const [user, settle] of batch) settle(tags.get(user) ?? [])
}

const server = createServer((request, response) => {
  const [, , , user = ''] = request.url?.split('/') ?? []
  add(user, (tags) => {
    const body = JSON.stringify({ user, tags })
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    })
    response.end(body)
  })
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => announce(server.address()))
