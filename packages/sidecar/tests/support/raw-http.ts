import { connect, type Socket } from 'node:net'
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

/** Resolves to what comes on a socket until the answer to a request is there as a whole, or the connection ends. */
export function nextAnswer(socket: Socket, method = 'GET'): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let answer = ''
  const read = (part: Buffer): void => {
    answer += part.toString('latin1')
    if (isWhole(answer, method)) end()
  }
  const end = (): void => {
    socket.off('data', read).off('end', end)
    resolve(Buffer.from(answer, 'latin1').toString())
  }
  socket.on('data', read).once('end', end).once('error', reject)
  return promise
}

function isWhole(answer: string, method: string): boolean {
  const headEnd = answer.indexOf('\r\n\r\n')
  const [, length] = /^content-length: (\d+)/im.exec(answer) ?? []
  const bodyLength = method === 'HEAD' ? 0 : Number(length)
  return headEnd !== -1 && answer.length >= headEnd + 4 + bodyLength
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
