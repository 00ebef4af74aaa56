import type { LiveSettings } from './live-settings.ts'
import type { Target } from './request.ts'
import type { Row } from './row.ts'
import { runRow } from './run-row.ts'

/** What came of one row. */
export interface LiveResult {
  readonly row: Row
  /** `held`, `differs`, or `not run` because the row is not for the real service. */
  readonly outcome: 'held' | 'differs' | 'not run'
  /** What differs, or why it was not run. */
  readonly lines: readonly string[]
}

/** At most four calls in a second, a twenty-fifth of what the documents allow. */
const PAUSE_MS = 250

const TIMEOUT_MS = 10_000

/**
 * Tries the rows on the service that the settings name, one call at a time, and yields each result
 * as it comes. Rows that are not marked for that are not tried. `pause` waits so many milliseconds.
 */
export async function* liveRun(
  rows: readonly Row[],
  { credentials, baseUrl }: LiveSettings,
  pause: (ms: number) => Promise<unknown>,
): AsyncGenerator<LiveResult, void> {
  const send: Target['send'] = async (request) => {
    await pause(PAUSE_MS)
    return fetch(request, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
  }
  const target = { credentials, baseUrl, wallMs: () => Date.now(), send }
  for (const row of rows) {
    yield row.live === 'yes'
      ? await tried(row, target)
      : { row, outcome: 'not run', lines: [row.live] }
  }
}

/** Writes a result for a terminal: a line for the row, and one for each difference. */
export function printLiveResult({ row, outcome, lines }: LiveResult): string {
  switch (outcome) {
    case 'held':
      return `  held     ${row.id}`
    case 'not run':
      return `  not run  ${row.id}  ${lines.join()}`
    case 'differs':
      return [
        `  DIFFERS  ${row.id} (${row.confidence}, ${row.source})`,
        `           ${row.fact}`,
        `         - ${row.expected.says}`,
        ...lines.map((line) => `         + ${line}`),
      ].join('\n')
  }
}

async function tried(row: Row, target: Target): Promise<LiveResult> {
  const lines = await differencesOf(row, target)
  return { row, outcome: lines.length === 0 ? 'held' : 'differs', lines }
}

// Of an error only its code is shown: messages may hold the URL, and with it the UserSig.
async function differencesOf(row: Row, target: Target): Promise<readonly string[]> {
  try {
    return await runRow(row, target)
  } catch (error) {
    return [`no answer: ${codeOf(error)}`]
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause === undefined ? error.name : codeOf(error.cause)
}
