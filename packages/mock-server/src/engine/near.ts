/**
 * Returns the words near to `word`, nearest first and at most `count`: what somebody who mistyped
 * may have meant. Near is a word that one mistake in every three letters, begun ones included,
 * leads to; there may be none.
 */
export function nearest(word: string, words: Iterable<string>, count: number): string[] {
  const mistakesMax = Math.ceil(Array.from(word).length / 3)
  return [...words]
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ distance }) => distance <= mistakesMax)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate)
}

/** The end of a message about a word that does not exist: `; near: ` and words, or nothing. */
export function nearNote(near: readonly string[]): string {
  return near.length === 0 ? '' : `; near: ${near.join(', ')}`
}

/** Counts letters added, left out, replaced, or swapped with their neighbour, row by row. */
function editDistance(from: string, to: string): number {
  const source = Array.from(from)
  const target = Array.from(to)
  let beforeLast: number[] = []
  let row = Array.from({ length: target.length + 1 }, (_, column) => column)
  for (const [index, letter] of source.entries()) {
    let left = index + 1
    const next = [left]
    for (const [column, other] of target.entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1)
      const isSwap = letter === target[column - 1] && source[index - 1] === other
      const swapped = isSwap ? (beforeLast[column - 1] ?? 0) + 1 : Infinity
      left = Math.min(replaced, swapped, left + 1, (row[column + 1] ?? 0) + 1)
      next.push(left)
    }
    beforeLast = row
    row = next
  }
  return row.at(-1) ?? 0
}
