import blst from '@chainsafe/blst'
import { toHex } from '../src/chain/index.ts'
import {
  createCommitteeVerifier,
  initializeLightClientStore,
  type LightClientStore,
  processLightClientUpdate,
  syncCommitteeSigningRoot,
  type UpdateObject,
} from '../src/light-client/verification/index.ts'
import type { Bls } from '../src/platform/bls.ts'
import { platform } from '../src/platform/node/index.ts'
import { headerRoot } from '../src/ssz/index.ts'
import { type Folder, readFolder } from '../test/kit/verification/folders.ts'
import { median, type Report, timed } from './support/figure.ts'

const SAMPLES = 41
/** Rounds before measuring, as a client that follows the chain has long behind it. */
const WARM_UP = 40

/** Recorded mainnet objects, verified and applied, against the one native signature check within each. */
export async function run(report: Report): Promise<void> {
  const bls = await platform.loadBls()
  await platform.useFastHasher()
  const contextOf = ({ chain }: Folder) => ({ chain, committees: createCommitteeVerifier(bls) })

  // Almost everyone signed, as it is with the best update of a period.
  const electra = readFolder('colibri-electra-1600-1602')
  const [update] = electra.updates
  const store = await storeBefore(electra, update, bls)
  const warm = contextOf(electra)
  // 41 were absent, as it may be with any one slot.
  const capella = readFolder('nimbus-capella-800-820')
  const sparse = capella.updates.find(({ value }) => value.attestedHeader.beacon.slot === 6_730_912)
  const storeOfSparse = await storeBefore(capella, sparse, bls)
  if (update === undefined || sparse === undefined) throw new Error('the recorded objects are missing')

  const native = nativeVerify(electra, store, update)
  const work = {
    native,
    warm: () => processLightClientUpdate(warm, store, update, update.value.signatureSlot),
    cold: () => processLightClientUpdate(contextOf(electra), store, update, update.value.signatureSlot),
    coldSparse: () => processLightClientUpdate(contextOf(capella), storeOfSparse, sparse, sparse.value.signatureSlot),
  }
  // Side by side, one of each in turn: what else the machine does then weighs on all alike.
  const times = { native: [] as number[], warm: [] as number[], cold: [] as number[], coldSparse: [] as number[] }
  const names = ['native', 'warm', 'cold', 'coldSparse'] as const
  for (let round = 0; round < WARM_UP + SAMPLES; round++) {
    for (const name of names) {
      const took = await timed(work[name])
      if (round >= WARM_UP) times[name].push(took)
    }
  }
  const one = median(times.native)
  const figure = { unit: '× one native verify', better: 'lower', samples: SAMPLES } as const
  report({ name: 'node/verify-update', value: median(times.warm) / one, goal: 1.25, ...figure })
  report({ name: 'node/verify-cold-committee', value: median(times.cold) / one, ...figure })
  report({ name: 'node/verify-cold-committee-41-absent', value: median(times.coldSparse) / one, ...figure })
  report({ name: 'node/native-verify', value: one, unit: 'ms', better: 'lower', samples: SAMPLES })
}

/** The store that an object finds, with every object before it applied. */
async function storeBefore(folder: Folder, object: UpdateObject | undefined, bls: Bls): Promise<LightClientStore> {
  const context = { chain: folder.chain, committees: createCommitteeVerifier(bls) }
  const [bootstrap] = folder.bootstraps.values()
  if (bootstrap === undefined) throw new Error('the recorded bootstrap is missing')
  let store = await initializeLightClientStore(context, toHex(headerRoot(bootstrap.value.header.beacon)), bootstrap)
  for (const earlier of folder.updates) {
    if (earlier === object) break
    store = await processLightClientUpdate(context, store, earlier, earlier.value.signatureSlot)
  }
  return store
}

/** The one check that nobody can spare, by the native library alone: signature decoded, keys summed beforehand. */
function nativeVerify({ chain }: Folder, store: LightClientStore, { value }: UpdateObject): () => void {
  const { attestedHeader, syncAggregate, signatureSlot } = value
  const { pubkeys } = store.currentSyncCommittee
  const signers = syncAggregate.syncCommitteeBits.getTrueBitIndexes()
  const sum = blst.aggregatePublicKeys(signers.map((position) => blst.PublicKey.fromBytes(pubkeys[position]!)))
  const message = syncCommitteeSigningRoot(chain, attestedHeader.beacon, signatureSlot)
  return () => {
    const signature = blst.Signature.fromBytes(syncAggregate.syncCommitteeSignature, true)
    if (!blst.verify(message, sum, signature)) throw new Error('the recorded signature does not verify')
  }
}
