import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get as httpGet, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import type { FakeTencent } from '@tagside/mock-server'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import manifest from '../package.json' with { type: 'json' }
import { createFakeUpstream } from './support/fake-upstream.ts'
import { startProgram } from './support/program.ts'
import { type Environment, environmentFor } from './support/start-sidecar.ts'

/** A busy machine may take its time. */
const PATIENCE_MS = 20_000

/** One fake and one directory for all programs here; each test has users and names of its own, because they run side by side. */
let fake: FakeTencent
let upstream: Awaited<ReturnType<FakeTencent['listen']>>
let directory: string
let environment: Environment

beforeAll(async () => {
  fake = createFakeUpstream()
  upstream = await fake.listen({ port: 0 })
  directory = await mkdtemp(join(tmpdir(), 'tagside-'))
  environment = environmentFor(fake, upstream.url)
})
afterAll(async () => {
  await upstream.close()
  await rm(directory, { recursive: true })
})

/** Waits until Tencent is asked for this user. */
async function asked(user: string): Promise<void> {
  const isAsked = (): boolean => fake.requests().some(({ accounts }) => accounts.includes(user))
  await vi.waitUntil(isAsked, { timeout: PATIENCE_MS })
}

async function getThrough(socketPath: string, path: string): Promise<string> {
  const [response]: IncomingMessage[] = await once(
    httpGet({ socketPath, path, agent: false }),
    'response',
  )
  return response === undefined ? '' : text(response)
}

