import type { Network } from '../network/types.ts'
import { CLIENT_SHUTDOWN } from '../peers/index.ts'
import type { PeerInfo } from '../peers/types.ts'
import { delay } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'

/** How often some of the clients are told to go. */
const STEP_MS = 250
/** At the end a few are told at once, rather than many. */
const MAX_AT_ONCE = 100

/**
 * Says Goodbye to all clients, spread evenly over a window: so that they do not all come to the same bootnode at once. Takes no new
 * ones from the beginning on.
 *
 * @param windowMs - over which they go; with 0 all at once
 * @param signal - ends the wait: the rest is told at once
 */
export async function drainClients(
  network: Pick<Network, 'allPeers' | 'disconnect' | 'refuseInbound'>,
  {
    clock,
    windowMs,
    signal,
  }: { readonly clock: Clock; readonly windowMs: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  network.refuseInbound()
  const endMs = clock.now() + windowMs
  for (;;) {
    // Those whose handshake is under way, too: they count a moment later, and would be told nothing.
    const clients = network
      .allPeers()
      .filter(isHere)
      .map(({ id }) => id)
    if (clients.length === 0) return
    const stepsLeft = signal?.aborted ? 0 : Math.floor((endMs - clock.now()) / STEP_MS)
    const going =
      stepsLeft <= 0 ? clients.slice(0, MAX_AT_ONCE) : clients.slice(0, Math.ceil(clients.length / (stepsLeft + 1)))
    await Promise.all(going.map((id) => network.disconnect(id, CLIENT_SHUTDOWN).catch(() => {})))
    if (stepsLeft > 0) await delay(STEP_MS, { clock, ...(signal && { signal }) }).catch(() => {})
  }
}

function isHere({ state, direction }: PeerInfo): boolean {
  return state === 'connected' || (state === 'connecting' && direction === 'inbound')
}
