import { areInConflict, isLocal } from './addresses.ts'
import type { Given } from './given.ts'
import { problemText } from './problem-text.ts'
import { environmentName, type Setting, settings } from './settings.ts'
import { INVALID } from './value-kinds.ts'

/** A relation between settings that has to hold, or the sidecar could not work as told. */
interface Relation {
  /** For the documentation. */
  readonly rule: string
  /** Returns what was expected of which setting, if the relation does not hold. */
  readonly broken: (values: Values) => Broken | undefined
}

interface Broken {
  readonly setting: Setting<unknown>
  readonly expected: string
}

/** The settings as far as they are known and valid. */
class Values {
  readonly #given: ReadonlyMap<string, Given>

  constructor(given: ReadonlyMap<string, Given>) {
    this.#given = given
  }

  isGiven(...some: readonly Setting<unknown>[]): boolean {
    return some.some(({ key }) => this.#given.has(key))
  }

  /** The value in force; undefined if there is none, or an invalid one. */
  of<T>(setting: Setting<T>): T | undefined {
    const text = this.#given.get(setting.key)?.text ?? setting.fallback
    const value = text === undefined ? INVALID : setting.kind.parse(text)
    return value === INVALID ? undefined : value
  }
}

const { listen, opsListen, upstreamUrl, region } = settings

/** Every relation, in the order in which a report names them. */
export const relations: readonly Relation[] = [
  {
    rule: '`region` and `upstreamUrl`: one of the two, because it decides where calls go.',
    broken: (values) =>
      values.isGiven(region) && values.isGiven(upstreamUrl)
        ? {
            setting: upstreamUrl,
            expected: 'no upstream URL beside a region; one of the two decides where calls go',
          }
        : undefined,
  },
  oneOfTwo(settings.secretKeyFile, settings.secretKey),
  oneOfTwo(settings.accessTokenFile, settings.accessToken),
  {
    rule: '`listen` is a loopback address or a Unix socket, unless callers need an access token.',
    broken: (values) => {
      const address = values.of(listen)
      const hasToken = values.isGiven(settings.accessTokenFile, settings.accessToken)
      if (address === undefined || isLocal(address) || hasToken) return undefined
      return {
        setting: listen,
        expected:
          'a loopback address or unix:…; other machines may connect only with an access token (TAGSIDE_ACCESS_TOKEN_FILE)',
      }
    },
  },
  {
    rule: '`listen` and `opsListen` are different addresses. `0.0.0.0` and `[::]` take a port on every address.',
    broken: (values) => {
      const [data, ops] = [values.of(listen), values.of(opsListen)]
      if (data === undefined || ops === undefined || ops === 'off') return undefined
      if (!areInConflict(data, ops)) return undefined
      const [setting, other] = values.isGiven(opsListen) ? [opsListen, listen] : [listen, opsListen]
      return { setting, expected: `another address than that of ${environmentName(other.key)}` }
    },
  },
]

/** Returns a problem for each relation that does not hold. */
export function brokenRelations(given: ReadonlyMap<string, Given>): readonly string[] {
  const values = new Values(given)
  return relations.flatMap(({ broken }) => {
    const found = broken(values)
    if (found === undefined) return []
    return problemText(found.setting, given.get(found.setting.key), found.expected)
  })
}

function oneOfTwo(file: Setting<string>, value: Setting<string>): Relation {
  return {
    rule: `\`${file.key}\` and \`${value.key}\`: one of the two at most.`,
    broken: (values) =>
      values.isGiven(file) && values.isGiven(value)
        ? {
            setting: file,
            expected: `no file beside ${environmentName(value.key)}; one of the two holds the secret`,
          }
        : undefined,
  }
}
