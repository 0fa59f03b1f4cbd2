import type { CancelTimer } from '../../streams/clock.ts'
import type { GossipOptions } from '../options.ts'

/** How often a wait for peers looks again: streams open without an event. */
const REACHABLE_CHECK_MS = 50

/** Waits until a subscriber is connected by a gossip stream in each direction. */
export function waitForSubscriber(
  { pubsub, clock, hasOutboundStream }: Pick<GossipOptions, 'pubsub' | 'clock' | 'hasOutboundStream'>,
  subscribers: () => readonly string[],
): { readonly reached: Promise<void>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  let cancelTimer: CancelTimer = () => {}

  function check(): void {
    cancelTimer()
    const present = subscribers()
    if (present.some(hasOutboundStream)) {
      cancel()
      resolve()
    } else if (present.length > 0) cancelTimer = clock.setTimer(check, REACHABLE_CHECK_MS)
  }

  function cancel(): void {
    cancelTimer()
    pubsub.removeEventListener('subscription-change', check)
    pubsub.removeEventListener('gossipsub:heartbeat', check)
  }

  pubsub.addEventListener('subscription-change', check)
  pubsub.addEventListener('gossipsub:heartbeat', check)
  check()
  return { reached: promise, cancel }
}
