import { createHash } from 'node:crypto'
import type { BeaconContainer } from '../beacon-types.ts'
import type { ListView, StateView } from '../state/state-view.ts'

/**
 * process_historical_roots_update, and from Capella process_historical_summaries_update: once SLOTS_PER_HISTORICAL_ROOT
 * slots are over, their roots are kept as one entry.
 */
export function appendHistory(type: BeaconContainer, state: StateView): void {
  const blockSummaryRoot = state.blockRoots.hashTreeRoot()
  const stateSummaryRoot = state.stateRoots.hashTreeRoot()
  if (state.historicalSummaries === undefined) {
    const batch = createHash('sha256').update(blockSummaryRoot).update(stateSummaryRoot).digest()
    ;(state.historicalRoots as ListView<Uint8Array>).push(Uint8Array.from(batch))
    return
  }
  const { elementType } = type.fields.historicalSummaries as unknown as { elementType: BeaconContainer }
  state.historicalSummaries.push(elementType.toViewDU({ blockSummaryRoot, stateSummaryRoot }))
}
