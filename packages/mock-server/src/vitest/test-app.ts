import type { App, AppCredentials } from '../engine/app.ts'
import type { FaultRules } from '../engine/fault-rules.ts'
import type { JournalEntry, JournalFilter } from '../engine/journal.ts'
import type { RefereeStats } from '../engine/referee.ts'
import type { TagStore } from '../engine/store.ts'

/** The app of one test, which no other test knows. */
export interface TestApp {
  /** What the client under test is to be configured with. */
  readonly credentials: AppCredentials
  /** At first the users of the fake. */
  readonly users: TagStore
  readonly faults: FaultRules
  /** How the app has been treated. */
  readonly stats: RefereeStats
  /** The last 1,000 calls of this app, or those of them that pass the filter, oldest first. */
  requests(filter?: JournalFilter): readonly JournalEntry[]
}

export function testApp(app: App): TestApp {
  const { credentials, users, faults } = app
  return {
    credentials,
    users,
    faults,
    get stats() {
      return app.referee.stats
    },
    requests: (filter) => app.journal.entries(filter),
  }
}
