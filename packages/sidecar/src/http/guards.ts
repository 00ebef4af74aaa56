import type { IncomingMessage } from 'node:http'
import { isIPv4 } from 'node:net'

import { isLocal, type ListenAddress } from '../config/addresses.ts'
import { Problem } from './problem.ts'

/** Returns why a request is refused, or nothing. */
export type Guard = (request: IncomingMessage) => Problem | undefined

export interface GuardOptions {
  /** Host names accepted beside loopback addresses and `localhost`. */
  readonly allowedHosts: readonly string[]
  /** Says whether what a caller sends as `Authorization: Bearer` lets it in; absent = no token is asked for. Takes the same time for any text. */
  readonly acceptsToken: ((text: string) => boolean) | undefined
}

/** What `Sec-Fetch-Site` says of a request that no page made: nothing, or that a person typed it. */
const FROM_NO_PAGE: ReadonlySet<string | string[] | undefined> = new Set([undefined, 'none'])
const FROM_OWN_PAGE: typeof FROM_NO_PAGE = new Set([...FROM_NO_PAGE, 'same-origin'])

const FORWARDING_HEADERS = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-real-ip',
  'forwarded',
  'via',
] as const

/**
 * Returns the guard of the data listener: it looks at a request before anything else does and returns the problem if the
 * request is not from a neighbour. A page in a browser (Origin, Sec-Fetch-Site), a name that was rebound to loopback
 * (Host) and an app that forwards what strangers send (X-Forwarded-For, …) are not neighbours.
 */
export function createGuard(options: GuardOptions): Guard {
  const isNeighbour = neighbours(options.allowedHosts)
  const { acceptsToken } = options
  return (request) =>
    twoHostsProblem(request) ??
    hostProblem(request, isNeighbour) ??
    originProblem(request, FROM_NO_PAGE) ??
    forwardingProblem(request) ??
    (acceptsToken === undefined ? undefined : tokenProblem(request, acceptsToken))
}

/**
 * Returns the guard of the ops listener. Scrapers and probes come from other machines where it is bound wide, under whatever name, or without one (HTTP/1.0);
 * so only on loopback does the Host say whether a name was rebound. The status page asks for itself; other pages are refused everywhere.
 */
export function createOpsGuard(
  address: ListenAddress,
  options: Pick<GuardOptions, 'allowedHosts'>,
): Guard {
  const isLoopback = address.kind === 'tcp' && isLocal(address)
  const isNeighbour = neighbours(options.allowedHosts)
  return (request) => {
    const isHostChecked = isLoopback && request.headers.host !== undefined
    return (
      twoHostsProblem(request) ??
      (isHostChecked ? hostProblem(request, isNeighbour) : undefined) ??
      originProblem(request, FROM_OWN_PAGE)
    )
  }
}

function twoHostsProblem(request: IncomingMessage): Problem | undefined {
  // Node accepts a second Host without a word, and an absolute-form target as well.
  if (timesSent(request, 'host') <= 1) return undefined
  return new Problem('invalid-request', 'the request has more than one Host header')
}

function hostProblem(
  request: IncomingMessage,
  isNeighbour: (host: string) => boolean,
): Problem | undefined {
  const isOriginForm = request.url?.startsWith('/') ?? false
  if (isOriginForm && isNeighbour(request.headers.host ?? '')) return undefined
  return new Problem(
    'forbidden-host',
    'the Host of the request is neither loopback, nor localhost, nor named in TAGSIDE_ALLOWED_HOSTS',
  )
}

/** Where a header may be sent once only, Node takes the first and drops the others. */
function timesSent({ rawHeaders }: IncomingMessage, header: string): number {
  let times = 0
  for (let name = 0; name < rawHeaders.length; name += 2) {
    if (rawHeaders[name]?.toLowerCase() === header) times += 1
  }
  return times
}

/**
 * Returns what tells whether a Host is a neighbour's: a name with optional port, with brackets around IPv6; loopback, all of 127.0.0.0/8 included,
 * `localhost`, or one of `allowedHosts`.
 */
export function neighbours(allowedHosts: readonly string[]): (host: string) => boolean {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()))
  return (host) => {
    const whole = host.toLowerCase()
    const name = whole.replace(/:\d*$/, '')
    return (
      name === 'localhost' ||
      name === '[::1]' ||
      (name.startsWith('127.') && isIPv4(name)) ||
      allowed.has(name) ||
      allowed.has(whole)
    )
  }
}

function originProblem(
  request: IncomingMessage,
  sites: ReadonlySet<string | string[] | undefined>,
): Problem | undefined {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin === undefined && sites.has(site)) return undefined
  return new Problem(
    'forbidden-origin',
    'the request comes from a web page (Origin or Sec-Fetch-Site)',
  )
}

function forwardingProblem(request: IncomingMessage): Problem | undefined {
  const header = FORWARDING_HEADERS.find((name) => request.headers[name] !== undefined)
  if (header === undefined) return undefined
  return new Problem(
    'forwarded-request',
    `the request was forwarded by a proxy (${header}); call the sidecar directly`,
  )
}

function tokenProblem(
  request: IncomingMessage,
  acceptsToken: (text: string) => boolean,
): Problem | undefined {
  const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ')
  const isOne = rest.length === 0 && timesSent(request, 'authorization') < 2
  const given = scheme?.toLowerCase() === 'bearer' && isOne ? (token ?? '') : ''
  if (acceptsToken(given)) return undefined
  return new Problem('unauthorized', 'send the access token as Authorization: Bearer TOKEN', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  })
}
