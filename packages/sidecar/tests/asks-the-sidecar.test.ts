import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { get } from '../src/commands/get.ts'
import { healthcheck } from '../src/commands/healthcheck.ts'
import { ask } from '../src/commands/sidecar-answer.ts'
import { wait } from '../src/commands/wait.ts'
import { clientSources, createTerminal } from './support/client-under-test.ts'
import { startSidecar } from './support/start-sidecar.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tagside-'))
})
afterAll(() => rm(directory, { recursive: true }))

/** An address as a setting has it. */
const hostOf = (url: string): string => url.replace('http://', '')

describe('over real sockets, tagside get asks', () => {
  test('a sidecar on a wide address, at loopback, with its access token', async () => {
    const token = 'canary-token'
    await using sidecar = await startSidecar({
      TAGSIDE_LISTEN: '0.0.0.0:0',
      TAGSIDE_ACCESS_TOKEN: token,
    })
    const argv = ['xiaohong', '--listen', hostOf(sidecar.url)]
    const { terminal, stdout, stderr } = createTerminal()
    expect(await get(clientSources(argv, { TAGSIDE_ACCESS_TOKEN: token }), terminal)).toBe(0)
    expect(JSON.parse(stdout())).toMatchObject({
      results: [{ tags: ['PlatinumMember', 'MonthPassUser'] }],
    })
    expect(await get(clientSources(argv), terminal)).toBe(1)
    expect(stderr()).toBe(
      'tagside: the sidecar refuses to answer: send the access token as Authorization: Bearer TOKEN; ' +
        'give it with --access-token-file or TAGSIDE_ACCESS_TOKEN\n',
    )
  })

  test('a sidecar on a Unix socket, in as many requests as it needs', async () => {
    const address = `unix:${join(directory, 'data.sock')}`
    await using sidecar = await startSidecar({
      TAGSIDE_LISTEN: address,
      TAGSIDE_OPS_LISTEN: 'off',
      TAGSIDE_MAX_USERS_PER_REQUEST: '2',
    })
    expect(sidecar.opsUrl).toBe('off')
    const users = ['xiaoming', 'user"1', '小明', '--ttl', 'xiaohong']
    const { terminal, stdout, stderr } = createTerminal()
    const asked = (...flags: string[]) =>
      get(clientSources(['--listen', address, ...flags, '--', ...users]), terminal)
    expect(await asked()).toBe(1)
    expect(stderr()).toContain('expected 1 to 2 users, got 5; see --max-users-per-request')
    expect(await asked('--max-users-per-request', '2')).toBe(1)
    const { results }: { results: { user: string }[] } = JSON.parse(stdout())
    expect(results.map(({ user }) => user)).toEqual(users)
  })
})

describe('over real sockets, probes', () => {
  test('find a sidecar ready and alive, with its ops listener or without', async () => {
    await using sidecar = await startSidecar()
    const { terminal } = createTerminal()
    const ops = ['--ops-listen', hostOf(sidecar.opsUrl)]
    const data = ['--ops-listen', 'off', '--listen', hostOf(sidecar.url)]
    for (const argv of [ops, data]) {
      expect(await wait(clientSources(argv), terminal)).toBe(0)
      expect(await healthcheck(clientSources(argv), terminal)).toBe(0)
    }
  })

  test('do not find one that drains ready, but alive', async () => {
    await using sidecar = await startSidecar()
    sidecar.sidecar.beginDrain()
    const { terminal, stderr } = createTerminal()
    const argv = ['--ops-listen', hostOf(sidecar.opsUrl)]
    expect(await wait(clientSources([...argv, '--timeout=0s']), terminal)).toBe(1)
    expect(stderr()).toMatch(/\/readyz answered 503: draining\n$/)
    expect(await healthcheck(clientSources(argv), terminal)).toBe(0)
  })
})

describe('what does not answer as a sidecar is told:', () => {
  async function listening(server: Server): Promise<number> {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  const asking = (port: number, timeoutMs = 10_000) =>
    ask({ kind: 'tcp', host: '127.0.0.1', port }, { path: '/livez', timeoutMs })

  test('nobody', async () => {
    const server = createServer()
    const port = await listening(server)
    server.close()
    await expect(asking(port)).rejects.toThrow(`127.0.0.1:${port}: nobody listens there`)
  })

  test('nobody by another name: a sidecar answers to localhost, whatever name it listens on', async () => {
    const server = createServer((socket) => {
      socket.on('data', (head) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${head.toString()}`))
    })
    const port = await listening(server)
    expect((await asking(port)).body).toContain('\r\nHost: localhost\r\n')
    server.close()
  })

  test('a socket that is not there', async () => {
    const path = join(directory, 'nobody.sock')
    await expect(ask({ kind: 'unix', path }, { path: '/', timeoutMs: 1_000 })).rejects.toThrow(
      `unix:${path}: there is no such socket`,
    )
  })

  test.each<[string, string | undefined, RegExp]>([
    ['another protocol', 'SSH-2.0-x\r\n', /does not speak HTTP$/],
    ['who hangs up', '', /no complete answer \(ECONNRESET\)$/],
    ['who keeps silent', undefined, /no answer within 0\.06 s$/],
    [
      'who stops in the middle',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx',
      /no complete answer/,
    ],
  ])('%s', async (_, says, why) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      if (says !== undefined) socket.end(says)
    })
    const port = await listening(server)
    await expect(asking(port, says === undefined ? 50.123_456 : undefined)).rejects.toThrow(why)
    server.close()
  })
})
