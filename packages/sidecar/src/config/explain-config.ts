import { regions } from '@tagside/core'

import { type Advice, adviceOn } from './advice.ts'
import type { Config } from './config.ts'
import type { Given } from './given.ts'
import { type ConfigSources, givenValues } from './given-values.ts'
import { readConfig } from './read-config.ts'
import { allSettings, type Setting, settings } from './settings.ts'

/** What is known of the machine that the sidecar would run on. */
export interface Machine {
  readonly memoryMaxBytes: number
  /** Permissions of a file, such as 0o640; undefined if they are not known. */
  readonly permissions: (path: string) => number | undefined
}

/** Group and everybody may do nothing to a secret's file but the group may read it. */
const TOO_WIDE = 0o037

/**
 * Returns the effective configuration as text: a line for each setting with its source, what follows from them, and advice. Throws as
 * {@link readConfig} does.
 */
export function explainConfig(sources: ConfigSources, machine: Machine): string {
  const values = givenValues(sources)
  const config = readConfig(sources, values)
  const given = values.byKey
  const rows = allSettings.map((setting) => {
    const source = given.get(setting.key)
    return [setting.key, shown(setting, source), sourceOf(source)]
  })
  const advice = [
    ...adviceOn({ config, given, memoryMaxBytes: machine.memoryMaxBytes }),
    ...fileAdvice(given, machine),
  ].map(({ name, text }) => `  ${name}: ${text}`)
  return [
    aligned(rows),
    aligned(derived(config)),
    ...(advice.length === 0 ? [] : [`Advice, which stops nothing:\n${advice.join('\n')}`]),
  ].join('\n\n')
}

function shown({ isSecret, fallback }: Setting<unknown>, given: Given | undefined): string {
  if (given === undefined) return fallback ?? '(not set)'
  return isSecret === true ? '[secret]' : given.text
}

function sourceOf(given: Given | undefined): string {
  if (given === undefined) return 'default'
  return given.path === undefined ? given.name : `${given.name} in ${given.path}`
}

/** What users ask that no single setting answers. */
function derived(config: Config): string[][] {
  const { upstream, callsPerSecond, replicas, batchMaxUsers, deadlineMs } = config
  const share = callsPerSecond / replicas
  const users = share * batchMaxUsers
  const url = 'region' in upstream ? regions[upstream.region].baseUrl : upstream.baseUrl.href
  return [
    ['calls go to', url],
    ['share', `${rounded(share)} calls a second for this sidecar`],
    [
      'uncached users',
      `${rounded(users)} a second at most, ${rounded((users * deadlineMs) / 1_000)} within the deadline`,
    ],
  ]
}

function rounded(value: number): string {
  return String(value >= 10 ? Math.floor(value) : Math.round(value * 100) / 100)
}

function fileAdvice(given: ReadonlyMap<string, Given>, machine: Machine): readonly Advice[] {
  return [settings.secretKeyFile, settings.accessTokenFile].flatMap(({ key }) => {
    const file = given.get(key)
    const mode = file === undefined ? undefined : machine.permissions(file.text)
    if (file === undefined || mode === undefined || (mode & TOO_WIDE) === 0) return []
    const octal = mode.toString(8).padStart(4, '0')
    return {
      name: file.name,
      text: `the permissions of the file are ${octal}; with 0640 or less no other user of this machine can read it`,
    }
  })
}

/** Columns as wide as their longest entry. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  )
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}
