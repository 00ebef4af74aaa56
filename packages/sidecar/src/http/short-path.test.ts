import { once } from 'node:events'
import { connect, Socket } from 'node:net'
import { text } from 'node:stream/consumers'

import { expect, onTestFinished, test, vi } from 'vitest'

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

/** A listener whose long way says hello, and a connection to it, on which large answers are given at a glance. */
async function connected(silenceMs: number): Promise<{ listener: Listener; socket: Socket }> {
  const direct = directSidecar()
  direct.fake.setTags('xiaoming', TAGS)
  await direct.get('xiaoming')
  const shortPath = new ShortPath({
    lookup: direct.lookup,
    wall: new WallTime(now),
    now,
    maxUsersPerRequest: TIMES,
    allowedHosts: [],
    acceptsToken: undefined,
    isDraining: () => false,
    metrics: new HttpMetrics(),
  })
  const hello = (): Response => new Response('hello')
  const address = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const
  const listener = new Listener(address, hello, undefined, { shortPath, silenceMs })
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

test('who does not read an answer is cut off when nothing has moved for long', async () => {
  const { listener, socket } = await connected(100)
  socket.pause().write(LARGE)
  await once(socket, 'readable')
  // Resolves when every connection is gone.
  await expect(listener.close()).resolves.toBeUndefined()
})
