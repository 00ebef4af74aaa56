import { Arguments, type CommandLine, serveLine } from './command-line.ts'
import type { Given } from './given.ts'
import { jsonFailure, readFailure } from './read-failure.ts'
import { allSettings } from './settings.ts'
import { unknownSetting } from './unknown-name.ts'
import { variableValues } from './variables.ts'

/** What was given for each setting, best source only, and what could not be understood. */
export interface GivenValues {
  readonly byKey: ReadonlyMap<string, Given>
  readonly problems: readonly string[]
  /** Arguments that belong to no flag. */
  readonly others: readonly string[]
  /** False if there is a file that could not be read or understood. */
  readonly isFileRead: boolean
}

export interface ConfigSources {
  /** Arguments after the command. */
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Reads a file as UTF-8; throws as `readFileSync` does. */
  readonly readFile: (path: string) => string
}

/**
 * Collects what flags, environment and file say. Flags win over environment, environment over file. A name that no
 * setting has is a problem, not ignored; its value is never repeated, because it may be a misspelt secret.
 */
export function givenValues(sources: ConfigSources, line: CommandLine = serveLine): GivenValues {
  const { values: flags, others, problems } = new Arguments(sources.argv, line)
  const variables = variableValues(sources.environment, problems)
  // The file that holds settings is itself not one: it cannot name another file.
  const configFile = flags.get('config') ?? variables.get('config')
  const entries = configFile === undefined ? {} : readObject(configFile, sources, problems)
  const file = fileValues(entries ?? {}, configFile?.text ?? '', problems)
  const byKey = new Map([...file, ...variables, ...flags])
  byKey.delete('config')
  return { byKey, problems, others, isFileRead: entries !== undefined }
}

function fileValues(entries: object, path: string, problems: string[]): Map<string, Given> {
  const values = new Map<string, Given>()
  const keys = allSettings.map(({ key }) => key)
  for (const [name, value] of Object.entries(entries)) {
    const setting = allSettings.find(({ key }) => key === name)
    if (setting === undefined) {
      problems.push(`${name} in ${path}: ${unknownSetting(name, keys, (key) => key)}`)
      continue
    }
    const isList = setting.kind.isList === true
    // An empty list asks for none, which is what a setting that is not given is.
    if (isList && Array.isArray(value) && value.length === 0) continue
    values.set(name, { name, source: 'file', path, ...textOf(value, isList) })
  }
  return values
}

function readObject(
  { name, text: path }: Given,
  sources: ConfigSources,
  problems: string[],
): object | undefined {
  let text = ''
  try {
    text = sources.readFile(path)
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
    problems.push(`${name} ${path}: expected a JSON object of settings`)
  } catch (error) {
    const why = error instanceof SyntaxError ? jsonFailure(error, text) : readFailure(error)
    problems.push(`${name} ${path}: ${why}`)
  }
  return undefined
}

function textOf(value: unknown, takesList: boolean): Pick<Given, 'text' | 'isMistyped'> {
  if (typeof value === 'string') return { text: value }
  if (typeof value === 'number') return { text: String(value) }
  const isList = takesList && Array.isArray(value)
  return isList && value.every((member) => typeof member === 'string')
    ? { text: value.join(',') }
    : { text: JSON.stringify(value), isMistyped: true }
}
