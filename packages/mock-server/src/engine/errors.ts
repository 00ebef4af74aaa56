/**
 * The base of every error this package throws on purpose; match on `code`, never on the message.
 */
export abstract class MockError extends Error {
  abstract readonly code: string
}

/**
 * A NetFault is a connection that ends instead of an answer. It looks like the error that a Node
 * client reports for the same event on a real socket, so that a caller cannot tell the two apart.
 */
export class NetFault extends MockError {
  override readonly name = 'NetFault'
  /** `reset`: the connection is reset (RST). `fin`: it is closed in good order, without a byte. */
  readonly kind: 'reset' | 'fin'
  readonly code: 'ECONNRESET' | 'UND_ERR_SOCKET'
  readonly errno = -104
  readonly syscall = 'read'

  constructor(kind: 'reset' | 'fin', options?: ErrorOptions) {
    super(kind === 'reset' ? 'read ECONNRESET' : 'other side closed', options)
    this.kind = kind
    this.code = kind === 'reset' ? 'ECONNRESET' : 'UND_ERR_SOCKET'
  }
}
