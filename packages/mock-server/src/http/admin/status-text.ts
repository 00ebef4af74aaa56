import type { MockControl } from '../../control/mock-control.ts'

/** What a person who opens `/__admin` is shown: how the app is, and how it has been treated. */
export async function statusText(control: MockControl): Promise<string> {
  const health = await control.health()
  const settings = await control.settings()
  const { rate, rateAlgorithm, latency, unknownAccounts, ambiguity, signatureCheck } = settings
  const { now, advancedMs } = await control.clock()
  const faults = await control.faults()
  return [
    "tagside-mock, a fake of Tencent Cloud Chat's tag API",
    '',
    `app ${health.sdkAppId}, admin ${health.adminId}, known users ${health.users}`,
    `rate ${rate} (${rateAlgorithm}), latency ${latency}, signature check ${signatureCheck}`,
    `unknown accounts ${unknownAccounts}, ambiguity ${ambiguity}`,
    `random seed ${health.randomSeed}, clock ${now} (${advancedMs} ms ahead)`,
    '',
    'How it has been treated since the start or the last reset:',
    line('calls', health.calls),
    line('most calls of one API in any second', health.maxCallsInAnySecond),
    line('users asked for', health.usersAsked),
    line('largest batch', health.largestBatch),
    line('users asked for twice in a call', health.duplicateUsersInACall),
    line('calls with a bad signature', health.badSignatures),
    '',
    faults.length === 0 ? 'No fault is in force.' : 'Faults in force, in the order of asking:',
    ...faults.map(({ id, spec, hits, fired }) => `  ${id}  ${spec}  (fired ${fired} of ${hits})`),
    '',
    'All there is to call is in /__admin/openapi.json.',
    '',
  ].join('\n')
}

function line(name: string, value: number): string {
  return `  ${name.padEnd(36)}${value}`
}
