import { readFileSync } from 'node:fs'

import * as v from 'valibot'

import { actionForms } from './engine/faults.ts'

const packageJson = v.pipe(v.string(), v.parseJson(), v.object({ version: v.string() }))

/** The package's version, from its package.json, which lies above both `src` and `dist`. */
export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return v.parse(packageJson, text).version
}

export const help: string = `tagside-mock [FLAG]...

A fake of Tencent Cloud Chat's tag API, for tests and development without an account.

  --port N                    0 picks a free port (default 7440)
  --host HOST                 address to listen on (default 127.0.0.1)
  --app ID:KEY[:ADMIN]        an app; may be repeated (default 1400000000, the published development
                              key, administrator)
  --user USER=TAG,TAG         a user; may be repeated (default xiaoming and xiaohong)
  --seed FILE                 users from a JSON file: {"users":{"xiaoming":["GoldMember"]}}
  --rate N|off                calls of an API in a second before code 60007 (default 100)
  --rate-algorithm HOW        sliding: any trailing second; fixed: whole seconds of the clock; bucket:
                              a second's worth that is regained steadily (default sliding)
  --latency LATENCY           hold every answer back: MS, uniform(MIN,MAX) or lognormal(MEDIAN,SIGMA)
  --fault FAULT               a fault from the start; may be repeated
  --random-seed N             same seed, same chances (default 42)
  --unknown-accounts HOW      error-list, omit, empty or random (default error-list, or as
                              --ambiguity if that is random)
  --ambiguity fixed|random    random: draw what the documents leave open (default fixed)
  --signature-check on|off    off: any caller may call (default on)
  --tls-cert FILE, --tls-key FILE
                              speak TLS with this certificate (its chain after it) and key, in PEM
  --json                      print one JSON line once connections are accepted
  --quiet                     print errors only
  --help, --version

FAULT is an action with options, e.g. "err:60007;times=2":
  ${Object.values(actionForms).join('\n  ')}
  options: ;times=N ;skip=N ;every=N ;p=0..1 ;account=ID
Any client can ask for one by naming a magic account: mock_err_91000, mock_http_502, mock_reset,
mock_tags_100; with _xN at the end for the first N calls only.`
