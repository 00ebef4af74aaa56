/**
 * How others merge single lookups into calls, each in a few lines of ours, with the sidecar's pace and no cache. POLICY=linger is sturdyc's way: a
 * batch leaves when it is full or 10 ms old. POLICY=tick is DataLoader's: what one turn of the event loop asks for is a batch.
 */
import { createServer, type ServerResponse } from 'node:http'

import { createSigner, createTagClient } from '@tagside/core'

import { announce } from './samples.ts'

/** Told a user's tags, or nothing when the call failed. */
type Settle = (tags?: readonly string[]) => void

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
  const reply = await client.getTags([...batch.keys()]).catch(() => undefined)
  for (const [user, settle] of batch) settle(reply?.tags.get(user))
}

function tagsOf(user: string): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    add(user, resolve)
  })
}

async function answer(body: string, response: ServerResponse): Promise<void> {
  const { users }: { readonly users: readonly string[] } = JSON.parse(body)
  const results = await Promise.all(users.map(async (user) => ({ user, tags: await tagsOf(user) })))
  const text = JSON.stringify({ results })
  const hasAll = results.every(({ tags }) => tags !== undefined)
  response.writeHead(hasAll ? 200 : 502, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => void answer(Buffer.concat(parts).toString(), response))
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => announce(server.address()))
