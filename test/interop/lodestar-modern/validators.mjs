// All validators of the chain: they propose, attest and sign as the sync committee, in every slot.
import { aggregateSignatures } from '@chainsafe/blst'
import { BitArray } from '@chainsafe/ssz'
import * as params from '@lodestar/params'
import { computeEpochAtSlot, computeSigningRoot, interopSecretKeys } from '@lodestar/state-transition'
import { ssz } from '@lodestar/types'

const FEE_RECIPIENT = `0x${'00'.repeat(20)}`
/** Attestations and sync messages are due after a third of the slot. */
const DUE = 1 / 3

/** Runs until the signal aborts. A slot whose time is over is left out. */
export async function runValidators({ node, config, genesisTime, secondsPerSlot, validators, signal }) {
  const { chain, api } = node
  const keys = interopSecretKeys(validators)
  const sign = (index, type, value, domainType, slot) =>
    keys[index].sign(computeSigningRoot(type, value, config.getDomain(slot, domainType)))
  const stateAt = (slot) =>
    chain.regen.getBlockSlotState(chain.forkChoice.getHead(), slot, { dontTransferCache: true }, 'produceBlock')
  const prepare = () =>
    api.validator.prepareBeaconProposer({
      proposers: keys.map((_, validatorIndex) => ({ validatorIndex, feeRecipient: FEE_RECIPIENT })),
    })

  async function propose(slot) {
    const state = await stateAt(slot)
    const proposer = state.getBeaconProposer(slot)
    const randaoReveal = sign(proposer, ssz.Epoch, computeEpochAtSlot(slot), params.DOMAIN_RANDAO, slot).toBytes()
    const { data } = await api.validator.produceBlockV3({
      slot,
      randaoReveal,
      graffiti: undefined,
      skipRandaoVerification: false,
      builderBoostFactor: 0n,
      feeRecipient: FEE_RECIPIENT,
    })
    const message = data.block ?? data
    const type = config.getForkTypes(slot).BeaconBlock
    const signedBlock = {
      message,
      signature: sign(proposer, type, message, params.DOMAIN_BEACON_PROPOSER, slot).toBytes(),
    }
    const signedBlockContents = { signedBlock, kzgProofs: data.kzgProofs ?? [], blobs: data.blobs ?? [] }
    await api.beacon.publishBlockV2({ signedBlockContents, broadcastValidation: 'none' })
  }

  async function attest(slot, state) {
    const shuffling = state.getShufflingAtEpoch(computeEpochAtSlot(slot))
    for (const [index, members] of shuffling.committees[slot % params.SLOTS_PER_EPOCH].entries()) {
      if (members.length === 0) continue
      // From Electra on the committee is named by bits.
      const { data } = await api.validator.produceAttestationData({ slot, committeeIndex: 0 })
      const signatures = [...members].map((member) =>
        sign(member, ssz.phase0.AttestationData, data, params.DOMAIN_BEACON_ATTESTER, slot),
      )
      const attestation = {
        aggregationBits: BitArray.fromBoolArray([...members].map(() => true)),
        data,
        signature: aggregateSignatures(signatures).toBytes(),
        committeeBits: BitArray.fromSingleBit(params.MAX_COMMITTEES_PER_SLOT, index),
      }
      const root = Buffer.from(ssz.phase0.AttestationData.hashTreeRoot(data)).toString('hex')
      const indices = Uint32Array.from(members)
      chain.aggregatedAttestationPool.add(attestation, `0x${root}`, members.length, indices)
    }
  }

  function signAsCommittee(slot, state) {
    const beaconBlockRoot = Buffer.from(chain.forkChoice.getHead().blockRoot.slice(2), 'hex')
    const signingRoot = computeSigningRoot(
      ssz.Root,
      beaconBlockRoot,
      config.getDomain(slot, params.DOMAIN_SYNC_COMMITTEE),
    )
    const { validatorIndices } = state.getIndexedSyncCommittee(slot)
    const size = params.SYNC_COMMITTEE_SUBNET_SIZE
    for (let subcommitteeIndex = 0; subcommitteeIndex < params.SYNC_COMMITTEE_SUBNET_COUNT; subcommitteeIndex++) {
      const members = validatorIndices.slice(subcommitteeIndex * size, (subcommitteeIndex + 1) * size)
      const contribution = {
        slot,
        beaconBlockRoot,
        subcommitteeIndex,
        aggregationBits: BitArray.fromBoolArray([...members].map(() => true)),
        signature: aggregateSignatures([...members].map((member) => keys[member].sign(signingRoot))).toBytes(),
      }
      const proof = { aggregatorIndex: 0, contribution, selectionProof: new Uint8Array(96) }
      chain.syncContributionAndProofPool.add(proof, members.length, true)
    }
  }

  await prepare()
  for (let slot = 1; !signal.aborted; slot++) {
    const startMs = (genesisTime + slot * secondsPerSlot) * 1000
    if (Date.now() > startMs + secondsPerSlot * 1000) continue
    await until(startMs + 20)
    try {
      if (slot % params.SLOTS_PER_EPOCH === 0) await prepare()
      await propose(slot)
    } catch (error) {
      console.error(`slot ${slot}: no block:`, error)
    }
    await until(startMs + secondsPerSlot * 1000 * DUE)
    try {
      const state = await stateAt(slot)
      await attest(slot, state)
      signAsCommittee(slot, state)
    } catch (error) {
      console.error(`slot ${slot}: no votes:`, error)
    }
  }
}

function until(timeMs) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, timeMs - Date.now())))
}
