import { lightClientFinalityUpdate, lightClientOptimisticUpdate } from '../gossip/index.ts'
import type { Topic } from '../gossip/types.ts'
import type { Network } from '../network/types.ts'

/** Callbacks for each republished message. */
export interface RelayEvents {
  onRelayed(recipients: number): void
  onFailed(error: unknown): void
}

/**
 * Publishes what passed validation upstream to everyone downstream, bytes unchanged, until the signal aborts.
 *
 * Publishing, not forwarding: through a mesh of twelve, four of ten messages never reach the other browsers.
 */
export async function republishVerified(
  upstream: Network,
  downstream: Network,
  events: RelayEvents,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([
    relayTopic(lightClientFinalityUpdate, upstream, downstream, events, signal),
    relayTopic(lightClientOptimisticUpdate, upstream, downstream, events, signal),
  ])
}

async function relayTopic<Message>(
  topic: Topic<Message>,
  upstream: Network,
  downstream: Network,
  events: RelayEvents,
  signal: AbortSignal,
): Promise<void> {
  // Clients count as subscribers of ours, and we of theirs; what they send has no validator here and goes nowhere.
  const listening = downstream.gossip.subscribe(topic, { maxQueued: 1, signal })
  try {
    for await (const message of upstream.gossip.subscribe(topic, { signal })) {
      if (!message.verified) continue
      try {
        events.onRelayed(await downstream.gossip.publishRaw(message.topicString, message.raw))
      } catch (error) {
        events.onFailed(error)
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    listening.stop()
  }
}
