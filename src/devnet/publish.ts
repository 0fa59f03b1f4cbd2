import { epochOfSlot, equalBytes, forkDigestAtEpoch, type Hex, type SlotClock } from '../chain/index.ts'
import { isLamparaError } from '../errors/index.ts'
import { topics } from '../gossip/index.ts'
import type { Verdict } from '../gossip/types.ts'
import type { Network } from '../network/types.ts'
import { encodeLightClientObject, type LightClientObject, lightClientForkAtSlot } from '../ssz/index.ts'
import { onAbort } from '../streams/abort.ts'
import type { Persona } from './persona/personas.ts'
import type { LightClientData } from './served-chain.ts'
import type { DevnetEvent } from './types.ts'

type Published = LightClientObject<'finality_update' | 'optimistic_update'>

/** What a slot brought to publish. */
export interface Publication {
  readonly finalityUpdate?: LightClientObject<'finality_update'> | undefined
  readonly optimisticUpdate?: LightClientObject<'optimistic_update'> | undefined
}

/** Publishes light-client updates as a full node does. */
export interface Publisher {
  /**
   * Publishes once the sync messages of the signature slot are due, never before; only what is news: a finality update
   * when finality moved or first reaches two thirds, an optimistic one when its header is newer.
   */
  publish(publication: Publication): Promise<void>
}

/** MAXIMUM_GOSSIP_CLOCK_DISPARITY (phase0/p2p-interface.md), in milliseconds. */
const CLOCK_DISPARITY_MS = 500

/**
 * Joins the two light-client topics, forwards on them only what equals our own (altair/light-client/p2p-interface.md, "for
 * full nodes"), and publishes.
 *
 * @param publishesUnder - see `Persona`
 * @param signal - ends it
 */
export function createPublisher(
  network: Network,
  data: LightClientData,
  slotClock: SlotClock,
  onPublished: (event: Extract<DevnetEvent, { type: 'published' }>) => void,
  publishesUnder: Persona['publishesUnder'],
  signal: AbortSignal,
): Publisher {
  const { chain, gossip } = network
  const judge = (message: Published, own: Published | undefined): Verdict => {
    const dueMs = slotClock.syncMessageDueMs(message.value.signatureSlot)
    if (network.clock.now() < dueMs - CLOCK_DISPARITY_MS || own === undefined) return 'ignore'
    const equal = equalBytes(encodeLightClientObject(chain, message), encodeLightClientObject(chain, own))
    return equal ? 'accept' : 'ignore'
  }
  const detach = [
    gossip.validate(topics.lightClientFinalityUpdate, (message) => judge(message, data.finalityUpdate())),
    gossip.validate(topics.lightClientOptimisticUpdate, (message) => judge(message, data.optimisticUpdate())),
  ]
  const subscriptions = [
    gossip.subscribe(topics.lightClientFinalityUpdate, { maxQueued: 1 }),
    gossip.subscribe(topics.lightClientOptimisticUpdate, { maxQueued: 1 }),
  ]
  onAbort(signal, () => {
    for (const subscription of subscriptions) subscription.stop()
    for (const end of detach) end()
  })

  const last = { finalizedSlot: 0, supermajority: false, attestedSlot: -1 }

  /** The digest to publish under, where it is not the message's own. */
  function underOf({ value }: Published): { readonly forkDigest?: Hex } {
    if (publishesUnder === 'attested-slot') return {}
    const { signatureSlot, attestedHeader } = value
    // Containers that the new fork changed cannot be sent under its digest.
    const isReadable =
      lightClientForkAtSlot(chain, signatureSlot) === lightClientForkAtSlot(chain, attestedHeader.beacon.slot)
    return isReadable ? { forkDigest: forkDigestAtEpoch(chain, epochOfSlot(chain, signatureSlot)) } : {}
  }

  async function send<Message extends Published>(message: Message, publish: () => Promise<number>): Promise<void> {
    let recipients = 0
    try {
      recipients = await publish()
    } catch (error) {
      // Nobody may be there to hear it, which is not a fault: the next one comes in a slot.
      if (!isLamparaError(error, 'publish_failed')) throw error
    }
    onPublished({ type: 'published', object: message, recipients })
  }

  return {
    async publish({ finalityUpdate, optimisticUpdate }) {
      const signatureSlot = optimisticUpdate?.value.signatureSlot ?? finalityUpdate?.value.signatureSlot
      if (signatureSlot === undefined) return
      await slotClock.until(slotClock.syncMessageDueMs(signatureSlot), { signal })
      if (finalityUpdate !== undefined && isFinalityNews(finalityUpdate, last)) {
        last.finalizedSlot = finalityUpdate.value.finalizedHeader.beacon.slot
        last.supermajority = hasSupermajority(finalityUpdate)
        await send(finalityUpdate, () =>
          gossip.publish(topics.lightClientFinalityUpdate, finalityUpdate, underOf(finalityUpdate)),
        )
      }
      if (optimisticUpdate !== undefined && optimisticUpdate.value.attestedHeader.beacon.slot > last.attestedSlot) {
        last.attestedSlot = optimisticUpdate.value.attestedHeader.beacon.slot
        await send(optimisticUpdate, () =>
          gossip.publish(topics.lightClientOptimisticUpdate, optimisticUpdate, underOf(optimisticUpdate)),
        )
      }
    },
  }
}

function isFinalityNews(
  update: LightClientObject<'finality_update'>,
  last: { readonly finalizedSlot: number; readonly supermajority: boolean },
): boolean {
  const { slot } = update.value.finalizedHeader.beacon
  return slot > last.finalizedSlot || (slot === last.finalizedSlot && !last.supermajority && hasSupermajority(update))
}

/** More than two thirds of the committee. */
function hasSupermajority(update: Published): boolean {
  const bits = update.value.syncAggregate.syncCommitteeBits
  return bits.getTrueBitIndexes().length * 3 > bits.bitLen * 2
}
