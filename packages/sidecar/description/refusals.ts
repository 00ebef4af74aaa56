/** What can be refused, with an example of each. */
import { Problem } from '../src/http/problem.ts'

/** What an answer about users tells of its origin (RFC 9211, RFC 9111). */
export const TRUTH: readonly string[] = ['Cache-Status', 'Age']

export type ProblemExample = readonly [name: string, summary: string, problem: Problem]

interface Refusal {
  readonly status: number
  readonly description: string
  /** The codes it may carry, if not all that have its status. */
  readonly codes?: readonly string[]
  /** Beside `X-Request-Id`. */
  readonly headers?: readonly string[]
  readonly examples: readonly ProblemExample[]
}

const FROM_GUARDS: Readonly<Record<string, Refusal>> = {
  InvalidRequest: {
    status: 400,
    description:
      'Malformed: the body, a user id, a header, a second `Host`, or too many users. `detail` names what is wrong by its place and never repeats it.',
    examples: [
      [
        'badUsers',
        'Two ids that cannot be',
        new Problem(
          'invalid-request',
          'users[1] is empty; users[2] is of type number, expected a string',
        ),
      ],
    ],
  },
  Unauthorized: {
    status: 401,
    description: 'An access token is configured, and the request has none or another.',
    headers: ['WWW-Authenticate'],
    examples: [
      [
        'noToken',
        'No access token',
        new Problem('unauthorized', 'send the access token as Authorization: Bearer TOKEN'),
      ],
    ],
  },
  Forbidden: {
    status: 403,
    description:
      'Not from a neighbour: the `Host` is foreign, a web page asks, or a proxy has forwarded the request.',
    examples: [
      [
        'foreignHost',
        'A name that is not of this machine',
        new Problem(
          'forbidden-host',
          'the Host of the request is neither loopback, nor localhost, nor named in TAGSIDE_ALLOWED_HOSTS',
        ),
      ],
      [
        'webPage',
        'A page in a browser',
        new Problem(
          'forbidden-origin',
          'the request comes from a web page (Origin or Sec-Fetch-Site)',
        ),
      ],
      [
        'forwarded',
        'A proxy on the way',
        new Problem(
          'forwarded-request',
          'the request was forwarded by a proxy (via); call the sidecar directly',
        ),
      ],
    ],
  },
}

const FROM_ROUTES: Readonly<Record<string, Refusal>> = {
  NotFound: {
    status: 404,
    description: 'Tencent does not know the account. Or the id makes another path, as `..` does.',
    headers: TRUTH,
    examples: [
      [
        'ghost',
        'An unknown account',
        new Problem(
          'unknown-user',
          'Tencent does not know this account: it was never imported, or was deleted',
          { upstreamCode: 70107 },
        ),
      ],
      [
        'noSuchPath',
        'An id that makes another path',
        new Problem('not-found', 'there is nothing at this path; see the README for the two faces'),
      ],
    ],
  },
  MethodNotAllowed: {
    status: 405,
    description: 'The path, asked by another method.',
    headers: ['Allow'],
    examples: [
      [
        'otherMethod',
        'A method that the path does not take',
        new Problem('method-not-allowed', 'this path takes POST'),
      ],
    ],
  },
  TooLarge: {
    status: 413,
    description: 'The body is over 256 KiB, declared or counted. The connection ends.',
    examples: [
      [
        'tooLarge',
        'A byte too many',
        new Problem('too-large', 'the body is larger than 262144 bytes'),
      ],
    ],
  },
  UnsupportedMediaType: {
    status: 415,
    description: 'The body is not declared as JSON.',
    examples: [
      [
        'form',
        'A form',
        new Problem('unsupported-media-type', 'expected Content-Type: application/json'),
      ],
    ],
  },
  BodyTooLate: {
    status: 504,
    description: 'The whole body had not arrived by the deadline. The connection ends.',
    codes: ['deadline-exceeded'],
    examples: [
      [
        'lateBody',
        'A body that does not end',
        new Problem('deadline-exceeded', 'the deadline passed before the whole body had arrived', {
          retryable: true,
        }),
      ],
    ],
  },
}

const FROM_LOOKUPS: Readonly<Record<string, Refusal>> = {
  Defect: {
    status: 500,
    description: 'A defect of the sidecar. The log names it by its event `defect`.',
    examples: [
      [
        'defect',
        'Something threw that should not',
        new Problem('internal-error', 'an unexpected error ended this request; the log names it'),
      ],
    ],
  },
  UpstreamFailed: {
    status: 502,
    description:
      'Tencent could not be reached, answered nonsense, or refused. Nothing usable is cached.',
    headers: ['Cache-Status'],
    examples: [
      [
        'otherKey',
        'The secret key of another app',
        new Problem(
          'upstream-credentials',
          'get_tag was refused with ErrorCode 70009: the UserSig was signed with another key. Check that the secret key is the one of this SDKAppID. Settings: TAGSIDE_SECRET_KEY_FILE (or TAGSIDE_SECRET_KEY), TAGSIDE_SDK_APP_ID.',
          { upstreamCode: 70009 },
        ),
      ],
    ],
  },
  Unavailable: {
    status: 503,
    description:
      'Refused at once: too many users wait, calls are paused or throttled, or the sidecar stops.',
    headers: ['Retry-After', 'Cache-Status'],
    examples: [
      [
        'draining',
        'The sidecar is being stopped',
        new Problem('draining', 'the sidecar is shutting down and takes no new lookups', {
          retryable: true,
        }),
      ],
    ],
  },
  NoAnswerInTime: {
    status: 504,
    description: 'No answer by the deadline, or `only-if-cached` and nothing usable in the cache.',
    headers: ['Cache-Status'],
    examples: [
      [
        'onlyIfCached',
        'Nobody may be asked for the user',
        new Problem(
          'only-if-cached',
          'no usable value is cached and the request forbids going upstream (Cache-Control: only-if-cached)',
        ),
      ],
    ],
  },
}

/** The refusals, by the names that they are shared by. */
export const refusals: Readonly<Record<string, Refusal>> = {
  ...FROM_GUARDS,
  ...FROM_ROUTES,
  ...FROM_LOOKUPS,
}
