const seconds = /^\d{1,9}$/
/** The one form of HTTP date that is still sent (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * Returns how long a `Retry-After` header asks to wait, in milliseconds; 0 for a date gone by,
 * undefined where there is no header or none that can be read. `nowMs` is wall-clock time.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  if (seconds.test(header)) return Number(header) * 1000
  const dateMs = httpDate.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs)
}
