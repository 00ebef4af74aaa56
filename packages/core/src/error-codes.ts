/** A FailureClass says what can be done about a failure, whatever its code. */
export type FailureClass =
  /** Passing trouble: the same call may succeed a little later. */
  | 'retry'
  /** Too many calls: slow down, then repeat. */
  | 'throttled'
  /** The UserSig has run out: sign anew and repeat once. */
  | 'expired-signature'
  /** Key, admin, SDKAppID or host is wrong: no call can succeed until the settings change. */
  | 'credentials'
  /** The call itself is wrong: the same call never succeeds. */
  | 'request'
  /** The application or its plan forbids it: somebody has to act in Tencent's console. */
  | 'operator'
  /** Not in Tencent's published lists. */
  | 'unknown'

/** An ErrorCodeEntry is what is known about one of Tencent's error codes. */
export interface ErrorCodeEntry {
  readonly code: number
  readonly failureClass: FailureClass
  readonly meaning: string
  readonly advice: string
}

/**
 * Returns what is known about an error code of `get_tag`: of the whole reply or of one user. The
 * table holds Tencent document 1047/34348 with its older revisions and the private codes of
 * 1047/60567; any other code has the class `unknown`.
 */
export function describeErrorCode(errorCode: number): ErrorCodeEntry {
  return (
    entries.get(errorCode) ?? {
      code: errorCode,
      failureClass: 'unknown',
      meaning: 'a code that is not in the published lists',
      advice: 'Repeat once at most. If it stays, ask Tencent, with the code and its ErrorInfo.',
    }
  )
}

type KnownClass = Exclude<FailureClass, 'unknown'>
type Row = readonly [codes: number | readonly number[], meaning: string, advice?: string]

const classAdvice: Readonly<Record<KnownClass, string>> = {
  retry: 'Repeat after a pause.',
  throttled: 'Send fewer calls a second; the limit can be raised in the console.',
  'expired-signature':
    'Sign anew and repeat once. If that is refused too, set the clock of this machine right.',
  credentials: 'Check SDKAppID, secret key and admin identifier against the console.',
  request: 'Do not repeat it: correct the request.',
  operator: 'Check the state of the application and its plan in the console.',
}

const checkDataCentre = 'Check the SDKAppID, and that the region is the one it was created in.'
const checkKey = 'Check that the secret key is the one of this SDKAppID.'
const checkAdmin = 'Call as an app admin; admins are appointed in the console.'

