import { forkAtSlot, toHex } from '../../src/chain/index.ts'
import type { BeaconChain, ProducedSlot } from '../../src/devnet/beacon/beacon-chain.ts'
import type { ForkSchedule } from '../../src/devnet/beacon/schedule.ts'
import { isLamparaError } from '../../src/errors/index.ts'
import {
  checkStoreCommittees,
  createCommitteeVerifier,
  initializeLightClientStore,
  type LightClientStore,
  processLightClientUpdate,
  type VerificationContext,
} from '../../src/light-client/verification/index.ts'
import { platform } from '../../src/platform/node/index.ts'
import { headerRoot, type LightClientObject } from '../../src/ssz/index.ts'

/** Every fork that the devnet makes, two epochs each. */
export const allForks: ForkSchedule = { altair: 0, bellatrix: 2, capella: 4, deneb: 6, electra: 8, fulu: 10 }

/** Makes slots up to the one given, it included. */
export function makeSlots(chain: BeaconChain, until: number): ProducedSlot[] {
  const slots: ProducedSlot[] = []
  while (chain.slot < until) slots.push(chain.produceSlot())
  return slots
}

/** Everything that a slot brought, in the order in which it is useful. */
export function objectsOf(slot: ProducedSlot): LightClientObject[] {
  const { bootstraps, update, finalityUpdate, optimisticUpdate } = slot
  return [...bootstraps, update, finalityUpdate, optimisticUpdate].filter((object) => object !== undefined)
}

/** What came of following a chain by our own verification. */
export interface Followed {
  readonly store: LightClientStore
  readonly offered: number
  readonly applied: number
  /** `slot kind code` of everything that was not applied. */
  readonly refused: readonly string[]
  readonly forks: ReadonlySet<string>
}

/** The verification that a light client uses. */
export async function verificationContext(chain: BeaconChain): Promise<VerificationContext> {
  await platform.useFastHasher()
  return { chain: chain.chain, committees: createCommitteeVerifier(await platform.loadBls()) }
}

/**
 * Follows a chain from its first bootstrap with every object in turn, each in its signature slot. Every bootstrap must
 * also start a store of its own.
 */
export async function followAll(chain: BeaconChain, slots: readonly ProducedSlot[]): Promise<Followed> {
  const context = await verificationContext(chain)
  const bootstraps = slots.flatMap((slot) => slot.bootstraps)
  const refused: string[] = []
  const forks = new Set<string>()
  let store: LightClientStore | undefined
  for (const bootstrap of bootstraps) {
    const started = await initializeLightClientStore(
      context,
      toHex(headerRoot(bootstrap.value.header.beacon)),
      bootstrap,
    )
    await checkStoreCommittees(context, started)
    store ??= started
  }
  if (store === undefined) throw new Error('Cannot follow the chain: nothing became final')
  let offered = 0
  let applied = 0
  for (const slot of slots) {
    for (const object of objectsOf(slot)) {
      if (object.kind === 'bootstrap') continue
      // Of genesis itself there is nothing newer than the store to learn.
      if (object.value.attestedHeader.beacon.slot === 0) continue
      offered++
      forks.add(forkAtSlot(chain.chain, object.value.attestedHeader.beacon.slot).name)
      try {
        store = await processLightClientUpdate(context, store, object, slot.slot)
        await checkStoreCommittees(context, store)
        applied++
      } catch (error) {
        refused.push(`${slot.slot} ${object.kind} ${isLamparaError(error) ? error.code : error}`)
      }
    }
  }
  return { store, offered, applied, refused, forks }
}
