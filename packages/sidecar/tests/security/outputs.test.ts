import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import { createLog } from '../../src/observe/log.ts'
import type { RudeUpstream } from '../faults/support/rude-upstream.ts'
import { createFakeUpstream } from '../support/fake-upstream.ts'
import { type Program, startProgram } from '../support/program.ts'
import { openSocket } from '../support/raw-http.ts'
import { environmentFor } from '../support/start-sidecar.ts'
import { openEchoingUpstream, WRONG } from './support/echoing-upstream.ts'

const KEY = 'c0ffee'.repeat(11).slice(0, 64)
const TOKEN = 'canary-token-7d0c1a5e-3b1c'
/** An existing client goes on sending one, which nobody needs. */
const CALLERS_USER_SIG = 'eJwtzMEKgkAUheF3mXXI1XFmGqFFRQVRm7RoG3nVSyqDWUrRu2fq8nwc-canary'

const PATIENCE = { timeout: 20_000, interval: 20 }

/** Everything that came out of the sidecar, by what it is. */
const outputs = new Map<string, string>()
let log: readonly string[]
let upstream: RudeUpstream
let directory: string

beforeAll(async () => {
  upstream = await openEchoingUpstream()
  directory = await mkdtemp(join(tmpdir(), 'tagside-'))
  const environment = {
    ...environmentFor(createFakeUpstream(), upstream.url),
    TAGSIDE_SECRET_KEY: KEY,
    TAGSIDE_ACCESS_TOKEN: TOKEN,
    TAGSIDE_BATCH_MAX_USERS: '1',
    TAGSIDE_CALLS_PER_SECOND: '1000',
    TAGSIDE_LOG_LEVEL: 'debug',
  }
  await Promise.all([run(environment), misconfigure(environment)])
})
afterAll(async () => {
  await upstream[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

/** Runs a sidecar through everything that goes wrong, to its end. */
async function run(environment: Record<string, string>): Promise<void> {
  const NODE_OPTIONS = `--report-on-signal --report-compact --report-directory=${directory}`
  await using program = startProgram([], { ...environment, NODE_OPTIONS })
  const { url, opsUrl = '' } = await program.logged('listening')
  await askForAll(url)
  await askWrongly(url)
  const paths = ['/', '/livez', '/readyz', '/startupz', '/version', '/metrics', '/status.json']
  for (const path of [...paths, '/openapi.json', '/nothing']) {
    await keep(`ops ${path}`, fetch(opsUrl + path))
    await keep(`data ${path}`, fetch(url + path, authorized()))
  }
  outputs.set('cmdline', await readFile(`/proc/${program.child.pid}/cmdline`, 'utf8'))
  outputs.set('report', await reportOf(program))
  program.child.kill('SIGTERM')
  const { stdout, stderr } = await program.ended
  log = stdout.split('\n').slice(0, -1)
  outputs.set('stdout', stdout).set('stderr', stderr)
}

/** On both faces, for every kind of trouble, one user alone and beside another. */
async function askForAll(url: string): Promise<void> {
  const query = `?sdkappid=1&identifier=a&usersig=${CALLERS_USER_SIG}&random=1&contenttype=json`
  const dropin = `${url}/v4/timpush/get_tag${query}`
  const batch = `${url}/v1/tags:batchGet`
  let others = 0
  for (const [index, user] of ['expired', ...WRONG.keys(), 'wrong-key'].entries()) {
    const isSlow = user === 'silent' || user === 'throttled'
    const wishes = { 'X-Request-Timeout-Ms': isSlow ? '300' : '5000' }
    const alone = (): Promise<Response> => fetch(`${url}/v1/users/${user}/tags`, authorized(wishes))
    const beside = (): Promise<Response> => post(batch, { users: [user, 'user-1'] }, wishes)
    const accounts = index % 2 === 0 ? [user, 'user-1'] : [user]
    for (const request of [
      index % 2 === 0 ? alone : beside,
      () => post(dropin, { To_Account: accounts }, wishes),
    ]) {
      // Enough good calls between to keep the breaker closed.
      const good = Array.from({ length: 8 }, () => `user-${(others += 1)}`)
      await keep(`${outputs.size} before ${user}`, post(batch, { users: good }))
      await keep(`${outputs.size} ${user}`, request())
    }
  }
}

const ODD_IDS = [
  '\r\n{"level":"error","event":"forged"}',
  '\u001B[31mred',
  '\u202Egnp.exe',
  `long${'x'.repeat(7_000)}`,
  '"},{"',
  '__proto__',
  '%00',
]

async function askWrongly(url: string): Promise<void> {
  for (const id of ODD_IDS) {
    const path = `/v1/users/${encodeURIComponent(id)}/tags`
    await keep(`odd ${id}`, fetch(url + path, authorized({ 'X-Request-Id': '{"forged"}' })))
    await keep(`odd path ${id}`, fetch(`${url}/${encodeURIComponent(id)}`, authorized()))
    await keep(`odd body ${id}`, post(`${url}/v1/tags:batchGet`, { users: [id] }))
  }
  await keep('no token', fetch(`${url}/v1/users/user-1/tags`))
  await keep(
    'page',
    fetch(`${url}/v1/users/user-1/tags`, authorized({ Origin: 'http://a.example' })),
  )
  await keep('method', fetch(`${url}/v1/tags:batchGet`, { ...authorized(), method: 'PUT' }))
  await keep('large', post(`${url}/v1/tags:batchGet`, 'x'.repeat(300_000)))
  for (const bytes of [
    `GET /v1/users/user-1/tags?usersig=${CALLERS_USER_SIG} HTTP/1.1\r\nHost: a\0\r\n\r\n`,
    `GET /${'x'.repeat(9_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    `POST /v1/tags:batchGet HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
  ]) {
    const socket = openSocket(url)
    socket.write(bytes)
    outputs.set(bytes, await text(socket))
  }
}

function authorized(headers: Record<string, string> = {}): RequestInit {
  return { headers: { ...headers, Authorization: `Bearer ${TOKEN}` } }
}

function post(url: string, content: unknown, headers: Record<string, string> = {}) {
  const { headers: all } = authorized({ ...headers, 'Content-Type': 'application/json' })
  return fetch(url, { method: 'POST', headers: all ?? {}, body: JSON.stringify(content) })
}

/** Keeps an answer: its status, its headers and its body. */
async function keep(name: string, answer: Promise<Response>): Promise<void> {
  const response = await answer
  const headers = JSON.stringify([...response.headers])
  outputs.set(name, `${response.status} ${headers} ${await response.text()}`)
}

/** Makes Node write its diagnostic report, as it does for a crash. */
async function reportOf({ child }: Program): Promise<string> {
  child.kill('SIGUSR2')
  return vi.waitFor(async () => {
    const name = (await readdir(directory)).find((file) => file.startsWith('report.')) ?? ''
    const report = await readFile(join(directory, name), 'utf8')
    JSON.parse(report)
    return report
  }, PATIENCE)
}

/** Gives key and token wherever they do not belong. */
async function misconfigure(environment: Record<string, string>): Promise<void> {
  const config = join(directory, 'config.json')
  await writeFile(config, JSON.stringify({ secretKye: KEY, ttl: KEY, region: [TOKEN], [KEY]: 1 }))
  const broken = join(directory, 'broken.json')
  await writeFile(broken, `{"secretKey":"${KEY}" "accessToken":"${TOKEN}"}`)
  const wrong = {
    ...environment,
    TAGSIDE_SECRETKEY: KEY,
    TAGSIDE_REGION: KEY,
    TAGSIDE_UPSTREAM_URL: `https://a:${TOKEN}@tencent.example/?usersig=${KEY}`,
    TAGSIDE_REPLICAS: TOKEN,
  }
  const programs: readonly (readonly [string, readonly string[], Record<string, string>])[] = [
    ['check-config', ['check-config'], environment],
    ['wrong', ['--config', config, `--secret-key=${KEY}`, KEY, '--deadline', KEY], wrong],
    ['broken', ['check-config', '--config', broken, '--access-token', TOKEN], environment],
    ['command', [KEY], environment],
  ]
  for (const [name, argv, variables] of programs) {
    await using program = startProgram(argv, variables)
    const { status, stdout, stderr } = await program.ended
    expect(status).toBe(name === 'check-config' ? 0 : 2)
    outputs.set(name, stdout + stderr)
  }
}

/** The outputs in which a secret is, whole or the better part of it. */
function outputsWith(secret: string): string[] {
  const parts = [secret, encodeURIComponent(secret), secret.slice(20, 52)]
  const found = [...outputs].filter(([, output]) => parts.some((part) => output.includes(part)))
  return found.map(([name]) => name)
}

test('T5: the secret key is in no answer, log line, metric, page, report, error or command line', () => {
  expect(outputsWith(KEY)).toEqual([])
  // It did go through all of that.
  expect(outputs.get('report')).toContain('"trigger":"Signal"')
  expect(outputs.get('ops /metrics')).toContain('tagside_')
  expect(outputs.get('wrong')).toMatch(/the configuration has \d+ problems:(?:\n {2}.+)+\n$/)
})

test('T5: the access token is in none of them either', () => {
  expect(outputsWith(TOKEN)).toEqual([])
  expect(outputs.get('no token')).toContain('unauthorized')
})

test('T6: no UserSig is in any of them, its own or a caller’s, whatever Tencent repeats', () => {
  const userSigs = new Set(upstream.calls.map(({ userSig }) => userSig))
  expect([...userSigs].map(({ length }) => length > 100)).toContain(true)
  for (const userSig of [...userSigs, CALLERS_USER_SIG]) expect(outputsWith(userSig)).toEqual([])
  // What Tencent says is passed on without it.
  expect([...outputs.values()].join('\n')).toMatch(/ErrorInfo":"usersig=\[secret\]/)
  const asked = upstream.calls.flatMap(({ users }) => users)
  expect(asked).toEqual(expect.arrayContaining([...WRONG.keys(), 'expired', 'wrong-key']))
  expect(log.map((line): unknown => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ event: 'credentials-refused' }),
  )
})

describe('T10: a line of the log', () => {
  test('is one JSON object of at most 4 KiB with an event, whatever callers and Tencent say', () => {
    for (const line of log) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4_096)
      expect(JSON.parse(line)).toMatchObject({
        level: expect.any(String),
        time: expect.any(String),
        event: expect.stringMatching(/^(?!forged)[a-z-]+$/),
      })
    }
    expect(log.length).toBeGreaterThan(3)
    // A caller's broken request is no defect of ours.
    expect(log.filter((line) => line.includes('"defect"'))).toEqual([])
    // Said by Node, of the report.
    expect(outputs.get('stderr')).toMatch(
      /^\nWriting Node\.js report to file: \S+\nNode\.js report completed\n$/,
    )
  })

  test('has no user, no tag, and nothing of what Tencent said', () => {
    const { length } = log.filter((line) =>
      /user-\d|refused-|GoldMember|forged|xxxx|gnp|usersig|identifier/.test(line),
    )
    expect(length).toBe(0)
  })

  test('has of an error what it is, cut and without what looks like a secret', () => {
    const lines: string[] = []
    const cause = new Error(`https://tencent.example/?usersig=${KEY}\u0000${'用'.repeat(9_000)}`)
    const error = Object.assign(new TypeError(`no ${KEY} ${'é'.repeat(9_000)}`, { cause }), {
      code: 'ERR_INVALID_URL',
      input: 'canary',
    })
    const logged = createLog('info', { write: (line) => lines.push(line) })
    logged.error({ event: 'defect', err: error }, 'sorry')
    const [line = ''] = lines
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4_096)
    expect(line).not.toMatch(/c0ffee|canary/)
    expect(JSON.parse(line)).toMatchObject({
      err: {
        type: 'TypeError',
        code: 'ERR_INVALID_URL',
        message: expect.stringMatching(/^no \[secret\] éé/),
        stack: expect.stringMatching(/^TypeError: no \[secret\]/),
      },
    })
  })

  test('obeys nobody on a terminal: controls are shown as escapes', () => {
    const lines: string[] = []
    const logged = createLog('info', { write: (line) => lines.push(line), isTTY: true })
    logged.info(
      { event: 'e', one: 'a\r\nb\u001B[2J', '\u001B[1m': 1 },
      'c\u202Ed\u009B\u2028e\u007F',
    )
    expect(lines).toEqual([
      expect.stringMatching(
        /c\\u202ed\\u009b\\u2028e\\u007f {2}event=e one=a\\u000d\\u000ab\\u001b\[2J \\u001b\[1m=1\n$/,
      ),
    ])
  })
})
