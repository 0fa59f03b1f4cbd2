// Runs in the page: one cold committee period and one plain signature check, in turns.
import { mainnet, toHex } from '../../src/chain/index.ts'
import {
  createCommitteeVerifier,
  initializeLightClientStore,
  processLightClientUpdate,
  syncCommitteeSigningRoot,
} from '../../src/light-client/verification/index.ts'
import { platform } from '../../src/platform/browser/index.ts'
import { headerRoot, type LightClientFork, lightClientObjectFromJson } from '../../src/ssz/index.ts'
import { timed } from './figure.ts'

/** What the page is given: a bootstrap and an update of its period, as the Beacon API has them. */
export interface ColdPeriodInput {
  readonly fork: LightClientFork
  readonly bootstrap: unknown
  readonly update: unknown
  readonly samples: number
}

/** Milliseconds, one of each a sample. */
export interface ColdPeriodTimes {
  readonly verify: number[]
  readonly cold: number[]
}

/** Takes both in turns. */
export async function measureColdPeriod({
  fork,
  bootstrap,
  update,
  samples,
}: ColdPeriodInput): Promise<ColdPeriodTimes> {
  await platform.useFastHasher()
  const bls = await platform.loadBls()
  const first = lightClientObjectFromJson(mainnet, 'bootstrap', fork, bootstrap)
  const next = lightClientObjectFromJson(mainnet, 'update', fork, update)
  const { attestedHeader, syncAggregate, signatureSlot } = next.value

  const signers = syncAggregate.syncCommitteeBits.getTrueBitIndexes()
  const keys = signers.map((position) => {
    const bytes = first.value.currentSyncCommittee.pubkeys[position]
    if (bytes === undefined) throw new Error(`Cannot find the key at ${position}`)
    return bls.publicKey(bytes, false)
  })
  const sum = bls.add(keys)
  const message = syncCommitteeSigningRoot(mainnet, attestedHeader.beacon, signatureSlot)
  const verifyOne = () => {
    if (!bls.verify(message, sum, syncAggregate.syncCommitteeSignature))
      throw new Error('the signature does not verify')
  }
  const trusted = toHex(headerRoot(first.value.header.beacon))
  const coldPeriod = async () => {
    const context = { chain: mainnet, committees: createCommitteeVerifier(bls) }
    const store = await initializeLightClientStore(context, trusted, first)
    await processLightClientUpdate(context, store, next, signatureSlot + 1)
  }

  const times: ColdPeriodTimes = { verify: [], cold: [] }
  for (let sample = 0; sample < samples; sample++) {
    times.verify.push(await timed(verifyOne))
    times.cold.push(await timed(coldPeriod))
  }
  return times
}
