/** What an account is: a user, or one device on which an app is installed. */
export type AccountType = 'user-id' | 'registration-id'

const REGISTRATION_ID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i

/**
 * Tells the type of an account by its form. A RegistrationID is a UUID of 36 characters, as in the
 * samples of document 1047/60568; a UserID has at most 32 bytes (1047/34385), so none is taken for
 * the other.
 */
export function accountTypeOf(account: string): AccountType {
  return REGISTRATION_ID.test(account) ? 'registration-id' : 'user-id'
}
