// Runs in the page: a committee met for the first time, and one plain signature check, in turns.
import { mainnet, toHex } from '../../src/chain/index.ts'
import {
  createCommitteeVerifier,
  initializeLightClientStore,
  processLightClientUpdate,
  syncCommitteeSigningRoot,
  type UpdateObject,
} from '../../src/light-client/verification/index.ts'
import { platform } from '../../src/platform/browser/index.ts'
import {
  headerRoot,
  type LightClientFork,
  type LightClientKind,
  lightClientObjectFromJson,
} from '../../src/ssz/index.ts'
import { timed } from './figure.ts'

/** An object as the Beacon API has it. */
export interface RecordedObject {
  readonly kind: LightClientKind
  readonly fork: LightClientFork
  readonly data: unknown
}

/** What the page is given: a bootstrap, what is applied before measuring, and the update whose committee is new. */
export interface ColdPeriodInput {
  readonly bootstrap: RecordedObject
  readonly before: readonly RecordedObject[]
  readonly update: RecordedObject
  readonly rounds: number
}

/** Milliseconds, one of each a round. */
export interface ColdPeriodTimes {
  readonly verify: number[]
  readonly cold: number[]
}

/** Takes both in turns. With nothing applied before, the bootstrap is part of what is measured. */
export async function measureColdPeriod(input: ColdPeriodInput): Promise<ColdPeriodTimes> {
  await platform.useFastHasher()
  const bls = await platform.loadBls()
  const freshContext = () => ({ chain: mainnet, committees: createCommitteeVerifier(bls) })
  const { fork, data } = input.bootstrap
  const bootstrap = lightClientObjectFromJson(mainnet, 'bootstrap', fork, data)
  const trusted = toHex(headerRoot(bootstrap.value.header.beacon))
  const apply = (context: ReturnType<typeof freshContext>, store: Store, update: UpdateObject) =>
    processLightClientUpdate(context, store, update, update.value.signatureSlot)

  const context = freshContext()
  let store = await initializeLightClientStore(context, trusted, bootstrap)
  for (const object of input.before) store = await apply(context, store, read(object))

  const update = read(input.update)
  const { attestedHeader, syncAggregate, signatureSlot } = update.value
  const signers = syncAggregate.syncCommitteeBits.getTrueBitIndexes()
  const { pubkeys } = store.currentSyncCommittee
  const sum = bls.add(
    pubkeys.filter((_, position) => signers.includes(position)).map((key) => bls.publicKey(key, false)),
  )
  const message = syncCommitteeSigningRoot(mainnet, attestedHeader.beacon, signatureSlot)
  const verifyOne = () => {
    if (!bls.verify(message, sum, syncAggregate.syncCommitteeSignature))
      throw new Error('the signature does not verify')
  }
  const coldPeriod = async () => {
    const cold = freshContext()
    const start = input.before.length > 0 ? store : await initializeLightClientStore(cold, trusted, bootstrap)
    await apply(cold, start, update)
  }

  const times: ColdPeriodTimes = { verify: [], cold: [] }
  for (let round = 0; round < input.rounds; round++) {
    times.verify.push(await timed(verifyOne))
    times.cold.push(await timed(coldPeriod))
  }
  return times
}

type Store = Awaited<ReturnType<typeof initializeLightClientStore>>

function read({ kind, fork, data }: RecordedObject): UpdateObject {
  return lightClientObjectFromJson(mainnet, kind, fork, data) as UpdateObject
}
