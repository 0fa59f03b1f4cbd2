import type { Hex } from '../../src/chain/index.ts'
import { startFollower } from '../../src/light-client/follower.ts'
import { persistResumePoint } from '../../src/light-client/resume/persist-resume-point.ts'
import type { VerifiedState } from '../../src/light-client/store/verified-state.ts'
import type { Head, LightClientStatus } from '../../src/light-client/types.ts'
import type { CommitteeVerifier } from '../../src/light-client/verification/index.ts'
import { createCommitteeVerifier } from '../../src/light-client/verification/index.ts'
import type { Network } from '../../src/network/types.ts'
import type { Bls } from '../../src/platform/bls.ts'
import type { KeyValueStorage } from '../../src/platform/storage.ts'
import type { LightClientObject, SyncCommittee } from '../../src/ssz/index.ts'

// Loaded on demand by the follower, which would take real time in the middle of a schedule.
await import('../../src/light-client/gossip/follow-gossip.ts')

export const STALLED_AFTER_SLOTS = 4

/** What the tests see of a light client. This file is the only one that knows how one is started. */
export interface TestedClient {
  readonly status: LightClientStatus
  stop(): Promise<void>
}

/** Called with everything that a client lets out. */
export interface ClientWitness {
  onHead(kind: 'optimistic' | 'finalized', head: Head | undefined): void
  onStatus(status: LightClientStatus): void
  onVerified(object: LightClientObject): void
  onPersisted(state: VerifiedState): void
}

export interface ClientOptions {
  readonly network: Network
  readonly bls: Bls
  readonly checkpoint: Hex
  readonly storage: KeyValueStorage
  readonly witness: ClientWitness
  readonly random: () => number
  readonly minParticipation?: number
  readonly minAgreement?: number | undefined
}

/** Compares sums in one step: in small ones, as the real one does, a schedule would depend on the machine's speed. */
function verifierInOneStep(bls: Bls): CommitteeVerifier {
  const real = createCommitteeVerifier(bls)
  const known = new WeakMap<SyncCommittee, boolean>()
  function sumIsRight({ pubkeys, aggregatePubkey }: SyncCommittee): boolean {
    try {
      const sum = bls.add(pubkeys.map((key) => bls.publicKey(key, true)))
      return bls.equal(sum, bls.publicKey(aggregatePubkey, true))
    } catch {
      return false
    }
  }
  return {
    verify: real.verify,
    async verifyAggregateKey(committee) {
      const right = known.get(committee) ?? sumIsRight(committee)
      known.set(committee, right)
      return right
    },
  }
}

/** Starts a client on what its storage holds, else from the checkpoint. */
export async function startClient(options: ClientOptions): Promise<TestedClient> {
  const { network, bls, storage, witness, random } = options
  const { chain, clock } = network
  const { maxCheckpointAgeMs } = chain
  const kept = await persistResumePoint({ chain, clock, storage, emit: network.emit, maxAgeMs: maxCheckpointAgeMs })
  const followerOptions = {
    network,
    context: { chain, committees: verifierInOneStep(bls) },
    start: kept.state ?? options.checkpoint,
    minParticipation: options.minParticipation ?? 2 / 3,
    minAgreement: options.minAgreement ?? 1,
    maxCheckpointAgeMs,
    stalledAfterSlots: STALLED_AFTER_SLOTS,
    random,
    onCommitteesChecked(state: VerifiedState) {
      witness.onPersisted(state)
      kept.persist(state)
    },
  }
  const follower = startFollower(followerOptions)
  kept.begin()
  follower.heads.optimistic.watch((head) => witness.onHead('optimistic', head))
  follower.heads.finalized.watch((head) => witness.onHead('finalized', head))
  follower.status.watch(witness.onStatus)
  follower.watchVerified(witness.onVerified)
  return {
    get status() {
      return follower.status.value
    },
    async stop() {
      await follower.stop()
      await kept.close(follower.whenCommitteesChecked())
    },
  }
}
