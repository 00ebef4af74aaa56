import type { ServerResponse } from 'node:http'

import { type Answer, body, RudeUpstream, tagged } from '../../faults/support/rude-upstream.ts'

/** Breaks lines, colours a terminal and is longer than any text that is passed on. */
const NOISE = `\r\n{"level":"error","event":"forged"}\u001B[31m${'x'.repeat(10_000)}`

/** What was asked, as a gateway's error page repeats it: raw and encoded. */
const echoOf = (userSig: string): string =>
  `usersig=${userSig} usersig=${encodeURIComponent(userSig)} ${userSig}${NOISE}`

function echoing(answer: (echo: string, response: ServerResponse) => void): Answer {
  return (response, { userSig }) => answer(echoOf(userSig), response)
}

const refusing = (code: number): Answer =>
  echoing((echo, response) => body({ ErrorCode: code, ErrorInfo: echo })(response))

const onSocket = (write: (echo: string) => string): Answer =>
  echoing((echo, response) => void response.socket?.end(write(echo)))

/** Everything that can be wrong with an answer, by the user who is asked for; each repeats the UserSig of its call. */
export const WRONG: ReadonlyMap<string, Answer> = new Map([
  ['refused', refusing(90001)],
  ['unknown-code', refusing(12_345)],
  ['internal', refusing(91000)],
  [
    'listed',
    echoing((echo, response) =>
      body({
        ErrorCode: 0,
        ErrorList: [{ To_Account: 'listed', ErrorCode: 70500, ErrorInfo: echo }],
      })(response),
    ),
  ],
  ['page', echoing((echo, response) => body(`<html>${echo}`, { status: 502 })(response))],
  ['redirect', echoing((echo, response) => redirect(echo, response))],
  ['no-json', echoing((echo, response) => body(echo)(response))],
  ['other-shape', echoing((echo, response) => body({ ErrorCode: echo, UserTags: echo })(response))],
  ['no-utf8', echoing((echo, response) => void response.end(Buffer.from(`\xFF${echo}`, 'latin1')))],
  ['no-http', onSocket((echo) => echo)],
  ['status-line', onSocket((echo) => `HTTP/1.1 200 ${echo}`)],
  [
    'chunk',
    onSocket((echo) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${echo}`),
  ],
  ['cut', onSocket((echo) => `HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n${echo}`)],
  ['reset', (response) => void response.socket?.resetAndDestroy()],
  ['silent', () => undefined],
  // The last: all calls are slow after it.
  ['throttled', refusing(60018)],
])

/** No call is made after it. */
const WRONG_KEY: Answer = refusing(70009)

function redirect(echo: string, response: ServerResponse): void {
  response.writeHead(302, { Location: `http://127.0.0.1/?${encodeURIComponent(echo)}` }).end(echo)
}

/** Opens an upstream that does to a user what its name says, and answers all others. */
export async function openEchoingUpstream(): Promise<RudeUpstream> {
  const upstream = await RudeUpstream.open()
  let isExpired = true
  upstream.answer = (response, call) => {
    const [user = ''] = call.users
    // Once: the sidecar signs anew.
    const expired = user === 'expired' && isExpired ? refusing(70001) : undefined
    if (expired !== undefined) isExpired = false
    const answer = user === 'wrong-key' ? WRONG_KEY : (expired ?? WRONG.get(user))
    ;(answer ?? tagged('GoldMember'))(response, call)
  }
  return upstream
}
