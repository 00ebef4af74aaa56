import { vary } from './ambiguity.ts'
import { apis } from './apis.ts'
import type { App } from './app.ts'
import { accountsIn, parseJson, readBody } from './body.ts'
import type { Call, CallContent } from './call.ts'
import { callerGone, deliver, pause } from './delivery.ts'
import { NetFault } from './errors.ts'
import { candidatesOfHeader } from './fault-candidate.ts'
import type { AnswerAction } from './fault-plan.ts'
import { planFaults } from './fault-plan.ts'
import type { JournalUpdate } from './journal.ts'
import { judge } from './judge.ts'
import { drawDelayMs } from './latency.ts'
import type { Reply } from './reply.ts'
import { claimedJson, fail, page } from './reply.ts'

/**
 * The Engine answers calls as Tencent would, one Request to one Response, without any transport.
 *
 * A call is counted and entered into the journal when it arrives. Its answer is decided at once and
 * says what the store then holds; latency, a slow body and the rest only hold back or spoil that
 * answer.
 */
export class Engine {
  readonly #apps: Map<string, App>
  readonly #first: App

  constructor(first: App, others: readonly App[]) {
    this.#first = first
    this.#apps = new Map([first, ...others].map((app) => [String(app.credentials.sdkAppId), app]))
  }

  /** The app with this SDKAppID; the first one if none is given. */
  app(sdkAppId?: string): App | undefined {
    return sdkAppId === undefined ? this.#first : this.#apps.get(sdkAppId)
  }

  /** All apps, the first one first. */
  apps(): readonly App[] {
    return [...this.#apps.values()]
  }

  /** Adds an app; another of its SDKAppID gives way. */
  add(app: App): void {
    this.#apps.set(String(app.credentials.sdkAppId), app)
  }

  /** Answers a call; throws NetFault where the connection is to end without an answer. */
  async handle(request: Request): Promise<Response> {
    const call = this.#arrive(request)
    const arrivedMs = call.app.clock.monotonicMs()
    const note = (update: JournalUpdate): void => call.app.journal.update(call.seq, update)
    try {
      return await this.#answer(call, request, note)
    } finally {
      note({ durationMs: call.app.clock.monotonicMs() - arrivedMs })
    }
  }

  #arrive(request: Request): Call {
    const { pathname: path, searchParams: query } = new URL(request.url)
    const { method, signal } = request
    const named = this.#apps.get(query.get('sdkappid') ?? '')
    const app = named ?? this.#first
    const api = apis.get(path)
    const nowMs = app.clock.monotonicMs()
    app.referee.callArrived(api === undefined ? 'no API' : path, nowMs)
    const isAdmitted = api === undefined || named === undefined || app.admit(path, nowMs)
    const seq = app.journal.open({ atMs: app.clock.wallMs(), method, path })
    return { method, path, query, signal, app, namesApp: named !== undefined, api, isAdmitted, seq }
  }

  async #answer(
    call: Call,
    request: Request,
    note: (update: JournalUpdate) => void,
  ): Promise<Response> {
    const { app, signal } = call
    const text = await readBody(request)
    const body = parseJson(text)
    const accounts = accountsIn(body)
    app.referee.accountsArrived(accounts)
    const magic = app.magic.readCall(accounts)
    const plan = planFaults([
      ...candidatesOfHeader(request.headers.get('x-mock-fault'), accounts, app.random),
      ...app.faults.candidates('added', accounts),
      ...magic.candidates,
      ...app.faults.candidates('startup', accounts),
    ])
    note({ accounts, faults: plan.fired })

    const tagsOf = (account: string): readonly string[] | undefined =>
      magic.tags.get(account) ?? app.users.tagsOf(account)
    const reply =
      plan.answer === undefined
        ? trueReply(call, { text, body, plan, tagsOf })
        : staged(plan.answer)
    const latencyMs = drawDelayMs(app.settings.latency, app.random)
    const extraMs = plan.delay === undefined ? 0 : drawDelayMs(plan.delay, app.random)
    await pause(latencyMs + extraMs, signal)
    if (typeof reply === 'string') return endConnection(reply, signal)
    note({
      status: reply.status,
      ...(reply.errorCode === undefined ? {} : { errorCode: reply.errorCode }),
    })
    return deliver(reply, plan.delivery)
  }
}

// A fault's answer is what was asked for, so only this one is varied.
function trueReply(call: Call, content: CallContent): Reply {
  const { clock, settings, random } = call.app
  const reply = judge(call, content, clock.wallMs())
  return settings.ambiguity === 'random' ? vary(reply, random) : reply
}

/** The answer that a fault puts in place of the true one, or how the connection is to end. */
function staged(action: AnswerAction): Reply | 'reset' | 'fin' | 'hang' {
  switch (action.kind) {
    case 'err':
      return fail(action.code, action.text)
    case 'http':
      return page(action.status, action.page)
    case 'badjson':
      return claimedJson('{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"UserTags":[{"To_Acc')
    case 'emptybody':
      return claimedJson('')
    case 'reset':
    case 'fin':
    case 'hang':
      return action.kind
  }
}

async function endConnection(how: 'reset' | 'fin' | 'hang', signal: AbortSignal): Promise<never> {
  if (how === 'hang') await callerGone(signal)
  throw new NetFault(how === 'fin' ? 'fin' : 'reset')
}