describe.concurrent('tagside', () => {
  test('serves on when nobody reads its log any longer, and says so once', async () => {
    await using program = startProgram([], environment)
    const { url } = await program.logged('listening')
    const statusOf = async (user: string) => (await fetch(`${url}/v1/users/${user}/tags`)).status
    expect(await statusOf('xiaoming')).toBe(200)
    program.closeStdout()
    // Credentials that are refused are logged.
    expect(await statusOf('mock_err_70009')).toBe(502)
    expect(await statusOf('xiaoming')).toBe(200)
    program.child.kill('SIGTERM')
    expect(await program.ended).toEqual({
      status: 0,
      stdout: '',
      stderr: 'tagside: the log cannot be written to standard output (write EPIPE)\n',
    })
  })

  test('says where it listens once it does, in one JSON line', async () => {
    await using program = startProgram([], environment)
    const line = await program.logged('listening')
    expect(line).toMatchObject({
      level: 'info',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      opsUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    })
    const response = await fetch(`${line.url}/v1/users/xiaoming/tags`)
    expect(await response.json()).toMatchObject({ tags: ['GoldMember', 'WeekPassUser'] })
    expect((await fetch(`${line.opsUrl}/readyz`)).status).toBe(200)
  })

  test('listens on a Unix socket, and without an ops listener', async () => {
    const path = join(directory, 'socket')
    const flags = ['--listen', `unix:${path}`, '--ops-listen', 'off']
    await using program = startProgram(['serve', ...flags], environment)
    const { url, opsUrl } = await program.logged('listening')
    expect([url, opsUrl]).toEqual([`unix:${path}`, undefined])
    expect(await getThrough(path, '/v1/users/xiaohong/tags')).toContain('"PlatinumMember"')
    program.child.kill('SIGTERM')
    expect((await program.ended).status).toBe(0)
    await expect(access(path)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('takes over the socket of a process that was killed', async () => {
    const path = join(directory, 'left-behind')
    await using killed = startProgram(['--listen', `unix:${path}`], environment)
    await killed.logged('listening')
    killed.child.kill('SIGKILL')
    await killed.ended
    await access(path)
    await using program = startProgram(['--listen', `unix:${path}`], environment)
    await program.logged('listening')
    expect(await getThrough(path, '/v1/users/xiaohong/tags')).toContain('"PlatinumMember"')
  })

  test('leaves a socket that is in use alone, and exits 2', async () => {
    const path = join(directory, 'in-use')
    await using program = startProgram(['--listen', `unix:${path}`], environment)
    await program.logged('listening')
    await using second = startProgram(['--listen', `unix:${path}`], environment)
    expect(await second.ended).toEqual({
      status: 2,
      stdout: '',
      stderr: `tagside: cannot listen on unix:${path}: another program does already; stop it, or choose another address (--listen or TAGSIDE_LISTEN; 127.0.0.1:0 takes a free port)\n`,
    })
    expect(await getThrough(path, '/v1/users/xiaohong/tags')).toContain('"PlatinumMember"')
  })

  test.each([
    ['--listen', 'TAGSIDE_LISTEN'],
    ['--ops-listen', 'TAGSIDE_OPS_LISTEN'],
  ])('exits 2 when the port of %s is taken, and says what to do', async (flag, variable) => {
    const { host } = new URL(upstream.url)
    await using program = startProgram([flag, host], environment)
    expect(await program.ended).toEqual({
      status: 2,
      stdout: '',
      stderr: `tagside: cannot listen on ${host}: another program does already; stop it, or choose another address (${flag} or ${variable}; 127.0.0.1:0 takes a free port)\n`,
    })
  })

  test('reports five mistakes as five problems, exits 2, and never listened', async () => {
    const file = join(directory, 'five.json')
    await writeFile(file, '{"replicas": 0}')
    const canary = 'canary-key-5f1d9a'
    await using program = startProgram(
      ['--config', file, '--deadline=11s', `--secretkey=${canary}`],
      {
        ...environment,
        TAGSIDE_SECRET_KEY: canary,
        TAGSIDE_TTL: `60 ${canary}`,
        TAGSIDE_SECRETKEY: canary,
      },
    )
    expect(await program.ended).toEqual({
      status: 2,
      stdout: '',
      stderr: `tagside: the configuration has 5 problems:
  --secretkey: there is no such flag, because a command line is public; put the secret into a file and give --secret-key-file, or set TAGSIDE_SECRET_KEY
  TAGSIDE_SECRETKEY: there is no such setting; did you mean TAGSIDE_SECRET_KEY?
  TAGSIDE_TTL "60 [secret]": expected a duration from 0s to 30d, such as 250ms, 30s, 5m or 24h
  replicas "0": expected a whole number from 1 to 10000
  --deadline "11s": expected a duration from 1ms to 10s, such as 250ms, 30s, 5m or 24h
`,
    })
  })

  test('exits 2 for a command it does not have, without repeating it', async () => {
    await using program = startProgram(['canary'], environment)
    const { status, stderr, stdout } = await program.ended
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^tagside: .*expected serve, check-config, get, wait or healthcheck/)
    expect(stderr).not.toContain('canary')
  })

  test('refuses in check-config what it would refuse to run with, and exits 2', async () => {
    await using program = startProgram(['check-config'], { ...environment, TAGSIDE_TTL: '60' })
    const { status, stdout, stderr } = await program.ended
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain('the configuration has 1 problem:\n  TAGSIDE_TTL "60": expected')
  })
})

describe.concurrent('beside a running sidecar, and without its app and key,', () => {
  test('tagside get prints JSON where there is no terminal, and exits 1 if a user failed', async () => {
    await using program = startProgram([], environment)
    const { url } = await program.logged('listening')
    const host = new URL(url).host
    await using client = startProgram(['get', 'xiaohong', 'ghost'], {
      TAGSIDE_LISTEN: host,
      TAGSIDE_TTL: 'whatever the sidecar makes of it',
    })
    const { status, stdout, stderr } = await client.ended
    expect([status, stderr]).toEqual([1, ''])
    expect(JSON.parse(stdout)).toEqual({
      results: [
        {
          user: 'xiaohong',
          tags: ['PlatinumMember', 'MonthPassUser'],
          fetchedAt: expect.any(String),
        },
        { user: 'ghost', error: expect.objectContaining({ code: 'unknown-user' }) },
      ],
    })
  })

  test('tagside wait begins before it and exits 0 when it is ready; tagside healthcheck finds it alive', async () => {
    const path = join(directory, 'waited-for')
    const flags = ['--ops-listen', `unix:${path}`]
    await using waiting = startProgram(['wait', ...flags])
    await using program = startProgram(flags, environment)
    expect(await waiting.ended).toEqual({ status: 0, stdout: '', stderr: '' })
    await using check = startProgram(['healthcheck', ...flags])
    expect(await check.ended).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(program.child.exitCode).toBeNull()
  })

  test('a setting that there is not is refused all the same', async () => {
    await using program = startProgram(['healthcheck'], { TAGSIDE_TLL: '1s' })
    expect(await program.ended).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'tagside: the configuration has 1 problem:\n' +
        '  TAGSIDE_TLL: there is no such setting; did you mean TAGSIDE_TTL?\n',
    })
  })
})

