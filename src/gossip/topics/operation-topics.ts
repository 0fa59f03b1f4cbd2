import type { ForkName } from '../../chain/index.ts'
import { LamparaError, messageOf } from '../../errors/index.ts'
import type {
  AttesterSlashing,
  ProposerSlashing,
  SignedBeaconBlock,
  SignedBlsToExecutionChange,
  SignedContributionAndProof,
  SignedVoluntaryExit,
} from '../../ssz/beacon/beacon-values.ts'
import { type OperationName, type OperationValues, operationType } from '../../ssz/beacon/operation-types.ts'
import { MAX_PAYLOAD_BYTES } from '../../wire/index.ts'
import type { Topic, TopicContext } from '../types.ts'
import { defineTopic, type TopicDeclaration } from './topic.ts'

/** A block with the fork whose containers it came in. */
export interface BeaconBlockMessage {
  readonly fork: ForkName
  readonly value: SignedBeaconBlock
}

/** What every topic here has in common: no light client can judge it, and its type's bound may be beyond what gossip carries. */
function unverifiable<Name extends OperationName>(
  name: Name,
): Pick<TopicDeclaration<never>, 'maxBytes' | 'verifiable'> {
  return {
    maxBytes: (chain, fork) => Math.min(operationType(chain.preset, fork, name).maxSize, MAX_PAYLOAD_BYTES),
    verifiable: false,
  }
}

function read<Name extends OperationName>(
  name: Name,
  bytes: Uint8Array,
  { chain, fork }: TopicContext,
): OperationValues[Name] {
  const type = operationType(chain.preset, fork, name)
  try {
    return type.deserialize(bytes)
  } catch (cause) {
    throw new LamparaError('ssz_invalid', `Cannot decode ${name} (${fork}): ${messageOf(cause)}`, { cause })
  }
}

function write<Name extends OperationName>(
  name: Name,
  value: OperationValues[Name],
  { chain, fork }: TopicContext,
): Uint8Array {
  const type = operationType(chain.preset, fork, name)
  try {
    return type.serialize(value)
  } catch (cause) {
    throw new LamparaError('invalid_argument', `Cannot encode ${name} (${fork}): ${messageOf(cause)}`, { cause })
  }
}

function operationTopic<Name extends OperationName>(name: Name): Topic<OperationValues[Name]> {
  return defineTopic<OperationValues[Name]>({
    name,
    ...unverifiable(name),
    decode: (bytes, context) => read(name, bytes, context),
    encode: (value, context) => write(name, value, context),
  })
}

function beaconBlockTopic(): Topic<BeaconBlockMessage> {
  const name = 'beacon_block'
  return defineTopic<BeaconBlockMessage>({
    name,
    ...unverifiable(name),
    // Nodes count the blocks that mesh members do not forward (P3).
    mesh: false,
    decode: (bytes, context) => ({ fork: context.fork, value: read(name, bytes, context) }),
    encode({ fork, value }, context) {
      if (fork !== context.fork) {
        const reason = `its containers are ${fork}'s, the topic's ${context.fork}'s`
        throw new LamparaError('invalid_argument', `Cannot encode ${name}: ${reason}`)
      }
      return write(name, value, context)
    },
  })
}

/** Every block, as it is proposed (phase0/p2p-interface.md). Heard by asking for it, so a little after those who relay it. */
export const beaconBlock: Topic<BeaconBlockMessage> = /* @__PURE__ */ beaconBlockTopic()

/** What aggregators collect of a sync subcommittee, up to 64 a slot (altair/p2p-interface.md). */
export const syncCommitteeContributionAndProof: Topic<SignedContributionAndProof> = /* @__PURE__ */ operationTopic(
  'sync_committee_contribution_and_proof',
)

/** A validator's wish to leave (phase0/p2p-interface.md). */
export const voluntaryExit: Topic<SignedVoluntaryExit> = /* @__PURE__ */ operationTopic('voluntary_exit')

/** Proof that a proposer signed two blocks for one slot (phase0/p2p-interface.md). */
export const proposerSlashing: Topic<ProposerSlashing> = /* @__PURE__ */ operationTopic('proposer_slashing')

/** Proof that validators attested twice (phase0/p2p-interface.md). */
export const attesterSlashing: Topic<AttesterSlashing> = /* @__PURE__ */ operationTopic('attester_slashing')

/** A validator's change to withdrawals onto the execution chain, since Capella (capella/p2p-interface.md). */
export const blsToExecutionChange: Topic<SignedBlsToExecutionChange> =
  /* @__PURE__ */ operationTopic('bls_to_execution_change')
