import { regions } from './regions.ts'
import type { Region } from './regions.ts'

/** Where to call: the host of a Region, or any base URL, which may have a path of its own. */
export type Destination =
  | { readonly region: Region; readonly baseUrl?: never }
  | { readonly baseUrl: string | URL; readonly region?: never }

/**
 * Returns the URL under which Tencent's paths lie. Throws a TypeError unless exactly one of
 * `region` and `baseUrl` is given and it is `https:`, or `http:` to this machine, as the UserSig
 * travels in the URL. The messages do not quote the base URL: a bad one may carry a password.
 */
export function baseUrlOf({ region, baseUrl }: Destination): URL {
  if ((region === undefined) === (baseUrl === undefined)) {
    throw new TypeError('expected exactly one of region and baseUrl')
  }
  if (region !== undefined) return regionUrl(region)

  const url = URL.parse(String(baseUrl))
  if (url === null) throw new TypeError('baseUrl: expected an absolute URL')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new TypeError(
      `baseUrl: expected https:, or http: to a loopback host, got ${url.protocol}//${url.host}`,
    )
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError('baseUrl: expected no user, password, query or fragment')
  }
  return url
}

function regionUrl(region: Region): URL {
  if (!Object.hasOwn(regions, region)) {
    const known = Object.keys(regions).join(', ')
    throw new TypeError(`region: expected one of ${known}, got ${region}`)
  }
  return new URL(regions[region].baseUrl)
}

/** By name or literal address alone: what a name resolves to may change after it was looked at. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
