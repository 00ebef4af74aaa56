/**
 * Tries the conformance table on the service that the environment names, reading only, four calls a
 * second: `pnpm conformance:live`. Status 0 if every row held, or if there are no credentials and
 * nothing was run; 1 if a row differs; 2 if the environment is wrong.
 */
import { setTimeout as pause } from 'node:timers/promises'

import {
  conformanceRows,
  conformanceUsers,
  liveRun,
  type LiveSettings,
  LiveSettingsError,
  printLiveResult,
  readLiveSettings,
} from '../packages/mock-server/src/conformance/index.ts'

process.exitCode = await main()

async function main(): Promise<number> {
  try {
    return await run(readLiveSettings(process.env))
  } catch (error) {
    if (!(error instanceof LiveSettingsError)) throw error
    console.log(`NOTHING WAS RUN: ${error.message}.`)
    console.log('The four variables are those of an app whose administrator may call get_tag.')
    return error.code === 'absent' ? 0 : 2
  }
}

async function run(settings: LiveSettings): Promise<number> {
  const counts = { held: 0, differs: 0, 'not run': 0 }
  console.log(`The conformance table, tried on ${settings.baseUrl}`)
  for await (const result of liveRun(conformanceRows, settings, pause)) {
    counts[result.outcome] += 1
    console.log(printLiveResult(result))
  }
  console.log(`${counts.held} held, ${counts.differs} differ, ${counts['not run']} not run`)
  if (counts.differs === 0) return 0
  console.log(`The rows are about an app with these users, which this command cannot create:`)
  for (const [user, tags] of conformanceUsers) console.log(`  ${user}: ${tags.join(', ') || '-'}`)
  return 1
}
