import type { ListenAddress } from '../config/addresses.ts'
import { environmentName, flagName } from '../config/settings.ts'

/** Says what to do when no sidecar answers at an address, which is that of the setting `key`. */
export function addressCure(address: ListenAddress, key: 'listen' | 'opsListen'): string {
  const flag = flagName(key)
  if (address.kind === 'tcp' && address.port === 0)
    return `with port 0 the sidecar takes a free one, and its log line "listening" says which: give that with ${flag}`
  return `start the sidecar with tagside serve, or say where it listens with ${flag} or ${environmentName(key)}`
}
