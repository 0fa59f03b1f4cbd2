import { type Chain, type Hex, toHex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { finalityUpdateOf, hasFinality, optimisticUpdateOf } from '../../light-client/serving/convert-update.ts'
import { localStatusOf } from '../../light-client/status/local-status.ts'
import { type BeaconBlockHeader, headerRoot, type LightClientObject } from '../../ssz/index.ts'
import { createArchive } from '../beacon/blocks/archive.ts'
import type { ServedChain, ServedHeader } from '../served-chain.ts'
import { chooseCheckpoint } from './choose-checkpoint.ts'

type SignedObject = Exclude<LightClientObject, { kind: 'bootstrap' }>

/** Room for a recording that is served for a while. */
const DAY_MS = 24 * 60 * 60 * 1000

/** Recorded objects, as a node would serve them. */
export interface ReplayChain extends ServedChain {
  /** The newest slot in which anything recorded was signed: the recording's present. */
  readonly lastSlot: number
  /** Roots that a light client can start from, oldest first. */
  readonly checkpoints: readonly Hex[]
}

/**
 * Arranges recorded objects as a node would serve them: bootstraps by root, the best update of each period, and the newest
 * finality and optimistic update, where none newer was recorded those that the newest update implies. Nothing is made up.
 *
 * @param recorded - the chain; the one served allows checkpoints as old as the recording is long
 * @param folder - for the error's words
 * @throws LamparaError `file_unreadable` when there is no bootstrap, or nothing signed
 */
export function createReplayChain(recorded: Chain, objects: readonly LightClientObject[], folder: string): ReplayChain {
  const bootstraps = objects.filter((object) => object.kind === 'bootstrap')
  const signed = objects.filter((object) => object.kind !== 'bootstrap')
  const missing = bootstraps.length === 0 ? 'bootstrap' : signed.length === 0 ? 'update' : undefined
  if (missing !== undefined) {
    throw new LamparaError('file_unreadable', `Cannot replay ${folder}: it holds no usable ${missing}`)
  }
  bootstraps.sort((a, b) => a.value.header.beacon.slot - b.value.header.beacon.slot)
  signed.sort(byAge)
  const firstSlot = bootstraps[0]!.value.header.beacon.slot
  const lastSlot = Math.max(...signed.map((object) => object.value.signatureSlot))
  // A recording may span more than a checkpoint's age: anyone who takes the chain from here may start at its beginning.
  const spanMs = (lastSlot - firstSlot) * recorded.slotDurationMs + DAY_MS
  const chain = { ...recorded, maxCheckpointAgeMs: Math.max(recorded.maxCheckpointAgeMs, spanMs) }
  const data = createArchive(chain, { maxPeriods: Infinity, maxBootstraps: Infinity })
  for (const object of bootstraps) data.addBootstrap(rootOf(object.value.header.beacon), object)
  for (const object of signed) {
    if (object.kind === 'update') data.addUpdate(object)
    data.setOptimisticUpdate(optimisticUpdateOf(object))
    if (object.kind !== 'optimistic_update' && hasFinality(object)) data.setFinalityUpdate(finalityUpdateOf(object))
  }
  const checkpoints = data.bootstrapRoots()
  const headers = collectHeaders(objects)
  const newestBootstrap = bootstraps.at(-1)!.value.header.beacon
  const proven = data.finalityUpdate()?.value.finalizedHeader.beacon
  const finalizedHeader = proven !== undefined && proven.slot > newestBootstrap.slot ? proven : newestBootstrap
  const served = (beacon: BeaconBlockHeader): ServedHeader => ({
    root: rootOf(beacon),
    beacon,
    signature: () => new Uint8Array(96),
    finalized: beacon.slot <= finalizedHeader.slot,
  })
  const headHeader = data.optimisticUpdate()!.value.attestedHeader.beacon
  const blockOf = (beacon: BeaconBlockHeader) => ({ slot: beacon.slot, root: rootOf(beacon) })
  const status = localStatusOf(chain, blockOf(finalizedHeader), blockOf(headHeader))
  return {
    chain,
    data,
    lastSlot,
    checkpoints,
    checkpoint: () => chooseCheckpoint(chain, data, checkpoints),
    head: () => served(headHeader),
    // The newest that a light client can start from: anyone who asks for a finalized block wants its bootstrap next.
    finalized: () => served(newestBootstrap),
    genesis: () => undefined,
    block(root) {
      const header = headers.get(root)
      return header === undefined ? undefined : served(header)
    },
    blockAtSlot(slot) {
      const header = [...headers.values()].find((candidate) => candidate.slot === slot)
      return header === undefined ? undefined : served(header)
    },
    status: () => ({ ...status, headRoot: headerRoot(headHeader), headSlot: headHeader.slot }),
  }
}

/** Oldest first: by the slot attested, then by that of the signature, then what carries more. */
function byAge(a: SignedObject, b: SignedObject): number {
  return (
    a.value.attestedHeader.beacon.slot - b.value.attestedHeader.beacon.slot ||
    a.value.signatureSlot - b.value.signatureSlot
  )
}

function collectHeaders(objects: readonly LightClientObject[]): Map<Hex, BeaconBlockHeader> {
  const headers = new Map<Hex, BeaconBlockHeader>()
  for (const { value } of objects) {
    if ('header' in value) headers.set(rootOf(value.header.beacon), value.header.beacon)
    if ('attestedHeader' in value) headers.set(rootOf(value.attestedHeader.beacon), value.attestedHeader.beacon)
    if ('finalizedHeader' in value && value.finalizedHeader.beacon.slot > 0) {
      headers.set(rootOf(value.finalizedHeader.beacon), value.finalizedHeader.beacon)
    }
  }
  return headers
}

function rootOf(header: BeaconBlockHeader): Hex {
  return toHex(headerRoot(header))
}
