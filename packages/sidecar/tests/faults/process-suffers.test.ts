import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import type { FakeTencent } from '@tagside/mock-server'
import { describe, expect, test, vi } from 'vitest'

import { createFakeUpstream } from '../support/fake-upstream.ts'
import { openSocket } from '../support/raw-http.ts'
import { postJson, restTells, restTellsAll } from './support/both-faces.ts'
import { blockedOnSignal, countingCalls } from './support/node-options.ts'
import { listing, RudeUpstream } from './support/rude-upstream.ts'
import { goldMembers, numbered } from './support/sidecar-over.ts'
import { type SidecarProcess, spawnSidecar, startProcess } from './support/sidecar-process.ts'

/** A busy machine may take its time. */
const PATIENCE = { timeout: 15_000, interval: 20 }
const SHARE = 40
/** Users that wait while the process cannot act, and for how long: twenty calls might be made up for, and must not be. */
const WAITING = 60
const PAUSE_MS = 500
/** A request's head has to be there within so long. */
const HEAD_MS = 2_000
const MIB = 1024 * 1024
/** What a pipe of Linux holds. */
const PIPE_BYTES = 65_536

/**
 * Lets many wait for their turn, and one for an answer that does not come in time; meanwhile the process cannot act for a while. Those with time
 * are served when it can, and no faster than ever.
 */
async function expectToOvercome(
  { url, fake, child, ended, logged }: SidecarProcess & { readonly fake: FakeTencent },
  pause: () => Promise<void>,
): Promise<void> {
  fake.fault('hang;account=user-1')
  const users = numbered(WAITING + 1).slice(1)
  await restTells(url, 'user-2')
  const overdue = restTells(url, 'user-1', { 'X-Request-Timeout-Ms': '400' })
  await vi.waitFor(() => expect(fake.stats.calls).toBe(2), PATIENCE)
  const waiting = restTellsAll(url, users)
  await vi.waitFor(() => expect(fake.stats.calls).toBeGreaterThan(4), PATIENCE)
  await pause()
  expect(await overdue).toBe('504 deadline-exceeded')
  expect(await waiting).toEqual(users.map(() => 'GoldMember'))
  child.kill('SIGTERM')
  await ended
  const counted = logged.findLast((event) => event.startsWith('info calls-'))
  const most = Number(counted?.slice('info calls-'.length))
  expect(most).toBeGreaterThan(4)
  // A call is made a moment after it was let out, so two may be a little closer to each other.
  expect(most).toBeLessThanOrEqual(SHARE * 1.1)
}

