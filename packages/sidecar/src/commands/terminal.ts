/** Where a command prints, and what it is told of the one who reads it. */
export interface Terminal {
  readonly stdout: { readonly write: (text: string) => unknown; readonly isTTY?: boolean }
  readonly stderr: { readonly write: (text: string) => unknown }
}
