import { once } from 'node:events'
import { connect, Socket } from 'node:net'
import { text } from 'node:stream/consumers'

import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { directSidecar } from '../../tests/support/direct-sidecar.ts'
import { nextAnswer, openSocket } from '../../tests/support/raw-http.ts'
import { HttpMetrics } from '../observe/http-metrics.ts'
import { Listener } from './listener.ts'
import { type Door, ShortPath } from './short-path.ts'
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
async function shortPath(acceptsToken?: (token: string) => boolean): Promise<ShortPath> {
  const direct = directSidecar()
  direct.fake.setTags('xiaoming', TAGS)
  await direct.get('xiaoming')
  return new ShortPath({
    lookup: direct.lookup,
    wall: new WallTime(now),
    now,
    maxUsersPerRequest: TIMES,
    allowedHosts: [],
    acceptsToken,
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

test('a closed listener answers on a connection that is still open the long way, which ends it', async () => {
  const { listener, socket } = await connected(20_000)
  const other = openSocket(`http://127.0.0.1:${socket.remotePort}`)
  other.write(FIRST)
  await nextAnswer(other)
  // As long as somebody reads, no connection is ended as idle.
  socket.pause().write(LARGE)
  await once(socket, 'readable')
  const closed = listener.close()
  other.write(PLAIN)
  expect(await nextAnswer(other)).toMatch(/^Connection: close\r$/m)
  socket.resume()
  await closed
})

test('who does not read an answer is cut off when nothing has moved for long', async () => {
  const { listener, socket } = await connected(100)
  socket.pause().write(LARGE)
  await once(socket, 'readable')
  // Resolves when every connection is gone.
  await expect(listener.close()).resolves.toBeUndefined()
})

const DOOR: Door = { isOpen: () => true, silenceMs: 20_000, onRead: () => undefined }

/** A connection whose parser is at rest. */
function atRest(
  path: ShortPath,
  door = DOOR,
): { socket: Socket; hear: (bytes: Buffer) => [answers: number, parsed: Buffer[]] } {
  const socket = new Socket()
  const parse = vi.fn<(bytes: Buffer) => void>()
  socket.on('data', parse)
  const conversation = path.stand(socket, door)
  socket.emit('data', Buffer.from(FIRST))
  conversation?.began({ headers: {} })
  conversation?.ended()
  const write = vi.spyOn(socket, 'write').mockReturnValue(true)
  /** Lets these bytes come; returns how many answers were written, and what was left to the parser. */
  const hear = (bytes: Buffer): [answers: number, parsed: Buffer[]] => {
    parse.mockClear()
    write.mockClear()
    socket.emit('data', bytes)
    return [write.mock.calls.length, parse.mock.calls.flat()]
  }
  return { socket, hear }
}

describe('what comes on a connection at rest is answered', () => {
  test('unless it has been ended', async () => {
    const { socket, hear } = atRest(await shortPath())
    expect(hear(PLAIN)).toEqual([1, []])
    socket.end()
    expect(hear(PLAIN)).toEqual([0, [PLAIN]])
  })

  test('unless its listener has closed', async () => {
    const { hear } = atRest(await shortPath(), { ...DOOR, isOpen: () => false })
    expect(hear(PLAIN)).toEqual([0, [PLAIN]])
  })

  test('unless its caller has still to read an answer', async () => {
    const { socket, hear } = atRest(await shortPath())
    vi.spyOn(socket, 'writableLength', 'get').mockReturnValue(1)
    expect(hear(PLAIN)).toEqual([0, [PLAIN]])
  })

  test('up to 64 KiB, and what comes together with more is left to the parser', async () => {
    const { hear } = atRest(await shortPath())
    expect(hear(Buffer.concat([PLAIN, Buffer.from(LARGE), PLAIN]))).toEqual([1, [PLAIN]])
  })

  test('unless its body has still to come, even if only spaces are missing', async () => {
    const { hear } = atRest(await shortPath())
    const body = '{"users":["xiaoming"]}  '
    const whole = Buffer.from(
      `POST /v1/tags:batchGet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect(hear(whole)).toEqual([1, []])
    const part = whole.subarray(0, -1)
    expect(hear(part)).toEqual([0, [part]])
  })

  test('unless it is a GET with a body, which would be taken for the next request', async () => {
    const { hear } = atRest(await shortPath())
    const head = PLAIN.toString().trimEnd()
    const length = `Content-Type: application/json\r\nContent-Length: ${PLAIN.length}`
    const asked = Buffer.from(`${head}\r\n${length}\r\n\r\n${PLAIN.toString()}`)
    expect(hear(asked)).toEqual([0, [asked]])
  })

  test('as long as its token is accepted, which is asked for every request', async () => {
    let token = 'old'
    const { hear } = atRest(await shortPath((given) => given === token))
    const asked = Buffer.from(
      PLAIN.toString().replace('\r\n\r\n', '\r\nAuthorization: Bearer old\r\n\r\n'),
    )
    expect(hear(asked)).toEqual([1, []])
    token = 'new'
    expect(hear(asked)).toEqual([0, [asked]])
  })
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
