export const REACHED = 'reached'
const MISSED_BY = 'missed by '

/** One line of the table that stands at the end: a piece of work, its figure, and whether the bound is reached. */
export interface Row {
  readonly work: string
  readonly against: string
  /** The figure, ratio first. */
  readonly figure: string
  readonly bound: string
  /** `reached`, or `missed by` and how much. */
  readonly verdict: string
  /** What the profile says stands in the way, for the case that the bound is not reached. */
  readonly obstacle?: string
}

/** Figures beside the rows: the first line of cells names the columns. */
export interface Table {
  readonly title: string
  readonly lines: readonly (readonly string[])[]
}

/** What a part of the benchmark found. */
export interface Findings {
  readonly rows: readonly Row[]
  readonly tables: readonly Table[]
  /** What is missing, what was dropped, what to know when reading the figures. */
  readonly notes: readonly string[]
}

/** Returns the findings of several measurements as one. */
export function joined(parts: readonly Findings[]): Findings {
  return {
    rows: parts.flatMap(({ rows }) => rows),
    tables: parts.flatMap(({ tables }) => tables),
    notes: parts.flatMap(({ notes }) => notes),
  }
}

/** Says whether a figure is at least its bound, or by how much it is not. */
export function atLeast(figure: number, bound: number): string {
  if (figure >= bound) return REACHED
  return `${MISSED_BY}${percent((bound - figure) / bound)}`
}

/** Says whether a figure is at most its bound, or by how much it is not. */
export function atMost(figure: number, bound: number): string {
  if (figure <= bound) return REACHED
  return `${MISSED_BY}${percent((figure - bound) / bound)}`
}

/** Joins verdicts: reached only where all are. */
export function all(...verdicts: readonly string[]): string {
  const [first, ...others] = verdicts.filter((verdict) => verdict !== REACHED)
  if (first === undefined) return REACHED
  return [first, ...others.map((verdict) => verdict.replace(MISSED_BY, ''))].join(', ')
}

export function percent(share: number): string {
  return Number.isNaN(share) ? 'an unknown share' : `${(share * 100).toFixed(1)} %`
}

/** Returns a table in Markdown, with columns as wide as they need to be read as they are. */
export function markdown(lines: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = lines
  const widths = head.map((_, column) =>
    Math.max(3, ...lines.map((cells) => (cells[column] ?? '').length)),
  )
  const line = (cells: readonly string[], filler = ' '): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, filler)).join(' | ')} |`
  return [line(head), line([], '-'), ...rest.map((cells) => line(cells))].join('\n')
}
