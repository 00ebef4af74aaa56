import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { get as httpsGet, request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createFakeTencent, developmentSecretKey } from '../src/index.ts'
import { eventually } from './support/eventually.ts'

const main = new URL('../src/main.ts', import.meta.url).pathname
const argv = (args: readonly string[]): string[] => ['--conditions=source', main, ...args]

const running = new Set<ChildProcess>()
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts the command; `line` resolves to the first line it prints. */
function start(...args: string[]): {
  child: ChildProcess
  line: Promise<string>
  output: string[]
} {
  const child = spawn(process.execPath, argv(args), { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  const output: string[] = []
  const lines = createInterface({ input: child.stdout })
  const line = once(lines, 'line').then(([text]) => String(text))
  lines.on('line', (text) => output.push(text))
  return { child, line, output }
}

/** Runs the command to its end. */
async function run(
  ...args: string[]
): Promise<{ status: unknown; stdout: string; stderr: string }> {
  try {
    return { status: 0, ...(await promisify(execFile)(process.execPath, argv(args))) }
  } catch (error) {
    const { code, stdout, stderr } = Object(error)
    return { status: code, stdout, stderr }
  }
}

async function statusOf(child: ChildProcess): Promise<unknown> {
  const [status, signal] = await once(child, 'exit')
  return status ?? signal
}

describe('tagside-mock --json', () => {
  test('prints one line once it accepts connections, and that line is all a client needs', async () => {
    const { child, line, output } = start('--port', '0', '--json')
    const ready = JSON.parse(await line)
    expect(ready).toEqual({
      event: 'ready',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      sdkAppId: 1_400_000_000,
      secretKey: developmentSecretKey,
      adminId: 'administrator',
      randomSeed: 42,
    })
    expect(await (await fetch(`${ready.url}/__admin/health`)).json()).toMatchObject({ users: 2 })
    child.kill('SIGTERM')
    expect(await statusOf(child)).toBe(0)
    expect(output).toHaveLength(1)
  })

  test.for(['SIGTERM', 'SIGINT'] as const)(
    'ends with status 0 on %s, also when it comes again and again and calls hang',
    async (signal) => {
      const { child, line } = start('--port', '0', '--json', '--signature-check', 'off')
      const { url } = JSON.parse(await line)
      const hanging = fetch(`${url}/v4/timpush/get_tag?sdkappid=1400000000`, {
        method: 'POST',
        body: '{"To_Account":["mock_hang"]}',
      }).catch(() => 'cut')
      const calls = async (): Promise<unknown> =>
        Object(await (await fetch(`${url}/__admin/health`)).json()).calls
      await eventually(calls).toBe(1)
      const again = setInterval(() => child.kill(signal), 0)
      const status = await statusOf(child)
      clearInterval(again)
      expect(status).toBe(0)
      expect(await hanging).toBe('cut')
    },
  )

  test('of a port in use ends with status 2 and a sentence', async () => {
    const { line } = start('--port', '0', '--json')
    const { port } = new URL(JSON.parse(await line).url)
    expect(await run('--port', port, '--json')).toEqual({
      status: 2,
      stdout: '',
      stderr: `tagside-mock: port ${port} of 127.0.0.1 is in use: stop what listens there or choose another port (0 picks a free one)\n`,
    })
  })
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const skipped = !hasOpenssl && process.env['CI'] === undefined
if (!hasOpenssl) console.warn('skipped: TLS of tagside-mock, because there is no openssl here')

describe.skipIf(skipped)('tagside-mock with TLS', { concurrent: true }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'tagside-mock-'))
  const file = (name: string): string => join(directory, name)
  beforeAll(() => {
    for (const name of ['one', 'other']) {
      const keyAndCert = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-x509']
      const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
      const files = ['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`), '-days', '2']
      execFileSync('openssl', ['req', ...keyAndCert, ...names, ...files], { stdio: 'ignore' })
    }
    const lock = ['ec', '-aes128', '-passout', 'pass:secret', '-in', file('one.key')]
    execFileSync('openssl', lock.concat('-out', file('locked.key')), { stdio: 'ignore' })
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  test('answers at an https URL that a client reaches who trusts the certificate', async () => {
    const files = ['--tls-cert', file('one.crt'), '--tls-key', file('one.key')]
    const { child, line } = start('--port', '0', '--host', 'localhost', '--json', ...files)
    const { url } = JSON.parse(await line)
    expect(url).toMatch(/^https:\/\/localhost:\d+$/)
    const get = async (ca: string): Promise<unknown> => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      const answer = httpsGet(`${url}/__admin/health`, { ca }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      answer.on('error', reject)
      return promise
    }
    expect(await get(readFileSync(file('one.crt'), 'utf8'))).toBe(200)
    await expect(get(readFileSync(file('other.crt'), 'utf8'))).rejects.toThrow('certificate')
    child.kill()
    expect(await statusOf(child)).toBe(0)
  })

  test('cuts connections as it does without', async () => {
    const files = ['--tls-cert', file('one.crt'), '--tls-key', file('one.key')]
    const { line } = start('--port', '0', '--host', 'localhost', '--json', ...files)
    const { url } = JSON.parse(await line)
    const call = httpsRequest(`${url}/v4/timpush/get_tag`, {
      method: 'POST',
      ca: readFileSync(file('one.crt'), 'utf8'),
    })
    const failure = once(call, 'response').then(([response]) => response.statusCode)
    call.end('{"To_Account":["mock_reset"]}')
    await expect(failure).rejects.toThrow('ECONNRESET')
  })

  test('ends while a client that connected has yet to say a word', async () => {
    const files = ['--tls-cert', file('one.crt'), '--tls-key', file('one.key')]
    const { child, line } = start('--port', '0', '--json', ...files)
    const socket = connect(Number(new URL(JSON.parse(await line).url).port), '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    child.kill()
    expect(await statusOf(child)).toBe(0)
  })

  test.for<[string, string, string]>([
    ['none.crt', 'one.key', '--tls-cert: ENOENT: no such file or directory, open '],
    ['one.crt', 'none.key', '--tls-key: ENOENT: no such file or directory, open '],
    ['one.key', 'one.key', '--tls-cert: FILE holds no certificate in PEM'],
    ['one.crt', 'one.crt', '--tls-key: FILE holds no private key in PEM without a passphrase'],
    ['one.crt', 'locked.key', '--tls-key: FILE holds no private key in PEM without a passphrase'],
    ['one.crt', 'other.key', '--tls-key: FILE is not the key of the certificate'],
    ['one.crt', '', '--tls-cert: --tls-key is missing; TLS takes both'],
    ['', 'one.key', '--tls-key: --tls-cert is missing; TLS takes both'],
  ])('of %s and %s ends with status 2 and a sentence', async ([cert, key, sentence]) => {
    const { status, stderr } = await run(
      ...(cert === '' ? [] : ['--tls-cert', file(cert)]),
      ...(key === '' ? [] : ['--tls-key', file(key)]),
    )
    expect(status).toBe(2)
    const [head, complaint = '', ...others] = stderr.trimEnd().split('\n')
    expect(head).toBe('tagside-mock:')
    expect(complaint.replace(`${directory}/${cert}`, 'FILE').replace(file(key), 'FILE')).toContain(
      sentence,
    )
    expect(others).toEqual([])
  })
})

describe('tagside-mock', () => {
  test('shows a command that works as it stands', async () => {
    const { child, output } = start('--port', '0', '--user', "o'neil=Gold")
    await eventually(() => output.some((line) => line.startsWith('curl '))).toBe(true)
    const curl = output.find((line) => line.startsWith('curl ')) ?? ''
    expect(output.at(-1)).toBe(curl)
    const { stdout } = await promisify(execFile)('sh', ['-c', curl])
    expect(JSON.parse(stdout)).toMatchObject({
      UserTags: [{ To_Account: "o'neil", Tags: ['Gold'] }],
    })
    child.kill()
    expect(await statusOf(child)).toBe(0)
  })

  test('with mistakes reports them all and ends with status 2 before it listens', async () => {
    const { status, stdout, stderr } = await run('--port', 'x', '--rate', '0', '--app', '1-secret')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr.match(/^ {2}--(port|rate|app): expected /gm)).toHaveLength(3)
    expect(stderr).not.toContain('secret')
  })

  test('explains itself', async () => {
    const { status, stdout } = await run('--help')
    expect(status).toBe(0)
    for (const flag of ['--port', '--fault', '--signature-check', 'lognormal']) {
      expect(stdout).toContain(flag)
    }
    expect(await run('--version')).toMatchObject({ status: 0, stdout: '0.1.0\n' })
  })

  test('is quiet when asked to be', async () => {
    // Nothing says where a quiet command listens, so it is given a port that was free a moment ago.
    const free = await createFakeTencent().listen()
    await free.close()
    const { child, output } = start('--port', String(free.port), '--quiet')
    const status = async (): Promise<number> =>
      (await fetch(`${free.url}/__admin/health`).catch(() => Response.error())).status
    await eventually(status).toBe(200)
    child.kill()
    expect(await statusOf(child)).toBe(0)
    expect(output).toEqual([])
  })
})