/** Asks for a user on a connection; returns the status of the answer, or undefined if the connection ends without one. */
async function askOn(socket: Socket, user: string): Promise<string | undefined> {
  socket.write(`GET /v1/users/${user}/tags HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  const ended = once(socket, 'close').then((): Buffer[] => [])
  const [answer]: Buffer[] = await Promise.race([once(socket, 'data'), ended])
  return answer?.toString().slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)
}

/** Reads a pipe up to the first line that is a log event. */
async function firstEventIn(pipe: string): Promise<unknown> {
  const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(reader, 'exit')
  try {
    for await (const line of createInterface({ input: reader.stdout }))
      if (line.startsWith('{')) return JSON.parse(line)
    return undefined
  } finally {
    reader.kill()
    await ended
  }
}

async function slowSidecar(
  nodeOptions = '',
): Promise<SidecarProcess & { readonly fake: FakeTencent }> {
  const fake = createFakeUpstream({ users: goldMembers(WAITING + 1) })
  const upstream = await fake.listen()
  const environment = {
    TAGSIDE_CALLS_PER_SECOND: String(SHARE),
    TAGSIDE_BATCH_MAX_USERS: '1',
  } as const
  const sidecar = await startProcess({
    upstreamUrl: upstream.url,
    environment,
    nodeOptions: `${countingCalls} ${nodeOptions}`,
  })
  return {
    ...sidecar,
    fake,
    async [Symbol.asyncDispose]() {
      await sidecar[Symbol.asyncDispose]()
      await upstream.close()
    },
  }
}

describe.concurrent('the process', () => {
  test('S4 a heap of 64 MiB is enough to fetch five times what the cache holds, users with a hundred tags each, and the cache keeps its bound', async () => {
    await using upstream = await RudeUpstream.open()
    const tagsOf = (user: string): string[] =>
      Array.from({ length: 100 }, (_, index) => `${user} ${index} `.padEnd(50, 'x'))
    upstream.answer = (response, { users }) =>
      listing(...users.map((user) => ({ To_Account: user, Tags: tagsOf(user) })))(response)
    await using sidecar = await startProcess({
      upstreamUrl: upstream.url,
      environment: { TAGSIDE_CACHE_MAX_BYTES: '4MiB', TAGSIDE_CALLS_PER_SECOND: '10000' },
      nodeOptions: '--max-old-space-size=64',
    })
    for (let batch = 0; batch < 20; batch += 1) {
      const users = Array.from({ length: 200 }, (_, index) => `user-${batch}-${index}`)
      const answer = await postJson(`${sidecar.url}/v1/tags:batchGet`, { users })
      expect(answer.status).toBe(200)
      await answer.body?.cancel()
    }
    const metrics = await (await fetch(`${sidecar.opsUrl}/metrics`)).text()
    const bytes = Number(/^tagside_cache_bytes (\d+)$/m.exec(metrics)?.[1])
    expect(bytes).toBeGreaterThan(2 * MIB)
    expect(bytes).toBeLessThanOrEqual(4 * MIB)
    sidecar.child.kill('SIGTERM')
    expect(await sidecar.ended).toBe(0)
  })

  test('S6 a process that was frozen ends what is overdue when it thaws, serves again, and lets no burst of calls out', async () => {
    await using sidecar = await slowSidecar()
    await expectToOvercome(sidecar, async () => {
      sidecar.child.kill('SIGSTOP')
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      sidecar.child.kill('SIGCONT')
    })
  })

  test('S7 a process whose event loop was blocked is alive when it turns again, ends what is overdue, and lets no burst of calls out', async () => {
    await using sidecar = await slowSidecar(blockedOnSignal(PAUSE_MS))
    await expectToOvercome(sidecar, async () => {
      sidecar.child.kill('SIGUSR2')
      expect((await fetch(`${sidecar.opsUrl}/livez`)).status).toBe(200)
    })
  })

  test('a process whose event loop was blocked for longer than a request may take answers one that came meanwhile', async () => {
    const fake = createFakeUpstream({ users: goldMembers(2) })
    await using upstream = await fake.listen()
    const nodeOptions = blockedOnSignal(HEAD_MS + PAUSE_MS)
    await using sidecar = await startProcess({ upstreamUrl: upstream.url, nodeOptions })
    const early = openSocket(sidecar.url)
    // Connections are accepted in their order: the one before has been, and has asked for nothing yet.
    await restTells(sidecar.url, 'user-1')
    sidecar.child.kill('SIGUSR2')
    await vi.waitFor(() => expect(sidecar.logged).toContain('info blocked'), PATIENCE)
    expect(await askOn(early, 'user-2')).toBe('200')
    early.destroy()
  })

  test('S8 a process out of file descriptors serves those connected, hits and misses, and everybody once some are free', async () => {
    const fake = createFakeUpstream({ users: goldMembers(4) })
    await using upstream = await fake.listen()
    await using sidecar = await startProcess({ upstreamUrl: upstream.url, before: 'ulimit -n 60' })
    const connected = openSocket(sidecar.url)
    expect(await askOn(connected, 'user-1')).toBe('200')
    const flood = Array.from({ length: 80 }, () => openSocket(sidecar.url))
    await Promise.race(
      flood.map((socket) =>
        once(
          socket.on('error', () => {}),
          'close',
        ),
      ),
    )
    expect(await askOn(connected, 'user-1')).toBe('200')
    expect(await askOn(connected, 'user-2')).toBe('200')
    for (const socket of flood) socket.destroy()
    await vi.waitFor(async () => {
      const socket = openSocket(sidecar.url)
      expect(await askOn(socket, 'user-1')).toBe('200')
      expect(await askOn(socket, 'user-3')).toBe('200')
      socket.destroy()
    }, PATIENCE)
    connected.destroy()
    sidecar.child.kill('SIGTERM')
    expect(await sidecar.ended).toBe(0)
  })

  test('S13 a process that may write no file works as ever: it writes none', async () => {
    const fake = createFakeUpstream({ users: goldMembers(1) })
    await using upstream = await fake.listen()
    const directory = await mkdtemp(join(tmpdir(), 'tagside-'))
    try {
      await using sidecar = await startProcess({
        upstreamUrl: upstream.url,
        nodeOptions:
          '--permission --allow-fs-read=* --allow-net --disable-warning=ExperimentalWarning',
        cwd: directory,
      })
      expect(await restTells(sidecar.url, 'user-1')).toBe('fetched GoldMember')
      sidecar.child.kill('SIGTERM')
      expect(await sidecar.ended).toBe(0)
      expect(await readdir(directory)).toEqual([])
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  test('S14 a process whose standard output nobody reads goes on answering and stops when told to; lines behind a mebibyte of others are dropped, and counted once it is read', async () => {
    const fake = createFakeUpstream({ users: goldMembers(2) })
    await using upstream = await fake.listen()
    const directory = await mkdtemp(join(tmpdir(), 'tagside-'))
    const pipe = join(directory, 'stdout')
    await once(spawn('sh', ['-c', 'mkfifo "$0"', pipe]), 'close')
    // Open for both, so that neither waits for the other; and full, so that the next write would wait for a reader.
    await using stdout = await open(pipe, 'r+')
    await stdout.write(Buffer.alloc(PIPE_BYTES))
    const writeMuch = `process.stdout.write("x".repeat(${2 * MIB}) + "\\n")`
    const child = spawnSidecar(
      {
        upstreamUrl: upstream.url,
        environment: { TAGSIDE_LISTEN: `unix:${join(directory, 'socket')}` },
        nodeOptions: `--import=data:text/javascript,${encodeURIComponent(writeMuch)}`,
      },
      stdout.fd,
    )
    try {
      for (const user of numbered(2)) {
        await vi.waitFor(async () => {
          const socket = openSocket(`unix:${join(directory, 'socket')}`)
          expect(await askOn(socket, user)).toBe('200')
          socket.destroy()
        }, PATIENCE)
      }
      // The first line of the log, and what a slow machine gives it to say besides.
      expect(await firstEventIn(pipe)).toMatchObject({
        event: 'log-lines-dropped',
        lines: expect.toSatisfy((lines) => lines >= 1),
      })
      await stdout.write(Buffer.alloc(PIPE_BYTES))
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      expect(await ended).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
      await rm(directory, { recursive: true })
    }
  })
})
