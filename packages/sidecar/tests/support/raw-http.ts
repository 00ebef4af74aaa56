import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/**
 * Sends a request head as it is written here, which no HTTP client would, and returns the answer. `url` is that of a listener,
 * or `unix:` and a path. The connection ends with the answer.
 */
export async function rawRequest(url: string, ...head: readonly string[]): Promise<Response> {
  const socket = openSocket(url)
  socket.write([...head, 'Connection: close', '', ''].join('\r\n'))
  return readAnswer(await text(socket))
}

export function openSocket(url: string): ReturnType<typeof connect> {
  if (url.startsWith('unix:')) return connect(url.slice('unix:'.length))
  const { hostname, port } = new URL(url)
  return connect(Number(port), hostname)
}

/** Reads one answer that is there as a whole. */
export function readAnswer(answer: string): Response {
  const headEnd = answer.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = answer.slice(0, headEnd).split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const [name = '', value = ''] = line.split(/: *(.*)/, 2)
    return [name, value]
  })
  const [, status] = statusLine.split(' ')
  return new Response(answer.slice(headEnd + 4), { status: Number(status), headers })
}
