/** A Random returns a number from 0 (included) to 1 (excluded). */
export type Random = () => number

/** A Random that can be put aside: `createRandom(seed())` goes on where this one is. */
export interface Generator extends Random {
  seed(): number
}

/** Returns the generator mulberry32: the same 32-bit `seed`, the same numbers. */
export function createRandom(seed: number): Generator {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return Object.assign(next, { seed: () => state })
}

/** Returns the items in another order (Fisher–Yates). */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const rest = [...items]
  const drawn: Item[] = []
  while (rest.length > 0) drawn.push(...rest.splice(Math.floor(random() * rest.length), 1))
  return drawn
}
