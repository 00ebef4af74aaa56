export { connectMock, ControlError } from './control/http-control.ts'
export type {
  ClockReading,
  FaultState,
  Health,
  MockControl,
  Requests,
} from './control/mock-control.ts'
export type { AppCredentials } from './engine/app.ts'
export type { IssuedUserSig, UserSigVariant, UserSigWish } from './engine/issue-usersig.ts'
export type { JournalEntry, JournalFilter } from './engine/journal.ts'
export type { SettingsChange, WrittenSettings } from './engine/settings.ts'
export type { Snapshot } from './engine/snapshot.ts'
export type { Users } from './engine/store.ts'
export { VerificationError } from './engine/verification.ts'
export type { AccountCalls, Expectation } from './engine/verification.ts'
export type { AppWish } from './new-app.ts'
