import { transportSymbol } from '@libp2p/interface'
import type { LazyPlatformTransport, Libp2pTransport } from '../../../platform/transports.ts'
import { raceSignal } from '../../../streams/abort.ts'

/** A transport that knows its addresses at once, and whose code comes with the first dial. */
export function lazyTransport({ name, canDial, load }: LazyPlatformTransport): Libp2pTransport {
  return (components) => ({
    [transportSymbol]: true,
    [Symbol.toStringTag]: `@lampara/${name}`,
    dialFilter: (addresses) => addresses.filter((address) => canDial(address.toString())),
    listenFilter: () => [],
    createListener() {
      throw new Error(`${name} is only dialed`)
    },
    async dial(address, options) {
      const create = await raceSignal(load(), options.signal)
      return create(components).dial(address, options)
    },
  })
}
