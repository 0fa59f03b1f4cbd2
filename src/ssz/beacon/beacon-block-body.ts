import type { ForkName, Preset } from '../../chain/index.ts'
import { container } from '../basic/container.ts'
import { bytes32, bytes96 } from '../basic/primitives.ts'
import { committeeTypes } from '../types.ts'
import {
  attestationTypes,
  attestationTypesElectra,
  Eth1Data,
  executionPayloadTypes,
  operations,
} from './beacon-operations.ts'

/**
 * BeaconBlockBody of every fork from Altair to Fulu. Builds again on each call: keep the result.
 */
export function beaconBlockBodyTypes(preset: Preset) {
  const start = { randaoReveal: bytes96, eth1Data: Eth1Data, graffiti: bytes32 }
  const { proposerSlashings, deposits, voluntaryExits, blsToExecutionChanges, blobKzgCommitments } = operations
  const { attesterSlashings, attestations } = attestationTypes(preset)
  const electra = attestationTypesElectra(preset)
  const payload = executionPayloadTypes(preset)
  const syncAggregate = committeeTypes(preset.syncCommitteeSize).aggregate

  const altairFields = {
    ...start,
    proposerSlashings,
    attesterSlashings,
    attestations,
    deposits,
    voluntaryExits,
    syncAggregate,
  }
  const electraBody = container('BeaconBlockBody', {
    ...altairFields,
    ...electra,
    executionPayload: payload.deneb,
    blsToExecutionChanges,
    blobKzgCommitments,
    executionRequests: operations.executionRequests,
  })
  return {
    altair: container('BeaconBlockBody', altairFields),
    bellatrix: container('BeaconBlockBody', { ...altairFields, executionPayload: payload.bellatrix }),
    capella: container('BeaconBlockBody', {
      ...altairFields,
      executionPayload: payload.capella,
      blsToExecutionChanges,
    }),
    deneb: container('BeaconBlockBody', {
      ...altairFields,
      executionPayload: payload.deneb,
      blsToExecutionChanges,
      blobKzgCommitments,
    }),
    electra: electraBody,
    fulu: electraBody,
  } satisfies Partial<Record<ForkName, unknown>>
}
