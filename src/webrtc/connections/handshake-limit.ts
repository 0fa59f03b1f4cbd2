import type { Upgrader } from '@libp2p/interface'

/** Handshakes of those that dial, at once. */
const MAX_PENDING = 64

type Bounded = Pick<Upgrader, 'createInboundAbortSignal'>

/**
 * Has a WebRTC-direct listener begin no more than so many handshakes at once: each packet from a new address makes it set up
 * a connection, before anything shows that the address is right.
 *
 * @returns components with an upgrader that gives out aborted signals beyond the bound
 */
export function withBoundedHandshakes<T extends { readonly upgrader: Bounded }>(components: T): T {
  let pending = 0

  const createInboundAbortSignal: Bounded['createInboundAbortSignal'] = (stopped) => {
    const signal = components.upgrader.createInboundAbortSignal(pending < MAX_PENDING ? stopped : AbortSignal.abort())
    const clear = signal.clear.bind(signal)
    let over = false
    pending++
    signal.clear = () => {
      if (!over) pending--
      over = true
      clear()
    }
    return signal
  }
  const upgrader = Object.create(components.upgrader, { createInboundAbortSignal: { value: createInboundAbortSignal } })
  return Object.create(components, { upgrader: { value: upgrader } }) as T
}
