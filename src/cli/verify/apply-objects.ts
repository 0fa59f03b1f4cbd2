import { type Hex, toHex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import {
  checkStoreCommittees,
  initializeLightClientStore,
  type LightClientStore,
  processLightClientUpdate,
  type UpdateObject,
  type VerificationContext,
  verdictOf,
} from '../../light-client/verification/index.ts'
import { headerRoot, type LightClientHeader, type LightClientObject } from '../../ssz/index.ts'
import type { ReadEntry } from './read-objects.ts'

/** An object that was not applied. */
export interface Refused {
  readonly file: string
  readonly error: LamparaError
}

/** What came of the objects. */
export interface Outcome {
  /** The header of the bootstrap that was used. */
  readonly bootstrap?: LightClientHeader
  readonly applied: number
  /** Stale, or out of the store's reach. */
  readonly ignored: readonly Refused[]
  /** Invalid. */
  readonly rejected: readonly Refused[]
  /** Where it ended; absent without a bootstrap. */
  readonly store?: LightClientStore
}

interface Source<Obj> {
  readonly file: string
  readonly object: Obj
}

/**
 * Applies objects in the order of their signature slots, the clock one slot past each, from the bootstrap of the checkpoint.
 *
 * @throws the signal's reason
 */
export async function applyObjects(
  context: VerificationContext,
  checkpoint: Hex,
  entries: readonly ReadEntry[],
  signal: AbortSignal,
): Promise<Outcome> {
  const ignored: Refused[] = []
  const rejected: Refused[] = []
  const refuse = (file: string, error: LamparaError): void => {
    const list = verdictOf(error) === 'reject' ? rejected : ignored
    list.push({ file, error })
  }
  const bootstraps: Source<LightClientObject<'bootstrap'>>[] = []
  const updates: Source<UpdateObject>[] = []
  for (const entry of entries) {
    if ('error' in entry) (entry.error.code === 'fork_unknown' ? ignored : rejected).push(entry)
    else if (entry.object.kind === 'bootstrap') bootstraps.push({ file: entry.file, object: entry.object })
    else updates.push({ file: entry.file, object: entry.object })
  }

  let store = await start(context, checkpoint, bootstraps, refuse)
  if (store === undefined) {
    for (const { file } of updates) refuse(file, noBootstrap(checkpoint))
    return { applied: 0, ignored, rejected }
  }
  const bootstrap = store.finalizedHeader
  let applied = 0
  for (const { file, object } of inOrder(updates)) {
    signal.throwIfAborted()
    try {
      store = await step(context, store, object)
      applied++
    } catch (error) {
      refuse(file, LamparaError.from(error, 'internal', 'Cannot process the update'))
    }
  }
  return { bootstrap, applied, ignored, rejected, store }
}

/** The first valid bootstrap of the checkpoint; the others are told why not. */
async function start(
  context: VerificationContext,
  checkpoint: Hex,
  bootstraps: readonly Source<LightClientObject<'bootstrap'>>[],
  refuse: (file: string, error: LamparaError) => void,
): Promise<LightClientStore | undefined> {
  const requested = bootstraps.some(({ object }) => rootOf(object) === checkpoint)
  let store: LightClientStore | undefined
  for (const { file, object } of bootstraps) {
    if (store !== undefined || (requested && rootOf(object) !== checkpoint)) {
      refuse(file, new LamparaError('bootstrap_unrequested', 'Cannot use the bootstrap: another one is started from'))
      continue
    }
    try {
      const candidate = await initializeLightClientStore(context, checkpoint, object)
      await checkStoreCommittees(context, candidate)
      store = candidate
    } catch (error) {
      refuse(file, LamparaError.from(error, 'internal', 'Cannot start from the bootstrap'))
    }
  }
  return store
}

async function step(
  context: VerificationContext,
  store: LightClientStore,
  object: UpdateObject,
): Promise<LightClientStore> {
  const next = await processLightClientUpdate(context, store, object, object.value.signatureSlot + 1, {
    thorough: true,
  })
  await checkStoreCommittees(context, next)
  return next
}

function inOrder(updates: readonly Source<UpdateObject>[]): readonly Source<UpdateObject>[] {
  return updates.toSorted((a, b) => a.object.value.signatureSlot - b.object.value.signatureSlot)
}

function rootOf(bootstrap: LightClientObject<'bootstrap'>): Hex {
  return toHex(headerRoot(bootstrap.value.header.beacon))
}

function noBootstrap(checkpoint: Hex): LamparaError {
  return new LamparaError('checkpoint_unavailable', `Cannot judge the update: there is no bootstrap of ${checkpoint}`)
}
