// Asks the sidecar each second how it is, and writes the answer into the page: always as text, never as markup.

/** @typedef {import('../src/observe/status.ts').Status} Status */
/** @typedef {import('./writing.js').Level} Level */

import { drawIcon, element, list, meter, query, write } from './writing.js'
import { duration, moment, NOTHING, number, percent, plural, size } from './words.js'

const ASK_EVERY_MS = 1_000
const ANSWER_WITHIN_MS = 3_000

const LEVEL_WORDS = { info: 'Note', warn: 'Warning', error: 'Error' }
const FOUND_WORDS = [
  /** @type {const} */ (['fresh', 'Fresh']),
  /** @type {const} */ (['stale', 'Stale']),
  /** @type {const} */ (['unknown', 'Unknown account']),
  /** @type {const} */ (['coalesced', 'Joined a fetch']),
  /** @type {const} */ (['miss', 'Missed']),
]

/** When the last answer came; absent before the first. @type {Date | undefined} */
let answeredAt
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer
let isAsking = false

async function ask() {
  if (isAsking || document.hidden) return
  isAsking = true
  const askedMs = performance.now()
  try {
    const response = await fetch('status.json', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    if (!response.ok) throw new Error(`status.json: ${response.status}`)
    /** @type {Status} */
    const status = await response.json()
    answeredAt = new Date()
    show(status)
  } catch {
    showSilence()
  }
  isAsking = false
  clearTimeout(timer)
  timer = setTimeout(() => void ask(), Math.max(0, ASK_EVERY_MS - (performance.now() - askedMs)))
}

document.addEventListener('visibilitychange', () => void ask())
void ask()

/** @param {Status} status */
function show(status) {
  document.body.classList.remove('silent')
  showHead(status)
  showTroubles(status.troubles)
  showLookups(status.lookups)
  showCalls(status.calls)
  showTiles(status)
  showEvents(status.events)
  query('main').removeAttribute('hidden')
}

function showSilence() {
  document.body.classList.add('silent')
  if (answeredAt === undefined) headline('error', 'No answer', 'The sidecar does not answer yet.')
  else
    headline(
      'error',
      'No answer',
      `Since ${moment(answeredAt)}. What is shown here is from then; the sidecar is asked again each second.`,
    )
}

/** @param {Status} status */
function showHead({ version, upstream, state, troubles, startedAt, uptimeS }) {
  write('about', `${version} · ${upstream}`)
  const problems = troubles.filter(({ level }) => level !== 'info')
  const word = { starting: 'Starting', ready: 'Ready', draining: 'Draining' }[state]
  const and =
    problems.length === 0
      ? ''
      : problems.length === 1
        ? ', with a problem'
        : `, with ${problems.length} problems`
  const level = problems[0]?.level ?? (state === 'ready' ? 'fine' : 'info')
  const calm = problems.length === 0 ? 'Nothing is wrong at the moment. ' : ''
  headline(
    level,
    word + and,
    `${calm}Up ${duration(uptimeS)}, since ${moment(new Date(startedAt))}.`,
  )
}

/** @param {Status['troubles']} troubles */
function showTroubles(troubles) {
  const section = query('#problems')
  section.toggleAttribute('hidden', troubles.length === 0)
  section.dataset['level'] = troubles[0]?.level ?? 'info'
  list('problems', troubles, ({ level, text, advice }) => {
    const item = element('li', '')
    item.dataset['level'] = level
    item.append(element('span', LEVEL_WORDS[level], 'level'), element('strong', text))
    item.append(element('p', advice))
    return item
  })
}

/** @param {Status['lookups']} lookups */
function showLookups({ hitRatio, users, lastMinute }) {
  write('hit-ratio', percent(lastMinute.hitRatio))
  const sinceStart = hitRatio === null ? '' : ` ${percent(hitRatio)} since the start.`
  const unanswered =
    lastMinute.unanswered === 0 ? '' : ` ${plural(lastMinute.unanswered, 'user')} got no answer.`
  const hits = `${number(lastMinute.hits)} of ${plural(lastMinute.users, 'user')} in the last minute came from the cache.`
  write(
    'hit-ratio-note',
    (lastMinute.users === 0 ? 'No lookups in the last minute.' : hits) + sinceStart + unanswered,
  )
  const total = Object.values(users).reduce((sum, count) => sum + count, 0)
  list(
    'lookups',
    FOUND_WORDS.map(([found, words]) => ({ words, count: users[found], total })),
    (row) => {
      const item = element('tr', '')
      const heading = element('th', row.words)
      heading.setAttribute('scope', 'row')
      const share = row.total === 0 ? NOTHING : percent(row.count / row.total)
      item.append(heading, element('td', number(row.count)), element('td', share))
      return item
    },
  )
}

/** @param {Status['calls']} calls */
function showCalls({ sharePerSecond, eachSecond, lastMinute }) {
  const budget = `${number(sharePerSecond)}/s`
  const latest = eachSecond.at(-1) ?? 0
  const most = Math.max(...eachSecond)
  write('calls', `${number(latest)}/s`)
  const failed = lastMinute.failed === 0 ? '' : `; ${number(lastMinute.failed)} failed`
  const calls =
    lastMinute.calls === 0
      ? 'No call in the last minute.'
      : `At most ${number(most)} in one second, ${number(lastMinute.calls)} in the last minute${failed}.`
  write('calls-note', `The budget is ${budget}. ${calls}`)
  write('budget-label', `budget ${budget}`)
  write(
    'plot-description',
    `Between ${Math.min(...eachSecond)} and ${most} a second, now ${latest}; the budget is ${budget}.`,
  )
  const top = Math.max(sharePerSecond, most) * 1.15
  const y = (/** @type {number} */ perSecond) => 100 - (perSecond / top) * 100
  const bars = eachSecond.map((count, second) => {
    // A single call has to be seen beside a budget of hundreds.
    const height = count === 0 ? 0 : Math.max(1.5, 100 - y(count))
    return `M${second * 10 + 1} 100v${-height}h8v${height}z`
  })
  query('.bars').setAttribute('d', bars.join(''))
  query('.budget').setAttribute('d', `M0 ${y(sharePerSecond)}H600`)
  query('.budget-label').style.top = `${y(sharePerSecond)}%`
}

/** @param {Status} status */
function showTiles({ batches, queue, breaker, credentials, nextTryInS, calls, cache }) {
  const { usersPerBatch, maxUsers } = batches
  write('batch', usersPerBatch === null ? NOTHING : plural(usersPerBatch, 'user'))
  write(
    'batch-note',
    usersPerBatch === null
      ? `No call in the last minute. A call takes up to ${number(maxUsers)}.`
      : `in a call on average, of ${number(maxUsers)}, over the last minute`,
  )
  meter('batch', (usersPerBatch ?? 0) / maxUsers)

  const refused = queue.refusedUsers.overloaded + queue.refusedUsers.paused
  write('queue', plural(queue.foregroundUsers + queue.refreshUsers, 'user'))
  write(
    'queue-note',
    `waiting for a call; ${number(queue.fetchingUsers)} being fetched. ${number(refused)} refused since the start.`,
  )

  const tries = nextTryInS === null ? 'The next call tries.' : `One call tries in ${nextTryInS} s.`
  write('breaker', { closed: 'Closed', open: 'Open', 'half-open': 'Half-open' }[breaker.state])
  const flows =
    calls.paceRatio === 1
      ? 'Calls at full pace.'
      : `Calls at ${Math.round(calls.paceRatio * 100)} % of the full pace.`
  const closed = credentials.state === 'closed' ? flows : 'Calls wait for the credentials.'
  write('breaker-note', breaker.state === 'closed' ? closed : `Calls are paused. ${tries}`)

  const unrefused = calls.answered === 0 ? 'Not tried yet' : 'Accepted'
  write('credentials', credentials.state === 'closed' ? unrefused : 'Refused')
  write(
    'credentials-note',
    credentials.state === 'closed'
      ? `UserSig valid until ${moment(new Date(credentials.userSigExpiresAt))}; renewed before.`
      : tries,
  )

  write('cache', plural(cache.entries, 'user'))
  write('cache-note', `${size(cache.bytes)} of ${size(cache.maxBytes)}`)
  meter('cache', cache.bytes / cache.maxBytes)
}

/** @param {Status['events']} events */
function showEvents(events) {
  query('#no-events').toggleAttribute('hidden', events.length > 0)
  list('events', events, ({ time, level, message }) => {
    const item = element('li', '')
    item.dataset['level'] = level
    const when = element('time', moment(new Date(time)))
    when.setAttribute('datetime', time)
    item.append(when, element('span', LEVEL_WORDS[level], 'level'), element('p', message))
    return item
  })
}

/** @param {Level} level @param {string} words @param {string} subline */
function headline(level, words, subline) {
  query('h1').dataset['level'] = level
  write('headline', words)
  write('subline', subline)
  document.title = `${words} · tagside`
  drawIcon(level)
}
