import type { GossipSub } from '@libp2p/gossipsub'
import { LamparaError } from '../../errors/index.ts'

/**
 * Keeps gossipsub from taking part in a topic's mesh: call it before subscribing. Nobody is grafted, who grafts us is pruned at
 * once, and messages come by IHAVE and IWANT.
 *
 * Gossipsub 17 has no option for it. What it asks, wherever it would graft, is whether the peer is still backed off; here
 * every peer always is.
 *
 * @throws LamparaError `internal` when gossipsub keeps no such record: better no topic than one that costs us our peers
 */
export function optOutOfMesh(pubsub: GossipSub, topic: string): void {
  const { backoff } = pubsub as unknown as { readonly backoff?: unknown }
  if (!(backoff instanceof Map)) {
    throw new LamparaError('internal', `Cannot join ${topic}: this gossipsub cannot be kept out of its mesh`)
  }
  backoff.set(topic, new AlwaysBackedOff())
}

class AlwaysBackedOff extends Map<string, number> {
  // Gossipsub releases an empty record.
  override get size(): number {
    return 1
  }

  override has(): boolean {
    return true
  }

  /** Just not over yet: anyone who grafts us, which is their right, counts as early once, and not as flooding. */
  override get(): number {
    return Date.now() + 1
  }

  override set(): this {
    return this
  }
}
