import type { SlotClock } from '../chain/index.ts'
import type { Gossip, GossipValidator, Topic, Verdict } from '../gossip/types.ts'
import type { LightClientObject } from '../ssz/index.ts'
import {
  afterForwarding,
  type ForwardedUpdates,
  isRepeated,
  isTooEarly,
  verdictAfterProcessing,
} from './gossip-rules.ts'
import type { VerifiedStore } from './verified-store.ts'

type GossipedUpdate = LightClientObject<'finality_update' | 'optimistic_update'>

/** What following gossip works with; all of it is handed in, since a page loads it late. */
export interface FollowGossipOptions {
  readonly gossip: Gossip
  /** The two light-client topics. */
  readonly topics: readonly Topic<GossipedUpdate>[]
  readonly verified: Pick<VerifiedStore, 'store' | 'process'>
  readonly slotClock: SlotClock
  /** What to make of an update that processing refused. */
  verdictOf(error: unknown): Verdict
}

/**
 * Joins the two light-client topics and judges what comes by the store: what is new and valid moves the store on and is
 * forwarded (altair/light-client/p2p-interface.md).
 *
 * An update is processed even where it is not forwarded: what is known already costs no signature check.
 *
 * @returns how to leave
 */
export function followGossip({ gossip, topics, verified, slotClock, verdictOf }: FollowGossipOptions): () => void {
  let forwarded: ForwardedUpdates = {}

  const judge: GossipValidator<GossipedUpdate> = async (update, { receivedAtMs }): Promise<Verdict> => {
    if (verified.store === undefined) return 'ignore'
    try {
      const effect = await verified.process(update, slotClock.currentSlot())
      if (isTooEarly(update, slotClock, receivedAtMs) || isRepeated(update, forwarded)) return 'ignore'
      const verdict = verdictAfterProcessing(update, effect, forwarded)
      if (verdict === 'accept') forwarded = afterForwarding(update, forwarded)
      return verdict
    } catch (error) {
      return verdictOf(error)
    }
  }

  const detach = topics.map((topic) => gossip.validate(topic, judge))
  // A topic is joined by subscribing to it; the validators above take what comes.
  const subscriptions = topics.map((topic) => gossip.subscribe(topic, { maxQueued: 1 }))
  return () => {
    for (const subscription of subscriptions) subscription.stop()
    for (const undo of detach) undo()
  }
}
