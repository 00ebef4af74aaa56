import * as v from 'valibot'

import type { AppCredentials } from '../engine/app.ts'
import { MockError } from '../engine/errors.ts'
import { isLoopback } from '../msw/loopback.ts'

/** What a live run needs to know. */
export interface LiveSettings {
  readonly credentials: AppCredentials
  /** Scheme, host and port of the service. */
  readonly baseUrl: string
}

/** The environment does not say how to make a live run. */
export class LiveSettingsError extends MockError {
  override readonly name = 'LiveSettingsError'
  /** `absent`: nothing is set, so nobody asked for a run. `invalid`: something is wrong. */
  readonly code: 'absent' | 'invalid'

  constructor(code: LiveSettingsError['code'], message: string) {
    super(message)
    this.code = code
  }
}

const PREFIX = 'TAGSIDE_CONFORMANCE_'

// The UserSig stands in the URL, so it must not cross a network in clear.
const isConfidential = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))

const variables = v.object({
  SDK_APP_ID: v.pipe(
    v.string(),
    v.regex(/^[1-9]\d{0,9}$/, 'expected a number of at most ten digits'),
    v.transform(Number),
  ),
  SECRET_KEY: v.string(),
  ADMIN_ID: v.string(),
  URL: v.pipe(
    v.string(),
    v.check(
      (text) => URL.canParse(text) && isConfidential(new URL(text)),
      'expected an https URL such as https://adminapisgp.im.qcloud.com, or a loopback one',
    ),
    v.transform((text) => new URL(text).origin),
  ),
})

const names = Object.keys(variables.entries)

/** Reads the settings; throws LiveSettingsError. No message repeats a value. */
export function readLiveSettings(
  environment: Readonly<Record<string, string | undefined>>,
): LiveSettings {
  const given = Object.fromEntries(names.map((name) => [name, environment[PREFIX + name]]))
  const missing = names.filter((name) => !given[name])
  if (missing.length > 0) {
    throw new LiveSettingsError(
      missing.length === names.length ? 'absent' : 'invalid',
      `${missing.map((name) => PREFIX + name).join(', ')} not set`,
    )
  }
  const parsed = v.safeParse(variables, given)
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw new LiveSettingsError('invalid', `${PREFIX}${v.getDotPath(issue)}: ${issue.message}`)
  }
  const { SDK_APP_ID, SECRET_KEY, ADMIN_ID, URL: baseUrl } = parsed.output
  return {
    credentials: { sdkAppId: SDK_APP_ID, secretKey: SECRET_KEY, adminId: ADMIN_ID },
    baseUrl,
  }
}
