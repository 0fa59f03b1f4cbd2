import { type Chain, type Hex, periodOfSlot, toHex } from '../../chain/index.ts'
import { contextSlotOf, headerRoot, type LightClientObject } from '../../ssz/index.ts'
import { dropOldest } from '../../streams/drop-oldest.ts'
import { isBetterUpdate } from '../verification/index.ts'
import { finalityUpdateOf, hasFinality, optimisticUpdateOf } from './convert-update.ts'
import { firstFrom, type LightClientDataSource } from './serve.ts'

/** Bounds on what is kept: MAX_REQUEST_LIGHT_CLIENT_UPDATES periods, and the bootstraps of a day's worth of visitors. */
const MAX_PERIODS = 128
const MAX_BOOTSTRAPS = 64

/** The light-client data that was verified here, bounded, for serving on. */
export interface VerifiedData extends LightClientDataSource {
  /** Takes a verified object in. */
  add(object: LightClientObject): void
  hasBootstrap(root: Hex): boolean
  /** Root and slot of the newest block that clients can bootstrap from. */
  newestBootstrap(): { readonly root: Hex; readonly slot: number } | undefined
}

/** Creates an empty record. */
export function createVerifiedData(chain: Chain): VerifiedData {
  const bootstraps = new Map<Hex, LightClientObject<'bootstrap'>>()
  const updates = new Map<number, LightClientObject<'update'>>()
  let finality: LightClientObject<'finality_update'> | undefined
  let optimistic: LightClientObject<'optimistic_update'> | undefined
  let newest: { readonly root: Hex; readonly slot: number } | undefined

  function addBootstrap(bootstrap: LightClientObject<'bootstrap'>): void {
    const { beacon } = bootstrap.value.header
    const root = toHex(headerRoot(beacon))
    bootstraps.delete(root)
    bootstraps.set(root, bootstrap)
    if (newest === undefined || beacon.slot >= newest.slot) newest = { root, slot: beacon.slot }
    dropOldest(bootstraps, MAX_BOOTSTRAPS)
  }

  function addUpdate(update: LightClientObject<'update'>): void {
    const period = periodOfSlot(chain, contextSlotOf(update))
    const known = updates.get(period)
    if (known !== undefined && !isBetterUpdate(chain, update.value, known.value)) return
    updates.set(period, update)
    if (updates.size > MAX_PERIODS) updates.delete(Math.min(...updates.keys()))
  }

  function addHead(update: LightClientObject<'update' | 'finality_update' | 'optimistic_update'>): void {
    const slot = contextSlotOf(update)
    if (optimistic === undefined || slot > contextSlotOf(optimistic)) optimistic = optimisticUpdateOf(update)
    if (update.kind === 'optimistic_update' || !hasFinality(update)) return
    if (finality === undefined || slot > contextSlotOf(finality)) finality = finalityUpdateOf(update)
  }

  return {
    add(object) {
      if (object.kind === 'bootstrap') return addBootstrap(object)
      if (object.kind === 'update') addUpdate(object)
      addHead(object)
    },
    hasBootstrap: (root) => bootstraps.has(root),
    newestBootstrap: () => newest,
    bootstrap: (root) => bootstraps.get(root),
    update: (period) => updates.get(period),
    firstPeriod: (from) => firstFrom(updates.keys(), from),
    finalityUpdate: () => finality,
    optimisticUpdate: () => optimistic,
  }
}
