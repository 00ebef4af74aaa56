/** A threat, and what is done about it. */
interface Threat {
  readonly threat: string
  /** What stands against it; of one that is accepted or cannot arise, why. */
  readonly answer: string
  /** False if it is accepted, or cannot arise: there is nothing to prove. */
  readonly isProved: boolean
  /** Test files that prove it beside those of this folder, or in their place, from the folder of the sidecar's tests. */
  readonly elsewhere?: readonly string[]
}

/** Every threat by its row. */
export const THREATS: ReadonlyMap<string, Threat> = new Map([
  [
    'T1',
    {
      threat: 'an app is made to ask the sidecar for a stranger (SSRF)',
      answer:
        'JSON declared as such for every POST of the REST face, nothing that a form can send; with an access token nothing is answered without it, be it missing, doubled or in a trailer',
      isProved: true,
    },
  ],
  [
    'T2',
    {
      threat: 'a proxy forwards what strangers send',
      answer:
        '`X-Forwarded-For`, `X-Forwarded-Host`, `X-Real-IP`, `Forwarded` and `Via` are refused, empty ones too',
      isProved: true,
    },
  ],
  [
    'T3',
    {
      threat: 'a web page asks, by a name that was rebound or across origins',
      answer:
        'one `Host`, of this machine or allowed by name, and no absolute target; no `Origin`; no `Sec-Fetch-Site` but `none` (the status page: `same-origin`); never a CORS header. Tried with pages in a real browser',
      isProved: true,
    },
  ],
  [
    'T4',
    {
      threat: 'other machines, pods or users of the machine ask',
      answer:
        'loopback by default; a wider data listener does not start without an access token; a socket file is for its user and group (0660); the ops listener has no user data',
      isProved: true,
    },
  ],
  [
    'T5',
    {
      threat: 'key or token in the environment, on a command line, in a dump',
      answer:
        'read from files, or from variables that are deleted once read; no flag takes them; they are held where printing shows `[secret]`, and are in no answer, log, metric, page, error or diagnostic report',
      isProved: true,
    },
  ],
  [
    'T6',
    {
      threat: 'a UserSig, which travels in a URL, gets into a log or an error',
      answer:
        'no URL is kept or printed; what Tencent says is passed on without control characters and without the UserSig, raw, encoded or cut; what the log shows of an error is masked again',
      isProved: true,
      elsewhere: ['../../core/tests/keeps-the-secret.test.ts'],
    },
  ],
  [
    'T7',
    {
      threat: 'a secret has to be changed, or is changed to a wrong one',
      answer:
        'files are watched; a new secret is on trial beside the one before, and a broken file changes nothing',
      isProved: true,
      elsewhere: ['rotates-secrets.test.ts'],
    },
  ],
  [
    'T8',
    {
      threat: 'request smuggling, header injection, tunnels',
      answer:
        'one reading of a request or none: two lengths, a length beside chunks, any coding but `chunked`, bare LF, NUL and folded headers are refused with 400, and the connection ends; no Upgrade, no CONNECT, no TRACE; a request id is plain or replaced',
      isProved: true,
    },
  ],
  [
    'T9',
    {
      threat: 'users by the name of a property, polluted prototypes',
      answer: 'maps, sets and arrays by user id; JSON is looked at member by member, never merged',
      isProved: true,
    },
  ],
  [
    'T10',
    {
      threat: 'log injection',
      answer:
        'an event is one line of JSON, at most 4 KiB, without anything that callers or Tencent said; on a terminal control characters are shown as escapes',
      isProved: true,
    },
  ],
  [
    'T11',
    {
      threat: 'metrics grow with what is asked',
      answer: 'labels come from closed sets',
      isProved: true,
    },
  ],
  [
    'T12',
    {
      threat: 'random ids fill the memory, or push out the real ones',
      answer:
        'the cache is bounded in bytes, unknown accounts have a tenth of it, and who is read stays; nothing else is kept of a user who was answered',
      isProved: true,
    },
  ],
  [
    'T13',
    {
      threat: 'a huge, compressed or endless answer, or a redirect',
      answer:
        'at most 2 MiB of a reply are read, counted as decoded; the call has a timeout in all; redirects are not followed',
      isProved: true,
      elsewhere: ['faults/upstream-replies.test.ts'],
    },
  ],
  [
    'T14',
    {
      threat: 'huge requests',
      answer:
        'heads below 8 KiB, target included (431); bodies of at most 256 KiB, declared or counted (413)',
      isProved: true,
    },
  ],
  [
    'T15',
    {
      threat: 'slow, silent and many connections',
      answer:
        'the head within 2 s, the request within 5 s, 30 s without a byte while an answer is under way, 4,096 connections for each listener; the two listeners share no bound',
      isProved: true,
      elsewhere: ['faults/overload.test.ts'],
    },
  ],
  [
    'T16',
    {
      threat: 'the time of a refusal betrays the token',
      answer: 'SHA-256 digests are compared, in constant time, whatever was sent',
      isProved: true,
    },
  ],
  [
    'T17',
    {
      threat: 'the time of an answer betrays who was looked up before',
      answer:
        'accepted: whoever may ask may know. `Cache-Status` and `Age` say it anyway, on purpose',
      isProved: false,
    },
  ],
  [
    'T18',
    {
      threat: 'tags of one app are answered for another',
      answer: 'cannot arise: a process has one SDKAppID, and no two processes share a cache',
      isProved: false,
    },
  ],
  [
    'T19',
    {
      threat: 'somebody else answers in the place of Tencent',
      answer:
        'HTTPS with certificates checked, and no setting that turns the check off; `http:` only to loopback; the error of a certificate is no reason to try without',
      isProved: true,
      elsewhere: ['faults/upstream-tls.test.ts'],
    },
  ],
  [
    'T20',
    {
      threat: 'code of a library, or injected, does what a sidecar never does',
      answer:
        "it runs under Node's permission model with no program, thread, addon, written file or code made of text (below)",
      isProved: true,
    },
  ],
  [
    'T21',
    {
      threat: 'a page of ours loads code from elsewhere',
      answer: 'no page but the status page, which loads nothing from elsewhere and may not',
      isProved: true,
    },
  ],
  [
    'T22',
    {
      threat: 'something is changed by a link, or at the ops listener',
      answer: 'only POST changes anything; the ops listener takes GET and HEAD',
      isProved: true,
    },
  ],
])
