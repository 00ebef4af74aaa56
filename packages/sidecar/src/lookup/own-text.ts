/** V8 copies parts shorter than this. */
const SLICED_MIN_LENGTH = 13

/**
 * Returns the same text in memory of its own. An id that was cut out of a URL is a view of it: kept in a cache, it would keep the whole URL, which
 * the caller may have made 16 KiB long. The text has to be well-formed, as user ids are.
 */
export function ownText(text: string): string {
  return text.length < SLICED_MIN_LENGTH ? text : Buffer.from(text).toString()
}
