/**
 * Returns the `count` words nearest to `word`, nearest first: what somebody who mistyped may have
 * meant. Those with more than `distanceMax` letters added, lost or changed are no such words; by
 * default all are.
 */
export function nearest(
  word: string,
  words: Iterable<string>,
  count: number,
  distanceMax = Infinity,
): string[] {
  return [...words]
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ distance }) => distance <= distanceMax)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate)
}

/** Levenshtein's distance, row by row. */
function editDistance(from: string, to: string): number {
  const target = Array.from(to)
  let row = Array.from({ length: target.length + 1 }, (_, column) => column)
  for (const [index, letter] of Array.from(from).entries()) {
    let left = index + 1
    const next = [left]
    for (const [column, other] of target.entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1)
      left = Math.min(replaced, left + 1, (row[column + 1] ?? 0) + 1)
      next.push(left)
    }
    row = next
  }
  return row.at(-1) ?? 0
}
