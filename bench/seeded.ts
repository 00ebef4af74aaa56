/** Returns a generator of numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Returns a generator of ranks 0 to `count` - 1 that are drawn with a probability of 1 / (rank + 1) ** exponent. */
export function zipf(count: number, exponent: number, random: () => number): () => number {
  const cumulated = new Float64Array(count)
  let sum = 0
  for (let rank = 0; rank < count; rank += 1) cumulated[rank] = sum += (rank + 1) ** -exponent
  return () => {
    const wanted = random() * sum
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((cumulated[middle] ?? 0) < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Returns a generator of log-normal values around a median. */
export function logNormal(median: number, sigma: number, random: () => number): () => number {
  return () =>
    median *
    Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
}
