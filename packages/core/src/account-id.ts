/**
 * Returns `id` if it can name an account: a string of 1 to `maxBytes` UTF-8 bytes, well-formed,
 * without control characters. Throws a TypeError or RangeError otherwise, which says what is wrong
 * and never quotes the id: ids are data about people.
 */
export function accountId(name: string, id: string, maxBytes: number): string {
  if (typeof id !== 'string') throw new TypeError(`${name}: expected a string, got ${typeof id}`)
  const bytes = Buffer.byteLength(id)
  if (bytes === 0 || bytes > maxBytes) {
    throw new RangeError(`${name}: expected 1 to ${maxBytes} UTF-8 bytes, got ${bytes}`)
  }
  if (!id.isWellFormed()) throw new RangeError(`${name}: expected well-formed UTF-16`)
  // The text under a UserSig has no escaping: a newline in an id would sign a line of its own.
  if (/\p{Cc}/u.test(id)) throw new RangeError(`${name}: expected no control characters`)
  return id
}