describe.concurrent('tagside, told to stop,', () => {
  test.each([
    ['SIGTERM', 'mock_delay_301'],
    ['SIGINT', 'mock_delay_302'],
  ] as const)('by %s answers what it has accepted and exits 0', async (signal, user) => {
    await using program = startProgram([], environment)
    const { url } = await program.logged('listening')
    const answer = fetch(`${url}/v1/users/${user}/tags`)
    await asked(user)
    program.child.kill(signal)
    expect((await answer).status).toBe(200)
    expect((await program.ended).status).toBe(0)
  })

  test('takes signals that come together for one', async () => {
    const user = 'mock_delay_303'
    await using program = startProgram([], environment)
    const { url } = await program.logged('listening')
    const answer = fetch(`${url}/v1/users/${user}/tags`)
    await asked(user)
    program.child.kill('SIGINT')
    program.child.kill('SIGTERM')
    expect((await answer).status).toBe(200)
    expect((await program.ended).status).toBe(0)
  })

  test('gives up waiting when the grace is over, of which it has warned, and exits 0 all the same', async () => {
    const user = 'mock_hang'
    await using program = startProgram(['--drain-grace', '1ms'], environment)
    const { url } = await program.logged('listening')
    const answer = fetch(`${url}/v1/users/${user}/tags`).catch(() => 'cut')
    await asked(user)
    program.child.kill('SIGTERM')
    expect(await answer).toBe('cut')
    const { status, stdout } = await program.ended
    expect(status).toBe(0)
    expect(stdout).toContain('"event":"drain-cut"')
    expect(stdout).toContain('"event":"config-advice","setting":"--drain-grace"')
  })

  test('ends at once, with 1, at a second signal more than a second after the first', async () => {
    const user = 'mock_hang_x100'
    await using program = startProgram(['--drain-grace', '10m'], environment)
    const { url } = await program.logged('listening')
    const answer = fetch(`${url}/v1/users/${user}/tags`).catch(() => 'cut')
    await asked(user)
    const firstAtMs = performance.now()
    const impatient = setInterval(() => program.child.kill('SIGINT'), 50)
    const { status, stdout } = await program.ended
    clearInterval(impatient)
    expect(await answer).toBe('cut')
    expect(status).toBe(1)
    expect(performance.now() - firstAtMs).toBeGreaterThan(1_000)
    expect(stdout).toContain('"event":"draining"')
    expect(stdout).not.toContain('"event":"stopped"')
  })
})

describe.concurrent('tagside prints, and exits 0,', () => {
  test('its effective configuration', async () => {
    await using program = startProgram(['check-config', '--ttl', '5s'], environment)
    const { status, stdout, stderr } = await program.ended
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^ttl +5s +--ttl$/m)
    expect(stdout).toMatch(/^secretKey +\[secret\] +TAGSIDE_SECRET_KEY$/m)
    expect(stdout).not.toContain(environment['TAGSIDE_SECRET_KEY'])
  })

  test('its help', async () => {
    await using program = startProgram(['check-config', '--help'])
    const { status, stdout, stderr } = await program.ended
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^tagside check-config: /)
  })

  test('its version', async () => {
    await using program = startProgram(['--version'])
    expect(await program.ended).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' })
  })
})
