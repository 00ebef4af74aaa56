/** A RegistrationID is 36 characters and may be longer; a UserID is at most 32 bytes (Tencent documents 1047/34381, 1047/60568). */
export const USER_ID_MAX_BYTES = 128

/**
 * Says what is wrong with a user id, or undefined if it may be sent. Ids are compared byte for byte
 * and never normalised. The text never repeats the id.
 */
export function userIdProblem(value: unknown): string | undefined {
  if (typeof value !== 'string')
    return `is ${value === null ? 'null' : `of type ${typeof value}`}, expected a string`
  if (value === '') return 'is empty'
  // Never longer in bytes than three times its UTF-16 length, so that most ids need no counting.
  if (value.length * 3 > USER_ID_MAX_BYTES && Buffer.byteLength(value) > USER_ID_MAX_BYTES) {
    return `is longer than ${USER_ID_MAX_BYTES} bytes`
  }
  if (/\p{Cc}/u.test(value)) return 'has control characters'
  if (!value.isWellFormed()) return 'is not well-formed Unicode'
  return undefined
}
