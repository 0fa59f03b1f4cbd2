import type { LightClientObject } from '../../ssz/index.ts'

/** An update that carries finality. */
export type FinalityBearing = LightClientObject<'update' | 'finality_update'>

/** create_light_client_finality_update (altair/light-client/full-node.md): an update without its committee. */
export function finalityUpdateOf(update: FinalityBearing): LightClientObject<'finality_update'> {
  if (update.kind === 'finality_update') return update
  const { attestedHeader, finalizedHeader, finalityBranch, syncAggregate, signatureSlot } = update.value
  const value = { attestedHeader, finalizedHeader, finalityBranch, syncAggregate, signatureSlot }
  return { kind: 'finality_update', fork: update.fork, value }
}

/** create_light_client_optimistic_update (altair/light-client/full-node.md): just the attested header, signed. */
export function optimisticUpdateOf(
  update: FinalityBearing | LightClientObject<'optimistic_update'>,
): LightClientObject<'optimistic_update'> {
  if (update.kind === 'optimistic_update') return update
  const { attestedHeader, syncAggregate, signatureSlot } = update.value
  return { kind: 'optimistic_update', fork: update.fork, value: { attestedHeader, syncAggregate, signatureSlot } }
}

/** True when the update proves a finalized header: one without leaves its branch all zeros. */
export function hasFinality(update: FinalityBearing): boolean {
  return update.value.finalityBranch.some((node) => node.some((byte) => byte !== 0))
}
