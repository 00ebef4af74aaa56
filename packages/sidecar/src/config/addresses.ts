import { isIP, isIPv4 } from 'node:net'

import { INVALID, type ValueKind } from './value-kinds.ts'

/** Where a listener accepts connections. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** `127.0.0.1:7430`, `[::1]:7430`, `localhost:0` (0 picks a port) or `unix:/path/to.sock`. */
export const listenAddress: ValueKind<ListenAddress> = {
  expected: 'HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:7430, or unix:/path/to.sock',
  placeholder: 'ADDRESS',
  parse: parseListenAddress,
  guesses: guessedAddresses,
}

/** The same, or `off`. */
export const listenAddressOrOff: ValueKind<ListenAddress | 'off'> = {
  expected: `${listenAddress.expected}, or off`,
  placeholder: 'ADDRESS',
  parse: (text) => (text === 'off' ? text : parseListenAddress(text)),
  guesses: (text) =>
    /^(off|no|none|false|disabled?)$/i.test(text) ? ['off'] : guessedAddresses(text),
}

/** A port alone, a URL, a path alone, IPv6 without brackets, and a star for every address. */
function guessedAddresses(text: string): readonly string[] {
  const plain = text.replace(/^[a-z]+:\/\/(?=[^/])/i, '').replace(/\/$/, '')
  const [, ipv6, port = ''] = /^([\da-f:]*:[\da-f:]*):(\d+)$/i.exec(plain) ?? []
  return [
    plain.replace(/^\*(?=:)/, '0.0.0.0'),
    plain.replace(/^:?(?=\d+$)/, '127.0.0.1:'),
    `unix:${plain}`,
    ...(ipv6 === undefined ? [] : [`[${ipv6}]:${port}`]),
  ]
}

/** A Unix socket's path is bounded by the kernel: 107 bytes and a NUL on Linux. */
const SOCKET_PATH_MAX_BYTES = 107

function parseListenAddress(text: string): ListenAddress | typeof INVALID {
  const [, path] = /^unix:(\/.+)$/.exec(text) ?? []
  if (path !== undefined) {
    return Buffer.byteLength(path) <= SOCKET_PATH_MAX_BYTES ? { kind: 'unix', path } : INVALID
  }
  const [, bracketed, plain, port] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) > 65_535) return INVALID
  return { kind: 'tcp', host, port: Number(port) }
}

/** Reports whether only this machine can connect. */
export function isLocal(address: ListenAddress): boolean {
  return address.kind === 'unix' || isLoopbackHost(address.host)
}

function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  return name === 'localhost' || name === '::1' || (name.startsWith('127.') && isIPv4(name))
}

/** Reports whether two listeners cannot both have these addresses. Of names of hosts only their spelling is known. */
export function areInConflict(one: ListenAddress, other: ListenAddress): boolean {
  if (one.kind === 'unix' || other.kind === 'unix')
    return one.kind === 'unix' && other.kind === 'unix' && one.path === other.path
  if (one.port !== other.port || one.port === 0) return false
  return one.host === other.host || takesAll(one.host, other.host) || takesAll(other.host, one.host)
}

/** Reports whether a wide address takes the port on another one too; `::` takes it for IPv4 as well. */
function takesAll(wide: string, host: string): boolean {
  if (wide === '::') return isIP(host) !== 0
  return wide === '0.0.0.0' && isIP(host) === 4
}

/** Reports whether a request to this URL would arrive at a listener with this address. */
export function isReachedBy(address: ListenAddress, url: URL): boolean {
  if (address.kind === 'unix' || address.port === 0 || !isLoopbackHost(url.hostname)) return false
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isSameHost = host === 'localhost' ? isLoopbackHost(address.host) : host === address.host
  return port === address.port && (isSameHost || takesAll(address.host, host))
}

export function addressText(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}

/** A base URL; without encryption only on this machine, because the signature in it is the app's admin right. */
export const upstreamUrl: ValueKind<URL> = {
  expected: 'an https: URL without user, query or fragment (http: only for loopback)',
  placeholder: 'URL',
  guesses: (text) => [`https://${text.replace(/^http:\/\//, '')}`],
  parse: (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || url.username !== '' || url.search !== '' || url.hash !== '')
      return INVALID
    const isSafe =
      url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
    return isSafe && url.password === '' ? url : INVALID
  },
}
