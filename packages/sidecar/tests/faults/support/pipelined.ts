import { text } from 'node:stream/consumers'

import { openSocket } from '../../support/raw-http.ts'

/**
 * Asks for a user so many times on one connection, without waiting for any answer before the next request; returns the status of
 * each answer. `paddingBytes` makes each request that much longer: a turn of the event loop reads 2 MiB of a connection at most.
 */
export async function pipelined(
  url: string,
  user: string,
  count: number,
  paddingBytes = 0,
): Promise<string[]> {
  const headers = `Host: localhost\r\nX-Padding: ${'x'.repeat(paddingBytes)}\r\n`
  const request = `GET /v1/users/${user}/tags HTTP/1.1\r\n${headers}`
  const socket = openSocket(url)
  socket.write(`${request}\r\n`.repeat(count - 1) + `${request}Connection: close\r\n\r\n`)
  const answers = (await text(socket)).matchAll(/HTTP\/1\.1 (\d{3})/g)
  return [...answers].map(([, status = '']) => status)
}
