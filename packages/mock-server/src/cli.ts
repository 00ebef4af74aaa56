import type { AppCredentials } from './engine/app.ts'
import { isSdkAppId } from './engine/app.ts'
import { parseFault, printFault } from './engine/faults.ts'
import { latencyForms, parseLatency } from './engine/latency.ts'
import { refuseMagic } from './engine/magic-id.ts'
import { rateAlgorithms } from './engine/rate-limiter.ts'
import type { FakeTencentOptions } from './fake.ts'
import { FlagError, Flags } from './flags.ts'
import type { Certificate } from './http/certificate.ts'
import { belongTogether, readCert, readKey } from './http/certificate.ts'
import { sampleApp } from './samples.ts'
import { readSeed } from './seed.ts'

/** What a command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[] }
  | ServeCommand

export interface ServeCommand {
  readonly kind: 'serve'
  readonly port: number
  readonly host: string
  /** TLS is spoken with it; without it plain HTTP. */
  readonly certificate?: Certificate | undefined
  /**
   * What is printed once connections are accepted; `--json` is asked for by a program and so beats
   * `--quiet`.
   */
  readonly announce: 'banner' | 'json' | 'nothing'
  readonly fake: FakeTencentOptions
}

const flagTypes = {
  port: { type: 'string' },
  host: { type: 'string' },
  app: { type: 'string' },
  user: { type: 'string' },
  seed: { type: 'string' },
  rate: { type: 'string' },
  'rate-algorithm': { type: 'string' },
  latency: { type: 'string' },
  fault: { type: 'string' },
  'random-seed': { type: 'string' },
  'unknown-accounts': { type: 'string' },
  ambiguity: { type: 'string' },
  'signature-check': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const

/**
 * Reads the arguments of `tagside-mock`, and the seed file that they name, without doing anything.
 */
export function readCommand(args: readonly string[], readFile: (path: string) => string): Command {
  const flags = new Flags(args, flagTypes)
  if (flags.has('help')) return { kind: 'help' }
  if (flags.has('version')) return { kind: 'version' }
  const port = flags.last('port', (text) => wholeNumber(text, 0, 65_535))
  const host = flags.last('host', hostName)
  const certificate = readCertificate(flags, readFile)
  const fake = readFake(flags, readFile)
  if (flags.mistakes.length > 0) return { kind: 'mistakes', mistakes: flags.mistakes }
  const spoken = flags.has('quiet') ? 'nothing' : 'banner'
  return {
    kind: 'serve',
    port: port ?? 7440,
    host: host ?? '127.0.0.1',
    certificate,
    announce: flags.has('json') ? 'json' : spoken,
    fake,
  }
}

function readCertificate(
  flags: Flags,
  readFile: (path: string) => string,
): Certificate | undefined {
  const cert = flags.last('tls-cert', (path) => readCert(path, readFile))
  const key = flags.last('tls-key', (path) => readKey(path, readFile))
  if (flags.has('tls-cert') !== flags.has('tls-key')) {
    const [given, missing] = flags.has('tls-cert') ? ['cert', 'key'] : ['key', 'cert']
    flags.all(`tls-${given}`, () => {
      throw new FlagError(`--tls-${missing} is missing; TLS takes both`)
    })
  }
  if (cert === undefined || key === undefined) return undefined
  flags.last('tls-key', (path) => {
    if (belongTogether({ cert, key })) return
    throw new FlagError(`${path} is not the key of the certificate`)
  })
  return { cert, key }
}

function readFake(flags: Flags, readFile: (path: string) => string): FakeTencentOptions {
  const users = new Map([
    ...flags.all('seed', (path) => readSeed(path, readFile)).flat(),
    ...flags.all('user', parseUser),
  ])
  const apps = distinctApps(flags)
  return {
    users: flags.has('seed') || flags.has('user') ? users : undefined,
    apps: flags.has('app') ? apps : undefined,
    rate: flags.last('rate', (text) => (text === 'off' ? text : wholeNumber(text, 1, 1_000_000))),
    rateAlgorithm: flags.last('rate-algorithm', (text) => oneOf(rateAlgorithms, text)),
    latency: flags.last('latency', latencyText),
    faults: flags.all('fault', (text) => printFault(parseFault(text))),
    randomSeed: flags.last('random-seed', (text) => wholeNumber(text, 0, 2 ** 32 - 1)),
    unknownAccounts: flags.last('unknown-accounts', (text) =>
      oneOf(['error-list', 'omit', 'empty', 'random'] as const, text),
    ),
    ambiguity: flags.last('ambiguity', (text) => oneOf(['fixed', 'random'] as const, text)),
    signatureCheck: flags.last('signature-check', (text) => oneOf(['on', 'off'] as const, text)),
  }
}

function distinctApps(flags: Flags): readonly AppCredentials[] {
  const ids = new Set<number>()
  return flags.all('app', (text) => {
    const app = parseApp(text)
    if (ids.has(app.sdkAppId)) throw new FlagError(`${app.sdkAppId} is given twice`)
    ids.add(app.sdkAppId)
    return app
  })
}

function hostName(text: string): string {
  if (text !== '') return text
  throw new FlagError(`expected a host name or an address, got "${text}"`)
}

function wholeNumber(text: string, min: number, max: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  throw new FlagError(`expected a whole number from ${min} to ${max}, got "${text}"`)
}

function oneOf<Word extends string>(words: readonly Word[], text: string): Word {
  const word = words.find((each) => each === text)
  if (word !== undefined) return word
  throw new FlagError(`expected ${words.join(', ')}, got "${text}"`)
}

function latencyText(text: string): string {
  if (parseLatency(text) !== undefined) return text
  throw new FlagError(`expected ${latencyForms}, got "${text}"`)
}

function parseUser(text: string): readonly [string, readonly string[]] {
  const [, user, list] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  const tags = list === '' ? [] : list?.split(',')
  if (user === undefined || tags === undefined || tags.includes('')) {
    throw new FlagError(`expected USER=TAG,TAG or USER= for no tags, got "${text}"`)
  }
  refuseMagic(user)
  return [user, tags]
}

// The value is not repeated in the message: it holds a key.
function parseApp(text: string): AppCredentials {
  const [, id, secretKey, adminId = sampleApp.adminId] =
    /^(\d{1,10}):([^:]+)(?::(.+))?$/.exec(text) ?? []
  if (id === undefined || secretKey === undefined || !isSdkAppId(Number(id))) {
    throw new FlagError('expected SDKAPPID:SECRETKEY or SDKAPPID:SECRETKEY:ADMIN')
  }
  return { sdkAppId: Number(id), secretKey, adminId }
}
