import type { TagResult } from './tag-results.ts'

/** Returns results as a table for people. Nothing in it can move their cursor or hide what is written: users and tags come from strangers. */
export function tagTable(results: readonly TagResult[], nowMs: number): string {
  const rows = [['USER', 'AGE', 'TAGS'], ...results.map((result) => row(result, nowMs))]
  const widths = [0, 1].map((column) =>
    Math.max(...rows.map((cells) => width(cells[column] ?? ''))),
  )
  return rows
    .map(([user = '', age = '', tags = '']) => [
      padded(user, widths[0]),
      padded(age, widths[1]),
      tags,
    ])
    .map((cells) => `${cells.join('  ').trimEnd()}\n`)
    .join('')
}

function row(result: TagResult, nowMs: number): readonly string[] {
  const user = visible(result.user)
  if ('error' in result)
    return [user, '-', `${visible(result.error.code)}: ${visible(result.error.message)}`]
  const age = ageText(nowMs - Date.parse(result.fetchedAt))
  const tags = result.tags.length === 0 ? '(none)' : result.tags.map(visible).join(', ')
  return [user, result.stale === true ? `${age}, stale` : age, tags]
}

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
]

/** In its largest whole unit: a table is not the place for more. */
function ageText(ageMs: number): string {
  const [name, ms] = UNITS.find(([, least]) => ageMs >= least) ?? ['s', 1_000]
  return `${Math.max(0, Math.floor(ageMs / ms))}${name}`
}

/** Control, formatting and separating characters, private ones and halves of pairs as `\u{1b}`. */
function visible(text: string): string {
  return text.replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

/** Most of East Asia's characters and the emoji take two columns of a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

function width(text: string): number {
  let columns = 0
  for (const character of text.replaceAll(/\p{M}/gu, '')) columns += WIDE.test(character) ? 2 : 1
  return columns
}

function padded(text: string, columns = 0): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)))
}
