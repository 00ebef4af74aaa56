import { MockError } from './engine/errors.ts'
import { refuseMagic } from './engine/magic-id.ts'

/** A seed file that cannot be used; the message names the file and what is wrong with it. */
class SeedError extends MockError {
  override readonly name = 'SeedError'
  readonly code = 'seed'
}

/** Reads the users of a seed file, `{"users":{"xiaoming":["GoldMember"]}}`; throws a MockError. */
export function readSeed(
  path: string,
  readFile: (path: string) => string,
): readonly (readonly [string, readonly string[]])[] {
  const seed = parse(path, readFile)
  const unknown = Object.keys(seed).filter((key) => key !== 'users')
  if (unknown.length > 0)
    throw new SeedError(`${path}: unknown key "${unknown[0]}"; expected "users"`)
  if (!('users' in seed) || !isObject(seed.users)) {
    throw new SeedError(`${path}: expected "users" to be an object of users and their tags`)
  }
  // Entries, because ids such as __proto__ and constructor are ids like any other.
  return Object.entries(seed.users).map(([user, tags]) => {
    if (!isTags(tags)) {
      throw new SeedError(`${path}: expected the tags of "${user}" to be an array of strings`)
    }
    refuseMagic(user)
    return [user, tags]
  })
}

function parse(path: string, readFile: (path: string) => string): object {
  try {
    const seed: unknown = JSON.parse(readFile(path).replace(/^\uFEFF/, ''))
    if (isObject(seed)) return seed
  } catch (cause) {
    throw new SeedError(`${path}: ${messageOf(cause)}`, { cause })
  }
  throw new SeedError(`${path}: expected a JSON object`)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTags(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((tag) => typeof tag === 'string')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
