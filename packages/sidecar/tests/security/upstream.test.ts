import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import { restTells, restTellsAll } from '../faults/support/both-faces.ts'
import { type Answer, body, RudeUpstream, tagged } from '../faults/support/rude-upstream.ts'
import { sidecarOver } from '../faults/support/sidecar-over.ts'
import { startProcess } from '../faults/support/sidecar-process.ts'
import { needed, problemsOf } from '../support/config-sources.ts'

const MIB = 1024 * 1024
/** Deadlines are for the process to keep; a busy machine is a second late. */
const LATE_MS = 5_000

/** Writes `bytes` in all, or less if nobody reads on. */
function stream(bytes: number): Answer {
  return (response) => {
    const left = { bytes }
    const pump = (): void => {
      for (let more = true; more && left.bytes > 0; left.bytes -= MIB)
        more = response.write(Buffer.alloc(MIB, ' '))
      if (left.bytes <= 0) response.end()
    }
    response.on('drain', pump).on('error', () => undefined)
    pump()
  }
}

/** Answers that cost whoever reads them whole a quarter of a gigabyte each, by the user who is asked for. */
function hugeAnswers(): Map<string, Answer> {
  const bomb = gzipSync(Buffer.alloc(256 * MIB, ' '))
  const headed = (headers: Record<string, string | number>, answer: Answer): Answer => {
    return (response, call) => answer(response.writeHead(200, headers), call)
  }
  return new Map([
    ['declared', headed({ 'Content-Length': 256 * MIB }, stream(256 * MIB))],
    ['endless', stream(256 * MIB)],
    ['bomb', headed({ 'Content-Encoding': 'gzip' }, (response) => void response.end(bomb))],
    [
      'twice',
      headed({ 'Content-Encoding': 'gzip, gzip' }, (response) => void response.end(gzipSync(bomb))),
    ],
  ])
}

/** The most memory that a process has ever had, in bytes; undefined where the system does not tell. */
async function peakBytes(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? []
  return kib === undefined ? undefined : Number(kib) * 1_024
}

describe.concurrent('T13: an answer of Tencent', () => {
  test('that is huge, endless or a gzip bomb ends in time as a broken one, others are served meanwhile, and memory stays flat', async () => {
    await using upstream = await RudeUpstream.open()
    await using sidecar = await startProcess({
      upstreamUrl: upstream.url,
      environment: { TAGSIDE_BATCH_MAX_USERS: '1' },
    })
    // Enough good calls before, so that the broken ones do not open the breaker at once.
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`)
    expect(await restTellsAll(sidecar.url, users)).toEqual(users.map(() => 'GoldMember'))
    const before = await peakBytes(sidecar.child.pid)
    const answers = hugeAnswers()
    upstream.answer = (response, call) =>
      (answers.get(call.users[0] ?? '') ?? tagged('GoldMember'))(response, call)
    const startedAtMs = performance.now()
    const told = [...answers.keys()].map((user) =>
      restTells(sidecar.url, user, { 'X-Request-Timeout-Ms': '3000' }),
    )
    expect(await restTells(sidecar.url, 'user-20')).toBe('fetched GoldMember')
    expect(await restTells(sidecar.url, 'user-1')).toBe('fresh GoldMember')
    // The breaker may have opened before the last try.
    for (const tells of await Promise.all(told))
      expect(tells).toMatch(/^502 upstream-invalid-reply$|^503 upstream-unavailable$/)
    const asked = upstream.calls.flatMap((call) => call.users)
    expect(asked).toEqual(expect.arrayContaining([...answers.keys()]))
    expect(performance.now() - startedAtMs).toBeLessThan(3_000 + LATE_MS)
    const after = await peakBytes(sidecar.child.pid)
    if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(150 * MIB)
  })

  test('that is a redirect is followed nowhere: who is there would get the UserSig', async () => {
    await using elsewhere = await RudeUpstream.open()
    await using upstream = await RudeUpstream.open()
    for (const status of [301, 302, 303, 307, 308]) {
      for (const origin of [
        upstream.url,
        elsewhere.url,
        elsewhere.url.replace('http', 'https'),
        '',
      ]) {
        await using sidecar = await sidecarOver(upstream.url)
        upstream.answer = body('', { status, Location: `${origin}/v4/timpush/get_tag` })
        expect(await restTells(sidecar.url, 'user-1')).toBe('502 upstream-error')
      }
    }
    expect(elsewhere.connections).toBe(0)
    // One call by each sidecar, and one more, as an unknown failure is tried once more: none of them redirected.
    expect(upstream.calls).toHaveLength(40)
  })

  test('with a head without end is no answer', async () => {
    await using upstream = await RudeUpstream.open()
    await using sidecar = await sidecarOver(upstream.url)
    upstream.greet = (socket) => {
      socket.on('error', () => undefined).write('HTTP/1.1 200 OK\r\n')
      const dripping = setInterval(() => socket.write('X-One: 1\r\n'.repeat(1_000)), 5)
      socket.on('close', () => clearInterval(dripping))
    }
    expect(await restTells(sidecar.url, 'user-1')).toBe('502 upstream-unreachable')
  })
})

describe('T19: an upstream without encryption is refused before anything is sent:', () => {
  test.each([
    'http://10.1.2.3',
    'http://console.tim.qq.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://127.0.0.1@example.com',
    'http://[::ffff:10.1.2.3]',
    'ws://127.0.0.1',
    'ftp://127.0.0.1',
    'file:///etc/passwd',
  ])('%s', (url) => {
    const { TAGSIDE_REGION: _, ...environment } = needed
    const problems = problemsOf({ environment: { ...environment, TAGSIDE_UPSTREAM_URL: url } })
    expect(problems).toEqual([expect.stringContaining('expected an https: URL')])
  })
})
