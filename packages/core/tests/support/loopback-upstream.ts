import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** One HTTP request as it arrived. */
export interface RecordedCall {
  readonly method: string | undefined
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server on loopback that stands for Tencent, with every call it got. */
export interface LoopbackUpstream extends AsyncDisposable {
  readonly baseUrl: string
  readonly calls: readonly RecordedCall[]
  /** Resolves when the first of its connections has ended, whether or not a call had arrived over it. */
  readonly connectionEnded: Promise<void>
}

export type Answer = (response: ServerResponse, call: RecordedCall) => void

/** Opens an upstream that gives the first call the first answer, and so on, the last one for ever. */
export async function openUpstream(...answers: readonly Answer[]): Promise<LoopbackUpstream> {
  const calls: RecordedCall[] = []
  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await recorded(request)
    const answer = answers[Math.min(calls.length, answers.length - 1)]
    calls.push(call)
    answer?.(response, call)
  }
  const server = createServer((request, response) => void answerTo(request, response))
  const { promise: connectionEnded, resolve: tellEnded } = Promise.withResolvers<void>()
  server.on('connection', (socket) => socket.once('close', () => tellEnded()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  return {
    baseUrl: `http://127.0.0.1:${address.port}`,
    calls,
    connectionEnded,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers with this body, a text as it is and anything else as JSON. */
export function replyWith(body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(200, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** Answers every user asked for with these tags, as Tencent does. */
export function tagged(...tags: readonly string[]): Answer {
  return (response, call) => {
    const { To_Account: users }: { To_Account: string[] } = JSON.parse(call.body)
    const UserTags = users.map((user) => ({ To_Account: user, Tags: tags }))
    replyWith({ ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0, UserTags })(response, call)
  }
}

/** Refuses the call, with HTTP status 200 as Tencent does. */
export function refusedWith(errorCode: number, errorInfo = ''): Answer {
  return replyWith({ ActionStatus: 'FAIL', ErrorInfo: errorInfo, ErrorCode: errorCode })
}

async function recorded(request: IncomingMessage): Promise<RecordedCall> {
  const { method, url = '', headers } = request
  return { method, url: new URL(url, 'http://upstream'), headers, body: await text(request) }
}
