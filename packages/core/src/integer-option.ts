/** Returns `value` if it is an integer within the range, both ends included. Throws what else it is. */
export function integerOption(
  name: string,
  value: number,
  { min, max = Number.MAX_SAFE_INTEGER }: { readonly min: number; readonly max?: number },
): number {
  const expectation = `${name}: expected an integer from ${min} to ${max}`
  if (typeof value !== 'number') throw new TypeError(`${expectation}, got ${typeof value}`)
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${expectation}, got ${value}`)
  }
  return value
}
