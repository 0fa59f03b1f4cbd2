import type { SlotClock } from '../../chain/index.ts'
import type { Gossip, GossipValidator, Topic, Verdict } from '../../gossip/types.ts'
import type { LightClientObject } from '../../ssz/index.ts'
import type { UpdateReceiver } from '../store/receive-update.ts'
import type { VerifiedStore } from '../store/verified-store.ts'
import {
  afterForwarding,
  type ForwardedUpdates,
  isRepeated,
  isTooEarly,
  verdictAfterProcessing,
} from './gossip-rules.ts'

// Loaded with this, after the first head.
export { trackGaps } from '../status/gaps.ts'

type GossipedUpdate = LightClientObject<'finality_update' | 'optimistic_update'>

/** What following gossip works with; all of it is handed in, since a page loads it late. */
export interface FollowGossipOptions {
  readonly gossip: Gossip
  /** The two light-client topics. */
  readonly topics: readonly Topic<GossipedUpdate>[]
  readonly verified: Pick<VerifiedStore, 'store' | 'finalized' | 'optimistic' | 'committeesChecked'>
  readonly receiver: Pick<UpdateReceiver, 'receive'>
  readonly slotClock: SlotClock
  /** What to make of an update that processing refused. */
  verdictOf(error: unknown): Verdict
}

/**
 * Joins the two light-client topics. What comes is processed, and forwarded where it is valid, new and timely
 * (altair/light-client/p2p-interface.md).
 *
 * An update that is not to be forwarded is processed, too: what is known already costs no signature check. One that is to be
 * forwarded is verified in any case.
 *
 * @returns how to leave
 */
export function followGossip(options: FollowGossipOptions): () => void {
  const { gossip, topics, verified, receiver, slotClock, verdictOf } = options
  let forwarded: ForwardedUpdates = {}

  const validate: GossipValidator<GossipedUpdate> = async (update, { from, receivedAtMs }): Promise<Verdict> => {
    if (verified.store === undefined) return 'ignore'
    const mayForward = (): boolean => !isTooEarly(update, slotClock, receivedAtMs) && !isRepeated(update, forwarded)
    const forwards = mayForward()
    try {
      await receiver.receive(update, from, { always: forwards })
    } catch (error) {
      // An honest sender must not pay for a committee that may prove forged.
      return verified.committeesChecked ? verdictOf(error) : 'ignore'
    }
    // Another one may have been forwarded while this one was verified.
    if (!forwards || !mayForward()) return 'ignore'
    const verdict = verdictAfterProcessing(update, verified, forwarded)
    if (verdict === 'accept') forwarded = afterForwarding(update, forwarded)
    return verdict
  }

  const detach = topics.map((topic) => gossip.validate(topic, validate))
  // A topic is joined by subscribing to it; the validators above take what comes.
  const subscriptions = topics.map((topic) => gossip.subscribe(topic, { maxQueued: 1 }))
  return () => {
    for (const subscription of subscriptions) subscription.stop()
    for (const undo of detach) undo()
  }
}
