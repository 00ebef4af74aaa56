import { writeFile } from 'node:fs/promises'

import { type Findings, markdown, REACHED, type Row } from './findings.ts'
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
connections; where a rate is named, an open loop, timed from the moment that a request was due). What is compared alternates in slices, in an order that turns round;
ratios are medians over the slices that were made beside each other. Where the table counts clean slices, one beside which a 40 ms busy loop on either core lost more
than 15 % is dropped, unless fewer than three are left. CPU time is what the server's process used, user and system. Where the generator is busy to its limit and the server is not, the ratio of CPU times is
the one to read; where neither is, others had the machine, and no clean slices say so too. More in [README.md](README.md).`

/** How the works of the last table begin, in its order: from the cheapest to the largest. What is not named follows. */
const ORDER = [
  '`GET`',
  'the same over a Unix socket',
  '`batchGet` of 100 cached users, hot',
  '`batchGet` of 100 cached users from',
  'idle miss',
  '8,000 missing',
  'most missing',
  'Zipf',
  'worst trailing second',
]

/** Returns the table that stands at the end, what stands in the way where a bound is not reached, and the seconds of each part. */
export function summary(parts: readonly PartResult[]): string {
  const rows = parts
    .flatMap(({ findings }) => findings.rows)
    .toSorted((one, other) => placeOf(one) - placeOf(other))
  const seconds = parts.map((part) => `${part.name} ${part.seconds.toFixed(0)} s`).join(', ')
  if (rows.length === 0) return `No bound was measured. ${seconds}.`
  const cells = ({ work, figure, bound, verdict, against }: Row): readonly string[] => [
    work,
    figure,
    bound,
    verdict,
    against,
  ]
  const missed = rows.filter(({ verdict }) => verdict !== REACHED)
  const obstacles = missed.map(
    ({ work, obstacle = 'see [profiles.md](profiles.md)' }) => `- ${work}: ${obstacle}`,
  )
  return [
    markdown([['work', 'figure', 'must', '', 'against'], ...rows.map(cells)]),
    ...(missed.length === 0 ? [] : [`In the way of what was missed:\n\n${obstacles.join('\n')}`]),
    `Took: ${seconds}.`,
  ].join('\n\n')
}

function placeOf({ work }: Row): number {
  const place = ORDER.findIndex((beginning) => work.startsWith(beginning))
  return place < 0 ? ORDER.length : place
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
