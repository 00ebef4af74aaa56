import { addressText } from '../config/addresses.ts'
import type { ClientConfig } from '../config/client-config.ts'
import { addressCure } from './sidecar-address.ts'
import { type Ask, NoAnswerError } from './sidecar-answer.ts'

/** Some servers answer 200 to every path. */
const SAYS_OK = /^\{"status":"ok"[,}]/

/** Returns why a probe does not say yes, or nothing if it does. Where the ops listener is off, it is enough that the data listener answers anything. */
export async function probe(
  path: '/livez' | '/readyz',
  { listen, opsListen }: ClientConfig,
  ask: Ask,
  timeoutMs: number,
): Promise<string | undefined> {
  const isOff = opsListen === 'off'
  const address = isOff ? listen : opsListen
  try {
    const { status, body } = await ask(address, { path: isOff ? '/' : path, timeoutMs })
    if (isOff || (status === 200 && SAYS_OK.test(body))) return undefined
    if (status === 200) {
      return `what answers on ${addressText(address)} is no tagside ops listener; ${addressCure(address, 'opsListen')}`
    }
    return `${addressText(address)}${path} answered ${status}${reasons(body)}`
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error
    return `${error.message}; ${addressCure(address, isOff ? 'listen' : 'opsListen')}`
  }
}

/** The reasons that the sidecar gives, which are words of its own. */
function reasons(body: string): string {
  const [, list = ''] = /"reasons":\[([^\]]*)\]/.exec(body) ?? []
  const words = list.match(/[\w -]+/g) ?? []
  return words.length === 0 ? '' : `: ${words.join(', ')}`
}
