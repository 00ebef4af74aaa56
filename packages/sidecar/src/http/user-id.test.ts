import { describe, expect, test } from 'vitest'

import { userIdProblem } from './user-id.ts'

describe('a user id may be', () => {
  test.each([
    ['a UserID', 'xiaoming'],
    ['a RegistrationID', '4f5f13c9-98d8-4d3d-8a3b-5b6f1a2c3d4e'],
    ['a property of every object', '__proto__'],
    ['any script', '用户'],
    ['any printable character', 'a/b%2F?c#d e\\f"g'],
    ['white space', ' '],
    ['128 bytes', 'x'.repeat(128)],
    ['128 bytes in 64 characters', 'é'.repeat(64)],
    ['128 bytes in 32 characters', '😀'.repeat(32)],
  ])('%s', (_, id) => {
    expect(userIdProblem(id)).toBeUndefined()
  })
})

describe('a user id may not be', () => {
  test.each([
    ['empty', '', 'is empty'],
    ['129 bytes', 'x'.repeat(129), 'is longer than 128 bytes'],
    ['129 bytes in 65 characters', `${'é'.repeat(64)}x`, 'is longer than 128 bytes'],
    ['130 bytes in 44 characters', `${'用'.repeat(43)}x`, 'is longer than 128 bytes'],
    ['a number', 7, 'is of type number, expected a string'],
    ['null', null, 'is null, expected a string'],
    ['a list', ['xiaoming'], 'is of type object, expected a string'],
    ['half a character', 'a\uD83D', 'is not well-formed Unicode'],
    ...['\u0000', '\t', '\n', '\u001F', '\u007F', '\u0080', '\u009F'].map(
      (character): [string, string, string] => [
        `anything with ${JSON.stringify(character)}`,
        `a${character}b`,
        'has control characters',
      ],
    ),
  ])('%s', (_, id, problem) => {
    expect(userIdProblem(id)).toBe(problem)
  })
})
