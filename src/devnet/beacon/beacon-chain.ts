import { type Chain, epochOfSlot, forkAtEpoch, fromHex, toHex } from '../../chain/index.ts'
import { finalityUpdateOf, optimisticUpdateOf } from '../../light-client/serving/convert-update.ts'
import type { LightClientObject, SyncAggregate } from '../../ssz/light-client/light-client-values.ts'
import { beaconTypes } from './beacon-types.ts'
import { type Archive, createArchive } from './blocks/archive.ts'
import { createBlockBody, createGenesisBody } from './blocks/block-body.ts'
import { type BlockRecord, recordBlock } from './blocks/block-record.ts'
import { createExecutionPayload, genesisExecution } from './blocks/execution.ts'
import { createRecentBlocks } from './blocks/recent-blocks.ts'
import { createSignedBlock, type SignedBlock } from './blocks/signed-block.ts'
import { createLightClientBootstrap, createLightClientUpdate } from './light-client/light-client-data.ts'
import { createSyncAggregate } from './light-client/sync-aggregate.ts'
import type { BeaconChainOptions } from './options.ts'
import { planChain } from './plan.ts'
import { createDevnetChain, type DevnetForkName } from './schedule.ts'
import { createSlotRules } from './slot-rules.ts'
import { createCheckpoints } from './state/checkpoints.ts'
import { createCommittees, createValidators } from './state/committees.ts'
import { DOMAIN_BEACON_PROPOSER, signingRoot } from './state/domains.ts'
import { createGenesisState, genesisValidatorsRoot } from './state/genesis.ts'
import { randaoReveal } from './state/randao.ts'
import { createSeed } from './state/seed.ts'
import { loadSigner, type Signer } from './state/signer.ts'
import { createStateMachine } from './state/state-machine.ts'

/** For how many epochs each block's header can be asked for. */
const RECENT_EPOCHS = 4

/** `graffiti` of every block. */
const graffiti = new Uint8Array(32)
graffiti.set(new TextEncoder().encode('lampara devnet'))

/** What came of one slot. */
export interface ProducedSlot {
  readonly slot: number
  /** Undefined for a slot without a block. */
  readonly block?: BlockRecord
  /** How many of the committee signed; 0 without a block. */
  readonly participants: number
  /** What the block proves of its parent; undefined without a block or with too few signers. */
  readonly update?: LightClientObject<'update'>
  readonly finalityUpdate?: LightClientObject<'finality_update'>
  readonly optimisticUpdate?: LightClientObject<'optimistic_update'>
  /** Bootstraps of the checkpoints that became final with this slot. */
  readonly bootstraps: readonly LightClientObject<'bootstrap'>[]
  /** The newly finalized epoch, where finality moved with this slot. */
  readonly finalizedEpoch?: number
}

/** A beacon chain that is made slot by slot, with the light-client data of a full node. */
export interface BeaconChain {
  readonly chain: Chain
  readonly archive: Archive
  readonly slot: number
  readonly head: BlockRecord
  /** The finalized checkpoint's block; undefined until there is one. */
  readonly finalized: BlockRecord | undefined
  /** The epoch of the finalized checkpoint; 0 until there is one. */
  readonly finalizedEpoch: number
  /** The BeaconState of the present slot: the head's post-state, where this slot has a block. SSZ. */
  serializeState(): Uint8Array
  /** A block by its root, among those still kept: the last few epochs' and the finalized one. */
  block(root: string): BlockRecord | undefined
  /** A block by its slot, among those of the last few epochs. */
  blockAtSlot(slot: number): BlockRecord | undefined
  /** The whole block, with its signature. */
  signedBlock(block: BlockRecord): SignedBlock
  /** The proposer's signature over a block. */
  signBlock(block: BlockRecord): Uint8Array
  /** Makes the next slot. */
  produceSlot(): ProducedSlot
}

/**
 * Makes a chain at its genesis.
 *
 * Blocks carry no operations: votes are taken as given, so finality is by decree of `justifies`. Everything that a light
 * client can check is real: keys, signatures, roots and branches.
 *
 * @param ownSigner - signs in place of BLS. @default the implementation that `options.bls` names
 * @throws {@link LamparaError} `invalid_argument`, `config_invalid`
 */
