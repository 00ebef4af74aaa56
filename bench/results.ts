import { writeFile } from 'node:fs/promises'

import { type Findings, markdown, type Row } from './findings.ts'
import { machineText } from './machine.ts'
import { benchFile } from './processes.ts'

/** What one part came to: its findings, or what it printed, or why it failed. */
export interface PartResult {
  readonly name: string
  readonly seconds: number
  readonly findings: Findings
  readonly printed: readonly string[]
}

const METHOD = `Every server is a process of its own, started anew for each part and each generation, and so is the load generator (closed loop over keep-alive
connections; where a rate is named, an open loop, timed from the moment that a request was due). What is compared alternates in slices of a second, in an order
that turns round; ratios are medians over the slices that were made beside each other. A slice beside which a 40 ms busy loop on either core lost more than 15 % is
dropped, unless fewer than three are left. CPU time is what the server's process used, user and system.`

/** Returns the table that stands at the end. */
export function summary(parts: readonly PartResult[]): string {
  const rows = parts.flatMap(({ findings }) => findings.rows)
  if (rows.length === 0) return 'No bound was measured.'
  const cells = (row: Row): readonly string[] => [
    row.work,
    row.figure,
    row.bound,
    row.verdict,
    row.against,
  ]
  return markdown([['work', 'figure', 'must', '', 'against'], ...rows.map(cells)])
}

/** Writes bench/results.md. */
export async function writeResults(parts: readonly PartResult[]): Promise<void> {
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0)
  const text = [
    '# Results',
    `${new Date().toISOString().slice(0, 10)} on ${machineText()}. Written by \`pnpm bench\` in ${seconds.toFixed(0)} s.`,
    METHOD,
    summary(parts),
    ...parts.flatMap(sectionOf),
  ]
  await writeFile(benchFile('results.md'), `${text.join('\n\n')}\n`)
}

function sectionOf({ name, seconds, findings, printed }: PartResult): readonly string[] {
  return [
    `## ${name} (${seconds.toFixed(0)} s)`,
    ...findings.tables.map(({ title, lines }) => `${title}:\n\n${markdown(lines)}`),
    ...(printed.length === 0 ? [] : [`\`\`\`text\n${printed.join('\n')}\n\`\`\``]),
    ...(findings.notes.length === 0 ? [] : [findings.notes.map((note) => `- ${note}`).join('\n')]),
  ]
}
