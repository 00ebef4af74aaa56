import * as v from 'valibot'

import type { LookupWishes } from '../lookup/tag-lookup.ts'
import { accepted } from './accepted.ts'

/** A caller may ask for more or less time than the configured deadline, up to this. */
const DEADLINE_MAX_MS = 10_000

/** The header `X-Request-Timeout-Ms`, in milliseconds. More than the longest deadline counts as that. */
export const requestTimeoutMs = v.pipe(
  v.string(),
  v.check(
    (text) => /^[1-9]\d*$/.test(text),
    'X-Request-Timeout-Ms: expected a whole number of milliseconds, 1 to 10000',
  ),
  v.metadata({ type: 'integer', minimum: 1, maximum: DEADLINE_MAX_MS }),
  v.transform((text) => Math.min(Number(text), DEADLINE_MAX_MS)),
)

const DIRECTIVE = '(?:no-cache|only-if-cached|(?:max-age|stale-if-error)=[0-9]{1,9})'

/** The header `Cache-Control`. The pattern shows the directives that mean something here; whatever else is in the header is ignored. */
export const cacheControl = v.pipe(
  v.string(),
  v.metadata({
    pattern: `^${DIRECTIVE}(?:, ?${DIRECTIVE})*$`,
  }),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const wishes = cacheWishes(dataset.value)
    if (!('malformed' in wishes)) return wishes
    addIssue({
      message: `Cache-Control: expected ${wishes.malformed}=SECONDS, a whole number of seconds`,
    })
    return NEVER
  }),
)

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
    headers.timeoutMs === undefined ? deadlineMs : accepted(requestTimeoutMs, headers.timeoutMs)
  const wishes = { deadlineMs: now + timeoutMs }
  if (headers.cacheControl === undefined) return wishes
  return { ...wishes, ...accepted(cacheControl, headers.cacheControl) }
}

type CacheWishes = Omit<LookupWishes, 'deadlineMs'>

/** Returns the wishes, or which directive is malformed. */
function cacheWishes(header: string): CacheWishes | { readonly malformed: string } {
  const wishes: { -readonly [Wish in keyof CacheWishes]?: CacheWishes[Wish] } = {}
  for (const directive of header.split(',')) {
    const [name = '', value] = directive.trim().split('=', 2)
    const wish = name.toLowerCase()
    if (wish === 'no-cache') wishes.noCache = true
    else if (wish === 'only-if-cached') wishes.onlyIfCached = true
    else if (wish === 'max-age' || wish === 'stale-if-error') {
      const ms = milliseconds(value)
      if (ms === undefined) return { malformed: name }
      wishes[wish === 'max-age' ? 'maxAgeMs' : 'staleIfErrorMs'] = ms
    }
  }
  return wishes
}

function milliseconds(seconds: string | undefined): number | undefined {
  const text = seconds?.replaceAll('"', '') ?? ''
  return /^\d+$/.test(text) ? Number(text) * 1_000 : undefined
}
