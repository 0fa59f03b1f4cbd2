import type { SlotClock } from '../chain/index.ts'
import { lightClientFinalityUpdate, lightClientOptimisticUpdate } from '../gossip/index.ts'
import type { Gossip, GossipValidator, Verdict } from '../gossip/types.ts'
import type { LightClientObject } from '../ssz/index.ts'
import {
  afterForwarding,
  type ForwardedUpdates,
  isRepeated,
  isTooEarly,
  verdictAfterProcessing,
} from './gossip-rules.ts'
import { verdictOf } from './verification/index.ts'
import type { VerifiedStore } from './verified-store.ts'

type GossipedUpdate = LightClientObject<'finality_update' | 'optimistic_update'>

/**
 * Joins the two light-client topics and judges what comes by the store: what is new and valid moves the store on and is
 * forwarded (altair/light-client/p2p-interface.md).
 *
 * An update is processed even where it is not forwarded: what is known already costs no signature check.
 *
 * @returns how to leave
 */
export function followGossip(gossip: Gossip, verified: VerifiedStore, slotClock: SlotClock): () => void {
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

  const detach = [
    gossip.validate(lightClientFinalityUpdate, judge),
    gossip.validate(lightClientOptimisticUpdate, judge),
  ]
  // A topic is joined by subscribing to it; the validators above take what comes.
  const subscriptions = [
    gossip.subscribe(lightClientFinalityUpdate, { maxQueued: 1 }),
    gossip.subscribe(lightClientOptimisticUpdate, { maxQueued: 1 }),
  ]
  return () => {
    for (const subscription of subscriptions) subscription.stop()
    for (const undo of detach) undo()
  }
}
