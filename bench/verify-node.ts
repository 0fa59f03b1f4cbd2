import blst from '@chainsafe/blst'
import { toHex } from '../src/chain/index.ts'
import {
  createCommitteeVerifier,
  initializeLightClientStore,
  processLightClientUpdate,
  syncCommitteeSigningRoot,
} from '../src/light-client/verification/index.ts'
import { platform } from '../src/platform/node/index.ts'
import { headerRoot } from '../src/ssz/index.ts'
import { readFolder } from '../test/verification/support/folders.ts'
import { median, type Report, timed } from './support/figure.ts'

const SAMPLES = 41
/** Rounds before measuring, as a client that follows the chain has long behind it. */
const WARM_UP = 40

/** One recorded mainnet update, verified and applied, against the one native signature check within it. */
export async function run(report: Report): Promise<void> {
  const bls = await platform.loadBls()
  await platform.useFastHasher()
  const { chain, bootstraps, updates } = readFolder('colibri-electra-1600-1602')
  const [bootstrap] = bootstraps.values()
  const [update] = updates
  if (bootstrap === undefined || update === undefined) throw new Error('the recorded objects are missing')

  const { attestedHeader, syncAggregate, signatureSlot } = update.value
  const signers = syncAggregate.syncCommitteeBits.getTrueBitIndexes()
  const sum = blst.aggregatePublicKeys(
    signers.map((position) => blst.PublicKey.fromBytes(bootstrap.value.currentSyncCommittee.pubkeys[position]!)),
  )
  const message = syncCommitteeSigningRoot(chain, attestedHeader.beacon, signatureSlot)
  const nativeVerify = (): void => {
    const signature = blst.Signature.fromBytes(syncAggregate.syncCommitteeSignature, true)
    if (!blst.verify(message, sum, signature)) throw new Error('the recorded signature does not verify')
  }

  const root = toHex(headerRoot(bootstrap.value.header.beacon))
  const warm = { chain, committees: createCommitteeVerifier(bls) }
  const store = await initializeLightClientStore(warm, root, bootstrap)
  const warmUpdate = () => processLightClientUpdate(warm, store, update, signatureSlot + 1)
  const coldPeriod = async () => {
    const cold = { chain, committees: createCommitteeVerifier(bls) }
    await processLightClientUpdate(
      cold,
      await initializeLightClientStore(cold, root, bootstrap),
      update,
      signatureSlot + 1,
    )
  }

  // Side by side, one of each in turn: what else the machine does then weighs on all alike.
  const times = { native: [] as number[], warm: [] as number[], cold: [] as number[] }
  for (let round = -WARM_UP; round < SAMPLES; round++) {
    const took = { native: await timed(nativeVerify), warm: await timed(warmUpdate), cold: await timed(coldPeriod) }
    if (round < 0) continue
    times.native.push(took.native)
    times.warm.push(took.warm)
    times.cold.push(took.cold)
  }
  const native = median(times.native)
  const figure = { unit: '× one native verify', better: 'lower', samples: SAMPLES } as const
  report({ name: 'node/verify-update', value: median(times.warm) / native, goal: 1.25, ...figure })
  report({ name: 'node/verify-cold-period', value: median(times.cold) / native, ...figure })
  report({ name: 'node/native-verify', value: native, unit: 'ms', better: 'lower', samples: SAMPLES })
}
