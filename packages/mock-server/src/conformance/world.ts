import { sampleUsers } from '../samples.ts'

/** A known user without tags. */
export const untagged = 'user-1'

/** The users that a conformance row finds, and their tags. */
export const conformanceUsers: ReadonlyMap<string, readonly string[]> = new Map([
  ...sampleUsers,
  [untagged, []],
])
