import { type Chain, type Hex, periodOfSlot } from '../../../chain/index.ts'
import { firstFrom, type LightClientDataSource } from '../../../light-client/serving/serve.ts'
import { isBetterUpdate } from '../../../light-client/verification/index.ts'
import type { LightClientObject } from '../../../ssz/light-client/light-client-values.ts'

/** How much an archive keeps; the oldest go first. */
export interface ArchiveLimits {
  /** Sync-committee periods whose best update is kept. */
  readonly maxPeriods: number
  /** Block roots whose bootstrap is kept. */
  readonly maxBootstraps: number
}

/** The light-client data that a node has to offer, within bounds. */
export interface Archive extends LightClientDataSource {
  bootstrap(root: Hex): LightClientObject<'bootstrap'> | undefined
  update(period: number): LightClientObject<'update'> | undefined
  finalityUpdate(): LightClientObject<'finality_update'> | undefined
  optimisticUpdate(): LightClientObject<'optimistic_update'> | undefined
  /** Roots with a bootstrap, oldest first. */
  bootstrapRoots(): Hex[]
  /** Periods with an update, ascending. */
  periods(): number[]
  addBootstrap(root: Hex, bootstrap: LightClientObject<'bootstrap'>): void
  /** Keeps the update where it is the best of its period. One signed by another period's committee is not considered. */
  addUpdate(update: LightClientObject<'update'>): void
  setFinalityUpdate(update: LightClientObject<'finality_update'>): void
  setOptimisticUpdate(update: LightClientObject<'optimistic_update'>): void
}

/** Makes an empty archive. */
export function createArchive(chain: Chain, limits: ArchiveLimits): Archive {
  const bootstraps = new Map<Hex, LightClientObject<'bootstrap'>>()
  const updates = new Map<number, LightClientObject<'update'>>()
  let finality: LightClientObject<'finality_update'> | undefined
  let optimistic: LightClientObject<'optimistic_update'> | undefined
  return {
    bootstrap: (root) => bootstraps.get(root),
    update: (period) => updates.get(period),
    firstPeriod: (from) => firstFrom(updates.keys(), from),
    finalityUpdate: () => finality,
    optimisticUpdate: () => optimistic,
    bootstrapRoots: () => [...bootstraps.keys()],
    periods: () => [...updates.keys()].sort((a, b) => a - b),
    addBootstrap(root, bootstrap) {
      bootstraps.delete(root)
      bootstraps.set(root, bootstrap)
      for (const oldest of bootstraps.keys()) {
        if (bootstraps.size <= limits.maxBootstraps) break
        bootstraps.delete(oldest)
      }
    },
    addUpdate(update) {
      const period = periodOfSlot(chain, update.value.attestedHeader.beacon.slot)
      if (period !== periodOfSlot(chain, update.value.signatureSlot)) return
      const best = updates.get(period)
      if (best !== undefined && !isBetterUpdate(chain, update.value, best.value)) return
      updates.set(period, update)
      while (updates.size > limits.maxPeriods) updates.delete(Math.min(...updates.keys()))
    },
    setFinalityUpdate(update) {
      finality = update
    },
    setOptimisticUpdate(update) {
      optimistic = update
    },
  }
}
