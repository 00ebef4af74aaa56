/**
 * Runs `act` with a signal that aborts when the caller's signal, if there is one, does, with its reason, or after
 * `timeoutMs`, with the error that `timedOut` makes. Rejects with that reason whatever `act` made
 * of the abort. No timer and no listener is left behind.
 */
export async function withTimeout<T>(
  act: (signal: AbortSignal) => Promise<T>,
  {
    signal,
    timeoutMs,
    timedOut,
  }: { signal: AbortSignal | undefined; timeoutMs: number; timedOut: () => Error },
): Promise<T> {
  signal?.throwIfAborted()
  const call = new AbortController()
  // Not AbortSignal.timeout, which fake timers do not reach.
  const timer = setTimeout(() => call.abort(timedOut()), timeoutMs)
  const giveUp = (): void => call.abort(signal?.reason)
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    return await act(call.signal)
  } catch (error) {
    call.signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
  }
}