export async function createBeaconChain(options: BeaconChainOptions, ownSigner?: Signer): Promise<BeaconChain> {
  const plan = planChain(options)
  const seed = createSeed(options.seed ?? 'lampara')
  const rules = createSlotRules(seed, options, plan.validators)
  const signer = ownSigner ?? (await loadSigner(options.bls))
  const validators = createValidators(seed, signer, plan.validators)
  const types = beaconTypes(plan.preset)
  const registryRoot = genesisValidatorsRoot(types.state.altair, validators)
  const chain = createDevnetChain({ ...plan, genesisValidatorsRoot: toHex(registryRoot) })
  const committeeOf = createCommittees(seed, signer, validators, chain.preset.syncCommitteeSize)
  const archive = createArchive(chain, plan)
  const checkpoints = createCheckpoints()
  const recent = createRecentBlocks(RECENT_EPOCHS * chain.preset.slotsPerEpoch)

  const genesisFork = forkAtEpoch(chain, 0)
  const genesisBody = createGenesisBody(types.body[genesisFork.name as DevnetForkName])
  const genesisHeader = {
    slot: 0,
    proposerIndex: 0,
    parentRoot: new Uint8Array(32),
    stateRoot: new Uint8Array(32),
    bodyRoot: genesisBody.root,
  }
  const machine = createStateMachine({
    chain,
    types,
    genesisHeader,
    genesisState: createGenesisState({
      type: types.state[genesisFork.name as DevnetForkName],
      genesisTime: plan.genesisTime,
      genesisValidatorsRoot: registryRoot,
      forkVersion: fromHex(genesisFork.version),
      latestBlockHeader: genesisHeader,
      validators,
      currentCommittee: committeeOf(0),
      nextCommittee: committeeOf(1),
    }),
    committee: committeeOf,
    proposerOf: rules.proposerOf,
    justifies: rules.justifies,
  })
  const genesisState = machine.state.hashTreeRoot().slice()
  let head = recordBlock(chain, machine, { ...genesisHeader, stateRoot: genesisState }, genesisBody, undefined)
  let execution = genesisExecution(seed)
  recent.add(head)
  checkpoints.add(0, head)
  // Genesis is final by definition: there is a checkpoint to start from before the first vote.
  archive.addBootstrap(head.root, createLightClientBootstrap(head))

  function produceBlock(slot: number): { block: BlockRecord; syncAggregate: SyncAggregate } {
    const syncAggregate = createSyncAggregate({
      chain,
      seed,
      signer,
      committee: machine.committee,
      slot,
      previousBlockRoot: machine.headRoot,
      participation: rules.participation(slot),
    })
    const { reveal, randomness } = randaoReveal(seed, slot)
    const executionPayload = createExecutionPayload(chain, seed, slot, execution, machine.randao())
    const body = createBlockBody(types.body[machine.fork], {
      randaoReveal: reveal,
      graffiti,
      syncAggregate,
      executionPayload,
    })
    if (body.executionHeader !== undefined) execution = executionPayload
    const beacon = machine.processBlock({
      proposerIndex: rules.proposerOf(slot),
      bodyRoot: body.root,
      executionHeader: body.executionHeader,
      randomness,
    })
    return { block: recordBlock(chain, machine, beacon, body, checkpoints.finalized), syncAggregate }
  }

  function signBlock(block: BlockRecord): Uint8Array {
    const message = signingRoot(chain, fromHex(block.root), DOMAIN_BEACON_PROPOSER, block.slot)
    return signer.sign(message, validators[block.beacon.proposerIndex]!.secretKey)
  }

  function produceSlot(): ProducedSlot {
    const slot = machine.slot + 1
    const { epoch: finalizedBefore } = machine.finality.finalized
    machine.processSlots(slot)
    const { epoch: finalizedEpoch } = machine.finality.finalized
    const bootstraps = checkpoints.finalize(machine.finality.finalized).map((block) => {
      const bootstrap = createLightClientBootstrap(block)
      archive.addBootstrap(block.root, bootstrap)
      return bootstrap
    })
    const attested = head
    const made = rules.isMissed(slot) ? undefined : produceBlock(slot)
    if (made !== undefined) {
      head = made.block
      recent.add(head)
    }
    if (slot % chain.preset.slotsPerEpoch === 0) checkpoints.add(epochOfSlot(chain, slot), head)
    const base = { slot, bootstraps, ...(finalizedEpoch > finalizedBefore ? { finalizedEpoch } : {}) }
    if (made === undefined) return { ...base, participants: 0 }
    const participants = made.syncAggregate.syncCommitteeBits.getTrueBitIndexes().length
    const produced = { ...base, block: head, participants }
    if (participants < chain.preset.minSyncCommitteeParticipants) return produced
    const update = createLightClientUpdate(chain, { attested, syncAggregate: made.syncAggregate, signatureSlot: slot })
    return { ...produced, update, ...offer(archive, update) }
  }

  return {
    chain,
    archive,
    get slot() {
      return machine.slot
    },
    get head() {
      return head
    },
    get finalized() {
      return checkpoints.finalized
    },
    get finalizedEpoch() {
      return machine.finality.finalized.epoch
    },
    serializeState: () => machine.state.serialize(),
    block: (root) => recent.get(root) ?? (checkpoints.finalized?.root === root ? checkpoints.finalized : undefined),
    blockAtSlot: recent.atSlot,
    signedBlock: (block) => createSignedBlock(types.body[block.fork], block, signBlock(block)),
    signBlock,
    produceSlot,
  }
}

/** Puts what an update proves on offer (altair/light-client/full-node.md). */
function offer(
  archive: Archive,
  update: LightClientObject<'update'>,
): Pick<ProducedSlot, 'finalityUpdate' | 'optimisticUpdate'> {
  archive.addUpdate(update)
  const optimisticUpdate = optimisticUpdateOf(update)
  archive.setOptimisticUpdate(optimisticUpdate)
  if (update.value.finalizedHeader.beacon.slot === 0) return { optimisticUpdate }
  const finalityUpdate = finalityUpdateOf(update)
  archive.setFinalityUpdate(finalityUpdate)
  return { finalityUpdate, optimisticUpdate }
}
