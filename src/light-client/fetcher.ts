import { epochOfSlot, type Hex, periodOfSlot, type SlotClock, toHex } from '../chain/index.ts'
import { isLamparaError, LamparaError } from '../errors/index.ts'
import type { Network } from '../network/types.ts'
import { protocols } from '../reqresp/index.ts'
import { headerRoot, type LightClientObject } from '../ssz/index.ts'
import { askBootstrap, askPeers } from './ask-peers.ts'
import { nextSyncStep, type SyncStep } from './sync-plan.ts'
import type { LightClientStatus } from './types.ts'
import { verdictOf } from './verification/index.ts'
import type { AnyObject, AnyUpdate, VerifiedStore } from './verified-store.ts'

/** How far catching up is, in periods. */
export type SyncProgress = NonNullable<LightClientStatus['sync']>

/** What a fetcher works with. */
export interface FetcherOptions {
  readonly network: Network
  readonly verified: VerifiedStore
  readonly slotClock: SlotClock
  readonly maxCheckpointAgeMs: number
  readonly signal: AbortSignal
  onProgress(progress: SyncProgress): void
}

/** Brings into the store what peers answer when asked; who sends what is invalid is reported. */
export interface Fetcher {
  /**
   * Starts the store from the checkpoint, a block root.
   *
   * @throws LamparaError `checkpoint_too_old`, `checkpoint_unavailable`, `peer_unavailable`; what the last peer came to; the signal's reason
   */
  bootstrap(checkpoint: Hex): Promise<void>
  /**
   * Updates by range until nothing is left to ask for, or what peers have leads no further.
   *
   * @throws LamparaError `peer_unavailable`; what the last peer came to; the signal's reason
   */
  catchUp(): Promise<void>
  /** Asks for the latest updates, for what gossip did not bring. Throws only when there is nobody to ask. */
  refreshHeads(): Promise<void>
  /** True when there is something to fetch by range that was not asked for in this epoch yet. */
  wantsUpdates(): boolean
  /** True when the latest updates were not asked for within so many slots. */
  wantsHeads(afterSlots: number): boolean
  /** Peer id of who sent an object. */
  senderOf(object: AnyObject): string | undefined
}

/** Creates a fetcher. */
export function createFetcher(options: FetcherOptions): Fetcher {
  const { network, verified, slotClock, signal } = options
  const { chain, clock } = network
  const senders = new WeakMap<AnyObject, string>()
  let askedInEpoch = -1
  let refreshedAtSlot = Number.NEGATIVE_INFINITY

  /** Verifies what a peer sent; the peer is told on when it is invalid. */
  async function judged<T>(object: AnyObject, peer: string, verify: () => Promise<T>): Promise<T> {
    senders.set(object, peer)
    try {
      return await verify()
    } catch (error) {
      if (verdictOf(error) === 'reject') network.report(peer, 'fatal', isLamparaError(error) ? error.code : 'internal')
      throw error
    }
  }

  /** @returns true when the store moved */
  async function take(update: AnyUpdate, peer: string): Promise<boolean> {
    try {
      return (await judged(update, peer, () => verified.process(update, slotClock.currentSlot()))).changed
    } catch (error) {
      if (verdictOf(error) === 'reject') throw error
      return false
    }
  }

  function refuseOld(checkpoint: Hex, bootstrap: LightClientObject<'bootstrap'>): void {
    const { beacon } = bootstrap.value.header
    // What is not the checkpoint's block has no say in how old that is: verification refuses it.
    if (toHex(headerRoot(beacon)) !== checkpoint) return
    const { slot } = beacon
    const ageMs = clock.now() - slotClock.slotStartMs(slot)
    if (ageMs <= options.maxCheckpointAgeMs) return
    const words = `it is ${days(ageMs)} days old, ${days(options.maxCheckpointAgeMs)} are allowed`
    throw new LamparaError('checkpoint_too_old', `Cannot start from checkpoint ${checkpoint}: ${words}`, {
      details: { slot, ageMs },
    })
  }

  function plan(): SyncStep {
    const { store } = verified
    if (store === undefined) return { kind: 'follow' }
    return nextSyncStep({
      finalizedPeriod: periodOfSlot(chain, store.finalizedHeader.beacon.slot),
      optimisticPeriod: periodOfSlot(chain, store.optimisticHeader.beacon.slot),
      nextSyncCommitteeKnown: store.nextSyncCommittee !== undefined,
      currentPeriod: periodOfSlot(chain, slotClock.currentSlot()),
    })
  }

  async function fetchRange(step: Extract<SyncStep, { kind: 'updates' }>, startPeriod: number): Promise<void> {
    const targetPeriod = periodOfSlot(chain, slotClock.currentSlot())
    options.onProgress({ startPeriod, period: step.startPeriod, targetPeriod })
    const accept = async (update: LightClientObject<'update'>, peer: string): Promise<boolean> => {
      // What did not move the store may claim any period.
      if (!(await take(update, peer))) return false
      const period = periodOfSlot(chain, update.value.attestedHeader.beacon.slot)
      options.onProgress({ startPeriod, period, targetPeriod })
      return true
    }
    const request = { startPeriod: step.startPeriod, count: step.count }
    try {
      await askPeers(network, protocols.lightClientUpdatesByRange, request, accept, { signal })
    } catch (error) {
      // Heads may be followed within this period and the next without its update: peers may not have made it yet.
      if (!isLamparaError(error, 'resource_unavailable') && !isLamparaError(error, 'response_empty')) throw error
    }
  }

  return {
    bootstrap: (checkpoint) =>
      askBootstrap(
        network,
        checkpoint,
        async (bootstrap, peer) => {
          refuseOld(checkpoint, bootstrap)
          await judged(bootstrap, peer, () => verified.bootstrap(checkpoint, bootstrap))
          return true
        },
        { signal },
      ),

    async catchUp() {
      let step = plan()
      if (step.kind === 'follow') return
      const { startPeriod } = step
      while (step.kind === 'updates') {
        const asked = step
        askedInEpoch = epochOfSlot(chain, slotClock.currentSlot())
        await fetchRange(asked, startPeriod)
        step = plan()
        // What peers have leads no further: the same question would get the same answer.
        if (step.kind === 'updates' && step.startPeriod <= asked.startPeriod) return
      }
    },

    async refreshHeads() {
      refreshedAtSlot = slotClock.currentSlot()
      const asked = await Promise.allSettled([
        askPeers(network, protocols.lightClientFinalityUpdate, undefined, take, { signal }),
        askPeers(network, protocols.lightClientOptimisticUpdate, undefined, take, { signal }),
      ])
      const failed = asked.find((result) => result.status === 'rejected')
      if (failed !== undefined && (signal.aborted || network.status.peers === 0)) throw failed.reason
    },

    // Told apart, not compared: a clock that was set back would keep the present epoch waiting for the one asked in.
    wantsUpdates: () => plan().kind === 'updates' && epochOfSlot(chain, slotClock.currentSlot()) !== askedInEpoch,
    wantsHeads: (afterSlots) => Math.abs(slotClock.currentSlot() - refreshedAtSlot) >= afterSlots,
    senderOf: (object) => senders.get(object),
  }
}

function days(ms: number): string {
  return (ms / 86_400_000).toFixed(1)
}
