import { USER_ID_MAX_BYTES } from './user-id.ts'

/** Letters, digits and `-.:@_`: the characters that an id is made of in practice, by their codes. */
const IS_PLAIN: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  /[\w.:@-]/.test(String.fromCodePoint(code)),
)

/**
 * Reports whether a text is a user id that is the same in a path, in JSON and decoded. Other ids are as good, but have to be looked at closer. A
 * loop takes a fifth of the time of a pattern.
 */
export function isPlainId(text: string): boolean {
  if (text.length > USER_ID_MAX_BYTES) return false
  for (let at = 0; at < text.length; at += 1)
    if (IS_PLAIN[text.charCodeAt(at)] !== true) return false
  // A path takes `.` and `..` for something else.
  return text !== '' && !text.startsWith('.')
}
