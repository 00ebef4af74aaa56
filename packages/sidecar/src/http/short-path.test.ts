import { once } from 'node:events'
import { connect, Socket } from 'node:net'
import { text } from 'node:stream/consumers'

import { expect, type Mock, onTestFinished, test, vi } from 'vitest'

import { directSidecar } from '../../tests/support/direct-sidecar.ts'
import { nextAnswer } from '../../tests/support/raw-http.ts'
import { HttpMetrics } from '../observe/http-metrics.ts'
import { Listener } from './listener.ts'
import { ShortPath } from './short-path.ts'
import { WallTime } from './wall-time.ts'

const FIRST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
const now = (): number => performance.now()

/** A hundred tags of 50 bytes, four thousand times: more than the system keeps between two sockets. */
const TAGS = Array.from({ length: 100 }, (_, index) => String(index).padStart(50, 'x'))
const TIMES = 4_000
const BATCH = JSON.stringify({ users: Array.from({ length: TIMES }, () => 'xiaoming') })
const LARGE = `POST /v1/tags:batchGet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${BATCH.length}\r\n\r\n${BATCH}`

const PLAIN = Buffer.from('GET /v1/users/xiaoming/tags HTTP/1.1\r\nHost: localhost\r\n\r\n')

/** Answers xiaoming with so many tags that an answer for thousands of it is large. */
async function shortPath(): Promise<ShortPath> {
  const direct = directSidecar()
  direct.fake.setTags('xiaoming', TAGS)
  await direct.get('xiaoming')
  return new ShortPath({
    lookup: direct.lookup,
    wall: new WallTime(now),
    now,
    maxUsersPerRequest: TIMES,
    allowedHosts: [],
    acceptsToken: undefined,
    isDraining: () => false,
    metrics: new HttpMetrics(),
  })
}

/** A listener whose long way says hello, and a connection to it, on which large answers are given at a glance. */
async function connected(silenceMs: number): Promise<{ listener: Listener; socket: Socket }> {
  const hello = (): Response => new Response('hello')
  const address = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const
  const listener = new Listener(address, hello, undefined, {
    shortPath: await shortPath(),
    silenceMs,
  })
  const { hostname, port } = new URL(await listener.listen())
  const socket = connect(Number(port), hostname)
  onTestFinished(() => {
    socket.destroy()
    listener.cut()
  })
  socket.write(FIRST)
  await nextAnswer(socket)
  return { listener, socket }
}

test('an answer that its caller is still reading when the listener closes arrives whole, and ends its connection', async () => {
  const { listener, socket } = await connected(20_000)
  const bound = vi.spyOn(Socket.prototype, 'setTimeout')
  socket.write(LARGE)
  await once(socket, 'readable')
  const closed = listener.close()
  const answer = await text(socket)
  const [, length] = /Content-Length: (\d+)/.exec(answer) ?? []
  expect(Number(length)).toBeGreaterThan(16 * 1024 * 1024)
  expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toHaveLength(Number(length))
  await closed
  // While it is read, and then as every idle connection.
  expect(bound.mock.calls.map(([ms]) => ms)).toEqual([20_000, 66_000])
  bound.mockRestore()
})

test('an answer of the long way is bounded as such while one at a glance before it is still read', async () => {
  const { socket } = await connected(20_000)
  const bound = vi.spyOn(Socket.prototype, 'setTimeout')
  socket.pause().write(LARGE + FIRST)
  await vi.waitFor(() => expect(bound).toHaveBeenCalledTimes(3))
  let came = ''
  for await (const part of socket) {
    came = came.slice(-100) + String(part)
    if (came.endsWith('hello')) break
  }
  await vi.waitFor(() => expect(bound.mock.calls.at(-1)).toEqual([66_000]))
  expect(bound.mock.calls.map(([ms]) => ms)).toEqual([20_000, 0, 20_000, 66_000])
  bound.mockRestore()
})

test('who does not read an answer is cut off when nothing has moved for long', async () => {
  const { listener, socket } = await connected(100)
  socket.pause().write(LARGE)
  await once(socket, 'readable')
  // Resolves when every connection is gone.
  await expect(listener.close()).resolves.toBeUndefined()
})

const DOOR = { isOpen: () => true, silenceMs: 20_000, onRead: () => undefined }

/** A connection whose parser is at rest. */
async function atRest(): Promise<{ socket: Socket; parse: Mock; write: Mock }> {
  const socket = new Socket()
  const parse = vi.fn<(bytes: Buffer) => void>()
  socket.on('data', parse)
  const conversation = (await shortPath()).stand(socket, DOOR)
  socket.emit('data', Buffer.from(FIRST))
  conversation?.began({ headers: {} })
  conversation?.ended()
  parse.mockClear()
  const write = vi.spyOn(socket, 'write').mockReturnValue(true)
  return { socket, parse, write }
}

test('what comes on a connection at rest is answered, unless it has been ended', async () => {
  const { socket, parse, write } = await atRest()
  socket.emit('data', PLAIN)
  expect([write.mock.calls.length, parse.mock.calls]).toEqual([1, []])
  socket.end()
  socket.emit('data', PLAIN)
  expect([write.mock.calls.length, parse.mock.calls]).toEqual([1, [[PLAIN]]])
})

test('there is no short path where the parser does not listen to the socket, or not alone', async () => {
  const path = await shortPath()
  const socket = new Socket()
  expect(path.stand(socket, DOOR)).toBeUndefined()
  const listeners = [vi.fn<() => void>(), vi.fn<() => void>()]
  for (const listener of listeners) socket.on('data', listener)
  expect(path.stand(socket, DOOR)).toBeUndefined()
  expect(socket.listeners('data')).toEqual(listeners)
})
