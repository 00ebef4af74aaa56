/** Words of a name, lower case, without a prefix: `--cache-max`, `TAGSIDE_CACHE_MAX` and `cacheMax` are all `cache`, `max`. */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(/^-+|^TAGSIDE_/i, '')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')
}

/** Reports whether two names are one, spelt in two ways. */
export function isSpelling(name: string, other: string): boolean {
  return wordsOf(name).join('') === wordsOf(other).join('')
}

/** More than this many equally good guesses are none. */
const NEAR_MAX = 3
/** Names are short; what is longer is not a misspelt one, and comparing it would take long. */
const CHARACTERS_MAX = 60

/**
 * Returns the names that may have been meant by `given`, best first; none if none is near. The spelling does not count, so that `calls_per_second`
 * is `callsPerSecond`; then up to a third of the characters may be wrong; then names that share words are near.
 */
export function nearNames(given: string, names: readonly string[]): readonly string[] {
  const words = given.length > CHARACTERS_MAX ? [] : wordsOf(given)
  const letters = words.join('')
  if (letters === '') return []
  const distances = names.map((name) => distance(letters, wordsOf(name).join('')))
  const least = Math.min(...distances)
  if (least <= Math.min(3, Math.floor((letters.length + 1) / 3)))
    return fewOrNone(names.filter((_, index) => distances[index] === least))
  return fewOrNone(names.filter((name) => shareWords(words, wordsOf(name))))
}

function fewOrNone(names: readonly string[]): readonly string[] {
  return names.length <= NEAR_MAX ? names : []
}

/** All words of one are in the other, whole or, from three letters on, begun. */
function shareWords(some: readonly string[], others: readonly string[]): boolean {
  return areAllIn(some, others) || areAllIn(others, some)
}

function areAllIn(words: readonly string[], others: readonly string[]): boolean {
  const isIn = (word: string): boolean =>
    others.some((other) => other === word || (word.length >= 3 && other.startsWith(word)))
  return words.every((word) => isIn(word))
}

/**
 * Returns how many letters have to be inserted, left out, replaced or swapped with their neighbour to make `to` of `from` (optimal string alignment: no
 * place is edited twice).
 */
export function distance(from: string, to: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const isSame = from[i - 1] === to[j - 1]
      const isSwapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      row[j] = Math.min(
        at(row, j - 1) + 1,
        at(last, j) + 1,
        at(last, j - 1) + (isSame ? 0 : 1),
        isSwapped ? at(beforeLast, j - 2) + 1 : Infinity,
      )
    }
    beforeLast = last
    last = row
  }
  return at(last, to.length)
}

const at = (row: readonly number[], index: number): number => row[index] ?? Infinity
