import { createFakeTencent } from '../packages/mock-server/src/index.ts'
import { heapBytes } from '../packages/mock-server/tests/support/heap.ts'

/** Until the journal is full and the code is compiled. */
const WARM_UP_CALLS = 4_000
const CALLS = 20_000
const CALLS_PER_SAMPLE = 1_000
/** An interception that keeps the connection of each call grows by 27,000. */
const BYTES_PER_CALL_MAX = 100

/** 20,000 calls in a row to a fake in process: what is left on the heap of each of them? */
export async function inProcess(): Promise<void> {
  await using fake = createFakeTencent({ rate: 'off', signatureCheck: 'off' })
  fake.intercept()
  const { sdkAppId } = fake.credentials
  const url = `https://console.tim.qq.com/v4/timpush/get_tag?sdkappid=${sdkAppId}`
  const call = async (times: number): Promise<void> => {
    for (let made = 0; made < times; made += 1) {
      await (await fetch(url, { method: 'POST', body: '{"To_Account":["xiaoming"]}' })).text()
    }
  }
  await call(WARM_UP_CALLS)
  const samples = [heapBytes()]
  while (samples.length <= CALLS / CALLS_PER_SAMPLE) {
    await call(CALLS_PER_SAMPLE)
    samples.push(heapBytes())
  }
  const bytesPerCall = slope(samples) / CALLS_PER_SAMPLE
  console.log(
    `in-process: ${CALLS} calls, the heap grows by ${bytesPerCall.toFixed(1)} bytes a call (at most ${BYTES_PER_CALL_MAX} is well)`,
  )
  if (bytesPerCall > BYTES_PER_CALL_MAX) process.exitCode = 1
}

/** The least-squares slope of values that stand at equal distances. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let covariance = 0
  let variance = 0
  for (const [index, value] of values.entries()) {
    covariance += (index - middle) * (value - mean)
    variance += (index - middle) ** 2
  }
  return covariance / variance
}
