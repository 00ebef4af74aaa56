import { parseArgs } from 'node:util'

import { allSettings, environmentName, flagName } from './settings.ts'

/** A value as it was given, with the name under which it was. */
export interface Given {
  readonly name: string
  readonly text: string
  readonly source: 'flag' | 'environment' | 'file'
  /** In the file, but neither a text, a number nor a list of texts: `text` is its JSON. */
  readonly isMistyped?: true
}

/** What was given for each setting, best source only, and what could not be understood. */
export interface GivenValues {
  readonly byKey: ReadonlyMap<string, Given>
  readonly problems: readonly string[]
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

/** The file that holds settings is itself not one: it cannot name another file. */
const CONFIG_FILE = { flag: '--config', environment: 'TAGSIDE_CONFIG' } as const

/**
 * Collects what flags, environment and file say. Flags win over environment, environment over file. A name that no
 * setting has is a problem, not ignored; its value is never repeated, because it may be a misspelt secret.
 */
export function givenValues(sources: ConfigSources): GivenValues {
  const problems: string[] = []
  const flags = flagValues(sources.argv, problems)
  const variables = variableValues(sources.environment, problems)
  const configFile = flags.get('config') ?? variables.get('config')
  const entries = configFile === undefined ? {} : readObject(configFile, sources, problems)
  const file = fileValues(entries ?? {}, configFile?.text ?? '', problems)
  const byKey = new Map([...file, ...variables, ...flags])
  byKey.delete('config')
  return { byKey, problems, isFileRead: entries !== undefined }
}

function flagValues(argv: readonly string[], problems: string[]): Map<string, Given> {
  const keys = new Map(
    allSettings.filter(({ isSecret }) => isSecret !== true).map(({ key }) => [flagName(key), key]),
  )
  keys.set(CONFIG_FILE.flag, 'config')
  const options = Object.fromEntries(
    [...keys.keys()].map((flag) => [flag.slice(2), { type: 'string' as const }]),
  )
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true })
  const values = new Map<string, Given>()
  let stray = 0
  let mayTakeValue = false
  for (const token of tokens) {
    // What follows a flag that does not exist was meant as its value: one mistake, one problem.
    if (token.kind === 'positional' && !mayTakeValue) stray += 1
    mayTakeValue = false
    if (token.kind !== 'option') continue
    const key = keys.get(token.rawName)
    mayTakeValue = key === undefined && token.value === undefined
    if (key === undefined) problems.push(`${token.rawName}: there is no such flag; see --help`)
    else if (token.value === undefined) problems.push(`${token.rawName}: expected a value after it`)
    else if (values.has(key)) problems.push(`${token.rawName}: given more than once`)
    else values.set(key, { name: token.rawName, text: token.value, source: 'flag' })
  }
  // Not repeated: the value of a misspelt flag ends up here, and it may be a secret.
  if (stray > 0) problems.push(`the command line has ${stray} argument(s) that belong to no flag`)
  return values
}

function variableValues(
  environment: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Map<string, Given> {
  const keys = new Map(allSettings.map(({ key }) => [environmentName(key), key]))
  keys.set(CONFIG_FILE.environment, 'config')
  const values = new Map<string, Given>()
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('TAGSIDE_') || text === undefined) continue
    const key = keys.get(name)
    if (key === undefined) problems.push(`${name}: there is no such setting; see --help`)
    else values.set(key, { name, text, source: 'environment' })
  }
  return values
}

function fileValues(entries: object, path: string, problems: string[]): Map<string, Given> {
  const values = new Map<string, Given>()
  const keys = new Set(allSettings.map(({ key }) => key))
  for (const [name, value] of Object.entries(entries)) {
    if (keys.has(name)) values.set(name, { name, source: 'file', ...textOf(value) })
    else problems.push(`${name} in ${path}: there is no such setting; see --help`)
  }
  return values
}

function readObject(
  { name, text: path }: Given,
  sources: ConfigSources,
  problems: string[],
): object | undefined {
  try {
    const value: unknown = JSON.parse(sources.readFile(path))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
    problems.push(`${name} ${path}: expected a JSON object of settings`)
  } catch (error) {
    // A parser's message quotes the text it stumbled over; the file may hold the key.
    const why = error instanceof SyntaxError ? 'it is not valid JSON' : 'it cannot be read'
    problems.push(`${name} ${path}: ${why}`)
  }
  return undefined
}

function textOf(value: unknown): Pick<Given, 'text' | 'isMistyped'> {
  if (typeof value === 'string') return { text: value }
  if (typeof value === 'number') return { text: String(value) }
  const isList = Array.isArray(value) && value.every((member) => typeof member === 'string')
  return isList ? { text: value.join(',') } : { text: JSON.stringify(value), isMistyped: true }
}
