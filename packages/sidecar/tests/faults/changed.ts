/** A row whose behaviour is not what one would expect of such a fault elsewhere. */
interface Change {
  readonly expected: string
  readonly because: string
}

/** Rows where another behaviour may be expected, and why it is as the test says. */
export const CHANGED: ReadonlyMap<string, Change> = new Map([
  [
    'U1',
    {
      expected: 'two calls at most',
      because:
        'a user is in three calls at most, each inside its deadline; what bounds the load is the budget: retries are a fifth of the calls',
    },
  ],
  [
    'U2',
    {
      expected: 'a Retry-After of up to 30 s is heeded',
      because:
        'the open time never exceeds 4 s, so that service is back within 10 s of the end of any fault',
    },
  ],
  [
    'U4',
    {
      expected: 'a reset of a reused connection is repeated in a way of its own',
      because: 'it is a failed call like any other, and the ordinary retry hides it',
    },
  ],
  [
    'U5',
    {
      expected: 'the end comes at 3 s, and nothing is left after a thousand such calls',
      because:
        "the deadline is the caller's to choose, 2 s by default, and a call has 4 s, because Tencent's own limit is 3 s; the soak in the benchmark counts what is left over",
    },
  ],
  [
    'U8',
    {
      expected: '`Tags` of null are a broken reply; `ErrorCode` "0" as text is tolerated',
      because:
        'writers in several languages print an empty list as null, and nothing else can be meant by it; a number as text is no documented reply',
    },
  ],
  [
    'U9',
    { expected: 'one retry', because: 'as U1; the text that is passed on is the one of Tencent' },
  ],
  [
    'U10',
    {
      expected: '60018 and 503 at once',
      because:
        'the call came too early and did not fail: its users go to the front of the queue. Who is still without an answer at the deadline hears 503 `upstream-throttled`, on the drop-in face the code of Tencent',
    },
  ],
  [
    'U15',
    {
      expected: 'believed for 30 s',
      because: 'that is the default of `--unknown-ttl`; the test compares it with one of 0 s',
    },
  ],
  [
    'U18',
    {
      expected: 'a metric of contradictory and of unwanted entries (U19)',
      because: 'the reply is judged in core, which counts nothing; each is an error of its user',
    },
  ],
  [
    'U21',
    {
      expected: 'bounds on resident memory and event-loop delay',
      because:
        'neither can be asserted on a busy machine; what is read of a body is bounded, and that is',
    },
  ],
  [
    'U22',
    {
      expected: '16 calls in flight',
      because:
        'the default is 32 (`--max-concurrent-calls`); the test holds answers back, not clocks',
    },
  ],
  [
    'U23',
    {
      expected: '95 % success, with retries a tenth of the calls',
      because:
        'half of the last 20 calls failing is what opens the breaker; known users are answered from the cache. Retries may be a fifth of the calls, and at one failure in ten everybody is answered',
    },
  ],
  [
    'U25',
    {
      expected: 'a code of its own for TLS',
      because:
        '`upstream-unreachable` names the system code in its detail: CERT_HAS_EXPIRED and others',
    },
  ],
  [
    'U26',
    {
      expected: 'the upstream waits 5 s',
      because: 'the test ends the idle connection at once, which is the same end sooner',
    },
  ],
  [
    'U27',
    {
      expected: 'at most 8 more calls',
      because:
        'the batch is divided by four, not by two: three rounds in place of seven, at most 16 calls, and at most a fifth of the slots',
    },
  ],
  [
    'S1',
    {
      expected: 'a delay before the listener closes',
      because: 'a sidecar stops after its app; nobody else is told of it',
    },
  ],
  [
    'S2',
    {
      expected: 'any second signal ends the process',
      because: 'npm and a terminal deliver one Ctrl-C two or three times, within a second',
    },
  ],
  [
    'S4',
    {
      expected: 'ten minutes',
      because: 'the bound shows after the first 4 MiB; the soak is in the benchmark',
    },
  ],
  [
    'S5',
    {
      expected: 'a log line for each step',
      because:
        'a step forward changes nothing worth a line; one back is logged once, when the limiter is replaced',
    },
  ],
  [
    'S6',
    {
      expected: '503 for what is overdue, after 30 s of frost',
      because:
        'a deadline that passed is 504, whatever made it pass; half a second is longer than the deadline of the test',
    },
  ],
  [
    'S7',
    {
      expected: 'misses are shed while the event loop is slow',
      because:
        'misses are shed when they cannot be served by their deadline, which the queue and the pace tell; a blocked loop sheds nothing',
    },
  ],
  [
    'S8',
    {
      expected: 'descriptors reserved for upstream',
      because: 'Node reserves none; the connection to Tencent that is kept serves on',
    },
  ],
  [
    'L1',
    {
      expected: 'a minute of it, with goodput and percentiles',
      because: 'those are figures, and figures are for the benchmark; the test asserts shares',
    },
  ],
  [
    'L3',
    {
      expected: 'connections reserved for probes',
      because: 'probes have a listener of their own, which needs no reserve',
    },
  ],
])
