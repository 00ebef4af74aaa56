import { type Config, ConfigError } from '../../src/config/config.ts'
import type { ConfigSources } from '../../src/config/given-values.ts'
import { readConfig } from '../../src/config/read-config.ts'

export const KEY = 'canary-746167736964652d6b6579'
export const TOKEN = 'canary-746f6b656e'

export type Sources = Partial<Omit<ConfigSources, 'readFile'>> & {
  readonly files?: Readonly<Record<string, string>>
}

/** What everybody has to say. */
export const needed = {
  TAGSIDE_SDK_APP_ID: '1400000000',
  TAGSIDE_SECRET_KEY: KEY,
  TAGSIDE_REGION: 'singapore',
}

export function sourcesOf({ argv = [], environment = needed, files = {} }: Sources): ConfigSources {
  return {
    argv,
    environment,
    readFile: (path) => {
      const text = files[path]
      if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`)
      return text
    },
  }
}

export const configOf = (sources: Sources): Config => readConfig(sourcesOf(sources))

export function problemsOf(sources: Sources): readonly string[] {
  try {
    readConfig(sourcesOf(sources))
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}
