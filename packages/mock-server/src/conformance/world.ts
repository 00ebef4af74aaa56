import { sampleUsers } from '../samples.ts'

/** A known user without tags. */
export const untagged = 'user-1'

/** A known RegistrationID without tags; only rows about changes name it. */
export const device = '0a9e1b2c-5d3f-4a6b-8c7d-9e0f1a2b3c4d'

/** The users that a conformance row finds, and their tags. */
export const conformanceUsers: ReadonlyMap<string, readonly string[]> = new Map([
  ...sampleUsers,
  [untagged, []],
  [device, []],
])
