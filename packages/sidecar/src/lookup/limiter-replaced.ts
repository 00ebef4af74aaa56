/** The limiter granted nothing for too long and was replaced: the wall clock was set back. */
export interface LimiterReplaced {
  readonly event: 'limiter-replaced'
  readonly level: 'warn'
  readonly message: string
}

export const LIMITER_REPLACED: LimiterReplaced = {
  event: 'limiter-replaced',
  level: 'warn',
  message:
    'no call could start for a while and the limiter was replaced: the wall clock was set back',
}
