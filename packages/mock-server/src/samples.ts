import type { AppCredentials } from './engine/app.ts'

/**
 * The secret key of the sample app. It is published here, opens nothing, and must never sign
 * anything real.
 */
export const developmentSecretKey =
  '746167736964652d646576656c6f706d656e742d6b65792d6e6f736563726574'

/** The app that a fake has when it is given none. */
export const sampleApp: AppCredentials = {
  sdkAppId: 1_400_000_000,
  secretKey: developmentSecretKey,
  adminId: 'administrator',
}

/**
 * The users that a fake has when it is given none; the ids and tags of Tencent document 1047/60567.
 */
export const sampleUsers: ReadonlyMap<string, readonly string[]> = new Map([
  ['xiaoming', ['GoldMember', 'WeekPassUser']],
  ['xiaohong', ['PlatinumMember', 'MonthPassUser']],
])
