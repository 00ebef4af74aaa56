import { createFakeTencent, type FakeTencent, type FakeTencentOptions } from '@tagside/mock-server'

/** Seed of the draws; if it is absent, nothing is drawn. Set by `pnpm test:ambiguity`. */
const { AMBIGUITY_SEED } = process.env

/**
 * Creates the fake Tencent that stands behind a sidecar. With a number in `AMBIGUITY_SEED` it draws by chance whatever
 * Tencent's documents leave open, but for the one thing that most tests are about in passing: the current documents (1047/67820)
 * name an unknown account in `ErrorList` with 70107. What the sidecar makes of other answers are tests of their own.
 */
export function createFakeUpstream(options: FakeTencentOptions = {}): FakeTencent {
  return createFakeTencent({ ...drawn(), ...options })
}

function drawn(): FakeTencentOptions {
  if (AMBIGUITY_SEED === undefined) return {}
  const randomSeed = Number(AMBIGUITY_SEED)
  return { ambiguity: 'random', unknownAccounts: 'error-list', randomSeed }
}
