import { STATUS_CODES } from 'node:http'

import { textOf } from './codes.ts'
import type { Page } from './faults.ts'

/** A Reply is an answer before it is sent. */
export interface Reply {
  readonly status: number
  /** Undefined if the answer is to have none. */
  readonly contentType: string | undefined
  readonly body: string
  /** `ErrorCode`, where the body has one. */
  readonly errorCode?: number
  /** What the body says, where it is an envelope. */
  readonly envelope?: Envelope
}

/** What `get_tag` says of the users it knows. */
export interface UserTags {
  readonly To_Account: string
  readonly Tags: readonly string[]
}

/** What a call says of an account it could not serve. */
export interface AccountError {
  readonly To_Account: string
  readonly ErrorCode: number
  readonly ErrorInfo: string
}

/** The fields of every reply, in the order in which the tag calls write them. */
export interface Envelope {
  readonly ActionStatus: 'OK' | 'FAIL'
  readonly ErrorInfo: string
  readonly ErrorCode: number
  readonly UserTags?: readonly UserTags[]
  readonly ErrorList?: readonly AccountError[]
}

/** The call went through. `ErrorList` stands in the reply only if there is something in it. */
export function ok(
  content: Pick<Envelope, 'UserTags'>,
  errors: readonly AccountError[] = [],
): Reply {
  return envelope({
    ActionStatus: 'OK',
    ErrorInfo: '',
    ErrorCode: 0,
    ...content,
    ...(errors.length === 0 ? {} : { ErrorList: errors }),
  })
}

/** An account that could not be served, with the catalogue's text. */
export function accountError(account: string, code: number): AccountError {
  return { To_Account: account, ErrorCode: code, ErrorInfo: textOf(code) }
}

/** The whole call failed; `text` is the catalogue's unless given. Still HTTP status 200. */
export function fail(code: number, text: string = textOf(code)): Reply {
  return envelope({ ActionStatus: 'FAIL', ErrorInfo: text, ErrorCode: code })
}

/** A reply that the gateway sends on its own, without an envelope. */
export function page(status: number, kind: Page): Reply {
  const title = `${status} ${STATUS_CODES[status] ?? 'Unknown'}`
  switch (kind) {
    case 'html':
      return { status, contentType: 'text/html', body: nginxPage(title) }
    case 'json':
      return { status, contentType: 'application/json', body: JSON.stringify({ message: title }) }
    case 'empty':
      return { status, contentType: 'text/plain', body: '' }
  }
}

/** HTTP status 200 with a body that claims to be JSON. */
export function claimedJson(body: string): Reply {
  return { status: 200, contentType: 'application/json', body }
}

function envelope(content: Envelope): Reply {
  return {
    ...claimedJson(JSON.stringify(content)),
    errorCode: content.ErrorCode,
    envelope: content,
  }
}

function nginxPage(title: string): string {
  return [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '<hr><center>nginx</center>',
    '</body>',
    '</html>',
    '',
  ].join('\r\n')
}