const table: readonly (readonly [KnownClass, readonly Row[]])[] = [
  [
    'retry',
    [
      [60008, 'the service behind the gateway timed out'],
      [60013, 'the service behind the gateway gave a broken reply'],
      [60014, 'the check of the calling account timed out'],
      [70017, 'the check of a third-party ticket timed out'],
      [[70169, 70202], 'the account service timed out'],
      [
        [
          70201, 70203, 70205, 70207, 70208, 70212, 70213, 70222, 70225, 70231, 70308, 70348, 70362,
          70401, 70500,
        ],
        'internal error of the account service',
      ],
      [[90992, 90994, 90995], 'internal error of the message service'],
      [91000, 'internal error of the push service'],
    ],
  ],
  [
    'throttled',
    [
      [60007, 'more calls a second than this API allows'],
      [60011, 'more calls a second than the application may make'],
      [[60018, 60019], 'too many requests'],
      [72010, 'too many logins or logouts of one account'],
    ],
  ],
  ['expired-signature', [[70001, 'the UserSig has expired']]],
  [
    'credentials',
    [
      [[60004, 60005], 'the check of the calling account failed'],
      [60006, 'the SDKAppID is not valid', checkDataCentre],
      [60010, 'the identifier is not an app admin', checkAdmin],
      [60012, 'the URL carries no SDKAppID'],
      [60025, 'SDKAppID, identifier, usersig or contenttype in the URL is wrong'],
      [60026, 'the host does not serve this application', checkDataCentre],
      [70002, 'the UserSig is empty'],
      [70003, 'the UserSig cannot be decoded; it is often cut short'],
      [70005, 'the UserSig is not legal'],
      [[70004, 70006, 70007, 70008, 70010], 'the check of the UserSig failed'],
      [70009, 'the UserSig was signed with another key', checkKey],
      [70013, 'the UserSig was signed for another identifier'],
      [70014, 'the UserSig was signed for another SDKAppID'],
      [[70015, 70019], 'the application has no way to verify this ticket'],
      [70016, 'no key is known for the SDKAppID', checkDataCentre],
      [70018, 'the check of a third-party ticket failed'],
      [70020, 'the SDKAppID is not known here', checkDataCentre],
      [
        70050,
        'too many UserSigs failed their check; the application is locked out for a minute',
        'Make no call for 60 s, and none before the key is right.',
      ],
      [70052, 'the UserSig is no longer valid'],
      [[70214, 70221, 70236, 70346, 70347], 'the check of the ticket failed'],
      [[70403, 90009], 'the caller is not an app admin', checkAdmin],
    ],
  ],
  [
    'request',
    [
      [60002, 'the HTTP request could not be parsed', 'Check the base URL and proxies on the way.'],
      [60003, 'the body is not JSON (seen by the gateway)'],
      [60009, 'the path of the URL is not served', 'Check the base URL.'],
      [60015, 'an account is not a string'],
      [
        [
          70101, 70102, 70103, 70104, 70105, 70106, 70113, 70115, 70140, 70145, 70204, 70209, 70210,
          70211,
        ],
        'the account request is malformed',
      ],
      [
        70107,
        'the account is unknown: it was never imported',
        'Import the account, or do not ask for it.',
      ],
      [70206, 'the number of accounts is not valid'],
      [70402, 'a parameter is missing or not legal'],
      [90001, 'the body is not JSON, or a field of it is not valid'],
      [90003, 'To_Account is missing, or its account does not exist'],
      [90012, 'To_Account is not registered'],
      [90018, 'too many accounts in one call', 'Send at most 100 users in a call.'],
      [90028, 'To_Account is not an array'],
      [90029, 'To_Account is empty'],
      [90032, 'more than 10 tags in one call'],
      [90033, 'an attribute is not valid, named twice or of another type'],
      [90034, 'a tag is longer than 50 bytes'],
      [90035, 'the tag belongs to the other kind of account: UserID or RegistrationID'],
      [90040, 'a push condition contains an empty tag'],
      [90048, 'the account does not exist'],
    ],
  ],
  [
    'operator',
    [
      [60016, 'the application is disabled'],
      [60017, 'this API is disabled'],
      [
        60020,
        'no service: the plan is absent, expired or in arrears',
        'Check plan and payment in the console; a purchase takes effect after five minutes.',
      ],
      [60021, 'calls from this IP address are not allowed', 'Add the address in the console.'],
      [60027, 'a product of this kind may not use this API'],
      [60028, 'the 24-hour quota of the trial edition is used up', 'Wait, or upgrade the plan.'],
      [70051, 'the calling account is on the blocklist', 'Take the admin off the blocklist.'],
      [70114, 'restricted for security reasons', 'Ask Tencent.'],
      [70398, 'more accounts than the plan allows'],
      [70399, 'a deleted account cannot come back within three months'],
      [70404, 'the SDK is too old'],
      [71000, 'accounts of this edition cannot be deleted'],
      [72000, 'more daily active users than the free quota'],
      [72002, 'more monthly active users than the free quota'],
      [[72001, 72011, 72012], 'the feature is not switched on'],
      [90045, 'the push service is not switched on'],
    ],
  ],
]

const entries: ReadonlyMap<number, ErrorCodeEntry> = new Map(
  table.flatMap(([failureClass, rows]) =>
    rows.flatMap(([codes, meaning, advice = classAdvice[failureClass]]) =>
      [codes].flat().map((code) => [code, { code, failureClass, meaning, advice }]),
    ),
  ),
)
