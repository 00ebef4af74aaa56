import type { Given } from './given.ts'
import { allSettings, environmentName } from './settings.ts'
import { unknownSetting } from './unknown-name.ts'

/** Keys that have a variable: every setting, and the file that holds settings. */
const KEYS = [...allSettings.map(({ key }) => key), 'config']
const keysByName: ReadonlyMap<string, string> = new Map(
  KEYS.map((key) => [environmentName(key), key]),
)

/** What Kubernetes sets in every pod beside a Service named `tagside`. */
const SERVICE_LINK = /^TAGSIDE_(?:SERVICE_(?:HOST|PORT)|PORT(?:$|_\d+_))/

/** Reads the `TAGSIDE_` variables; what no setting has is a problem. */
export function variableValues(
  environment: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Map<string, Given> {
  const isBesideService = environment['TAGSIDE_SERVICE_HOST'] !== undefined
  const links: string[] = []
  const values = new Map<string, Given>()
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('TAGSIDE_') || text === undefined) continue
    const key = keysByName.get(name)
    if (key !== undefined) values.set(key, { name, text, source: 'environment' })
    else if (isBesideService && SERVICE_LINK.test(name)) links.push(name)
    else problems.push(`${name}: ${unknownSetting(name, KEYS, environmentName)}`)
  }
  if (links.length > 0)
    problems.push(
      `${links.join(', ')}: there are no such settings; Kubernetes sets them because a Service is named tagside: ` +
        'set enableServiceLinks: false in the pod, or name the Service otherwise',
    )
  return values
}
