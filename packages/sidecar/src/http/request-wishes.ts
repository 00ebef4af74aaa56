import type { LookupWishes } from '../lookup/tag-lookup.ts'
import { Problem } from './problem.ts'

/** A caller may ask for more or less time than the configured deadline, up to this. */
const DEADLINE_MAX_MS = 10_000

interface WishHeaders {
  readonly cacheControl: string | undefined
  readonly timeoutMs: string | undefined
}

/**
 * Reads what a caller wishes of the cache and of time: `Cache-Control` (RFC 9111: no-cache, max-age, only-if-cached;
 * RFC 5861: stale-if-error) and `X-Request-Timeout-Ms`. Other directives are ignored, as the RFC demands; a directive that
 * is ours but malformed is a {@link Problem}.
 */
export function requestWishes(headers: WishHeaders, now: number, deadlineMs: number): LookupWishes {
  const timeoutMs =
    headers.timeoutMs === undefined ? deadlineMs : requestTimeoutMs(headers.timeoutMs)
  const wishes = { deadlineMs: now + timeoutMs }
  if (headers.cacheControl === undefined) return wishes
  return { ...wishes, ...cacheWishes(headers.cacheControl) }
}

function requestTimeoutMs(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new Problem(
      'invalid-request',
      'X-Request-Timeout-Ms: expected a whole number of milliseconds, 1 to 10000',
    )
  }
  return Math.min(Number(text), DEADLINE_MAX_MS)
}

function cacheWishes(header: string): Omit<LookupWishes, 'deadlineMs'> {
  const wishes: { -readonly [Wish in keyof LookupWishes]?: LookupWishes[Wish] } = {}
  for (const directive of header.split(',')) {
    const [name = '', value] = directive.trim().split('=', 2)
    switch (name.toLowerCase()) {
      case 'no-cache':
        wishes.noCache = true
        break
      case 'only-if-cached':
        wishes.onlyIfCached = true
        break
      case 'max-age':
        wishes.maxAgeMs = seconds(name, value) * 1_000
        break
      case 'stale-if-error':
        wishes.staleIfErrorMs = seconds(name, value) * 1_000
        break
      default:
    }
  }
  return wishes
}

function seconds(name: string, value: string | undefined): number {
  const text = value?.replaceAll('"', '') ?? ''
  if (!/^\d+$/.test(text)) {
    throw new Problem(
      'invalid-request',
      `Cache-Control: expected ${name}=SECONDS, a whole number of seconds`,
    )
  }
  return Number(text)
}
