/** The tags of every user, as many and as long as those of an app with two memberships and a campaign. */
export const TAGS: readonly string[] = ['GoldMember01', 'WeekPassUser', 'AutumnSale26']

/** As the sidecar writes it. */
export const FETCHED_AT = '2026-11-23T05:42:00.123Z'

export function userName(number: number): string {
  return `user-${String(number).padStart(6, '0')}`
}

/** Says where a server listens, as the sidecar does. */
export function announce(address: string | { readonly port: number } | null): void {
  const port = address === null || typeof address === 'string' ? 0 : address.port
  console.log(JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` }))
}
