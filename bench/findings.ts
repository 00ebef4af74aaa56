/** One line of the table that stands at the end: a piece of work, its figure, and whether the bound is reached. */
export interface Row {
  readonly work: string
  readonly against: string
  /** The figure, ratio first. */
  readonly figure: string
  readonly bound: string
  /** `reached`, or `missed by` and how much. */
  readonly verdict: string
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
  if (figure >= bound) return 'reached'
  return `missed by ${percent((bound - figure) / bound)}`
}

/** Says whether a figure is at most its bound, or by how much it is not. */
export function atMost(figure: number, bound: number): string {
  if (figure <= bound) return 'reached'
  return `missed by ${percent((figure - bound) / bound)}`
}

/** Says the worst of several verdicts: reached only where all are. */
export function all(...verdicts: readonly string[]): string {
  return verdicts.find((verdict) => verdict !== 'reached') ?? 'reached'
}

export function percent(share: number): string {
  return Number.isNaN(share) ? 'an unknown share' : `${(share * 100).toFixed(1)} %`
}

/** Returns a table in Markdown. */
export function markdown(lines: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = lines
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rest.map(line)].join('\n')
}
