import { once } from 'node:events'
import { access, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { ListenError } from './listen-error.ts'
import { Listener } from './listener.ts'

let directory: string
let socketPath: string
const toClose: (() => unknown)[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tagside-'))
  socketPath = join(directory, 'tagside.sock')
})
afterEach(async () => {
  await Promise.all(toClose.splice(0).map((close) => close()))
  await rm(directory, { recursive: true })
})

function listenerOn(host: string, port = 0): Listener {
  return opened(new Listener({ kind: 'tcp', host, port }, () => new Response('hello')))
}

function listenerAt(path: string): Listener {
  return opened(new Listener({ kind: 'unix', path }, () => new Response('hello')))
}

function opened(listener: Listener): Listener {
  toClose.push(() => {
    const closed = listener.close()
    listener.cut()
    return closed
  })
  return listener
}

async function askAt(path: string): Promise<string> {
  const [response]: IncomingMessage[] = await once(
    get({ socketPath: path, agent: false }),
    'response',
  )
  return response === undefined ? '' : text(response)
}

describe('a listener on TCP', () => {
  test.each([
    ['127.0.0.1', /^http:\/\/127\.0\.0\.1:[1-9]\d*$/],
    ['localhost', /^http:\/\/localhost:[1-9]\d*$/],
    ['::1', /^http:\/\/\[::1\]:[1-9]\d*$/],
  ])('on %s tells its URL, with the port it was given', async (host, url) => {
    const listening = await listenerOn(host).listen()
    expect(listening).toMatch(url)
    expect(await (await fetch(listening)).text()).toBe('hello')
  })

  test('says what to do when the port is taken', async () => {
    const { port } = new URL(await listenerOn('127.0.0.1').listen())
    await expect(listenerOn('127.0.0.1', Number(port)).listen()).rejects.toThrow(
      new ListenError(
        `cannot listen on 127.0.0.1:${port}: another program does already; ` +
          'stop it, or choose another address',
      ),
    )
  })

  test('says so when the machine has no such address', async () => {
    await expect(listenerOn('192.0.2.1').listen()).rejects.toThrow(
      new ListenError('cannot listen on 192.0.2.1:0: this machine has no such address'),
    )
  })

  test('closes at once when it never listened', async () => {
    await expect(listenerOn('127.0.0.1').close()).resolves.toBeUndefined()
  })
})

test('an answer that its caller is still reading when the listener closes arrives whole', async () => {
  const answer = 'x'.repeat(16 * 1024 * 1024)
  const asked = Promise.withResolvers<void>()
  const address = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const
  const listener = new Listener(address, () => {
    setImmediate(asked.resolve)
    return new Response(answer)
  })
  const { hostname, port } = new URL(await opened(listener).listen())
  const [idle, slow] = [connect(Number(port), hostname), connect(Number(port), hostname)]
  await once(idle, 'connect')
  slow.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await asked.promise
  const closed = listener.close()
  expect((await text(slow)).endsWith(`\r\n\r\n${answer}`)).toBe(true)
  // Nor is anybody waited for who asks for nothing.
  await closed
  idle.destroy()
})

describe('a listener on a Unix socket', () => {
  test('tells the path, and takes the file away when it closes', async () => {
    const listener = listenerAt(socketPath)
    expect(await listener.listen()).toBe(`unix:${socketPath}`)
    expect(await askAt(socketPath)).toBe('hello')
    await listener.close()
    await expect(access(socketPath)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('takes over the file of a process that was killed', async () => {
    await abandonSocket(socketPath)
    await access(socketPath)
    await listenerAt(socketPath).listen()
    expect(await askAt(socketPath)).toBe('hello')
  })

  test('leaves the file of a process that answers alone', async () => {
    await listenerAt(socketPath).listen()
    await expect(listenerAt(socketPath).listen()).rejects.toThrow(
      new ListenError(
        `cannot listen on unix:${socketPath}: another program does already; ` +
          'stop it, or choose another address',
      ),
    )
    expect(await askAt(socketPath)).toBe('hello')
  })

  test('leaves a file that is no socket alone', async () => {
    await writeFile(socketPath, 'precious')
    await expect(listenerAt(socketPath).listen()).rejects.toThrow(
      new ListenError(`cannot listen on unix:${socketPath}: there is a file that is no socket`),
    )
    expect(await readFile(socketPath, 'utf8')).toBe('precious')
  })

  test('says what to do when the directory is missing', async () => {
    const path = join(directory, 'nowhere', 'tagside.sock')
    await expect(listenerAt(path).listen()).rejects.toThrow(
      new ListenError(
        `cannot listen on unix:${path}: there is no directory ${join(directory, 'nowhere')}; ` +
          'make it, or choose another path',
      ),
    )
  })
})

/** Leaves a socket file behind at which nobody listens, as a killed process does. */
async function abandonSocket(path: string): Promise<void> {
  const server = createServer()
  server.listen(`${path}.first`)
  await once(server, 'listening')
  // Closing removes the file under the name it was made with.
  await rename(`${path}.first`, path)
  server.close()
  await once(server, 'close')
}
