import { BitArray } from '@chainsafe/ssz'
import { describe, expect, it } from 'vitest'
import type { LamparaErrorCode } from '../../../src/errors/index.ts'
import { isLamparaError } from '../../../src/errors/index.ts'
import {
  initializeLightClientStore,
  processLightClientUpdate,
  verdictOf,
} from '../../../src/light-client/verification/index.ts'
import { fixtures } from '../../kit/fixtures.ts'
import { contextOf } from '../../kit/verification/context.ts'
import { folderNames, readFolder } from '../../kit/verification/folders.ts'

/** A way to one bit-bearing value within an object. */
type Path = readonly (string | number)[]

/** Past this many elements only the first, a middle and the last are tried: the keys of a committee. */
const MANY = 32

/** Every proven value of an object. The signature slot is left out: nobody signs it. */
function* leaves(value: unknown, path: Path = []): Generator<Path> {
  if (value instanceof Uint8Array) {
    if (value.length > 0) yield path
  } else if (typeof value === 'bigint' || typeof value === 'number' || value instanceof BitArray) {
    yield path
  } else if (Array.isArray(value)) {
    const positions = value.length > MANY ? [0, value.length >> 1, value.length - 1] : value.keys()
    for (const position of positions) yield* leaves(value[position], [...path, position])
  } else {
    for (const [key, inner] of Object.entries(value as object)) {
      if (key !== 'signatureSlot') yield* leaves(inner, [...path, key])
    }
  }
}

/** A copy in which one bit is another; what lies beside the path is shared. */
function flipped<T>(value: T, [step, ...rest]: Path, bit: number): T {
  if (step !== undefined) {
    const copy = Array.isArray(value) ? [...value] : { ...value }
    const inner = copy as Record<string | number, unknown>
    inner[step] = flipped(inner[step], rest, bit)
    return copy as T
  }
  if (value instanceof BitArray) {
    const copy = value.clone()
    copy.set(bit % copy.bitLen, !copy.get(bit % copy.bitLen))
    return copy as T
  }
  if (value instanceof Uint8Array) {
    const copy = value.slice()
    const at = bit % (copy.length * 8)
    copy[at >> 3]! ^= 1 << (at & 7)
    return copy as T
  }
  // Slots and indices of real chains are below 2^24.
  if (typeof value === 'number') return (value ^ (1 << (bit % 24))) as T
  return ((value as bigint) ^ (1n << BigInt(bit % 64))) as T
}

/** What a change at a path may be called. */
const rules: readonly (readonly [RegExp, readonly LamparaErrorCode[]])[] = [
  [/^syncAggregate/, ['signature_invalid']],
  [/^nextSyncCommitteeBranch/, ['next_sync_committee_branch_invalid']],
  [/^nextSyncCommittee/, ['next_sync_committee_branch_invalid', 'sync_committee_mismatch']],
  [/^finalityBranch/, ['finality_branch_invalid']],
  [/^(attested|finalized)Header\.execution/, ['execution_branch_invalid']],
  [
    /^finalizedHeader\.beacon/,
    ['finality_branch_invalid', 'slot_order_invalid', 'execution_branch_invalid', 'header_invalid'],
  ],
  [
    /^attestedHeader\.beacon\.(slot|stateRoot|bodyRoot)/,
    [
      'signature_invalid',
      'slot_order_invalid',
      'execution_branch_invalid',
      'header_invalid',
      'finality_branch_invalid',
      'next_sync_committee_branch_invalid',
    ],
  ],
  [/^attestedHeader\.beacon/, ['signature_invalid']],
  [/^currentSyncCommittee/, ['current_sync_committee_branch_invalid']],
  [/^header\.execution/, ['execution_branch_invalid']],
  [/^header\.beacon/, ['bootstrap_root_mismatch']],
]

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  return undefined
}

function expectRejected(error: unknown, path: Path): void {
  const where = path.join('.')
  expect(isLamparaError(error), `${where}: ${error === undefined ? 'accepted' : String(error)}`).toBe(true)
  const [, codes] = rules.find(([pattern]) => pattern.test(where)) ?? []
  expect(codes, where).toContain((error as { code: string }).code)
  expect(verdictOf(error), where).toBe('reject')
}

describe.skipIf(!fixtures.available)('one changed bit', () => {
  it.each(folderNames)('in any proven part of an object of %s gets it rejected', async (name) => {
    const folder = readFolder(name)
    const { checkpoint } = folder.expected.toSorted((a, b) => b.applied - a.applied)[0]!
    const context = contextOf(folder.chain)
    const bootstrap = folder.bootstraps.get(checkpoint)!
    let bit = 0
    for (const path of leaves(bootstrap.value)) {
      const changed = { ...bootstrap, value: flipped(bootstrap.value, path, bit++) }
      expectRejected(await failureOf(initializeLightClientStore(context, checkpoint, changed)), path)
    }

    let store = await initializeLightClientStore(context, checkpoint, bootstrap)
    let changes = 0
    for (const update of folder.updates) {
      const currentSlot = update.value.signatureSlot + 1
      const genuine = await processLightClientUpdate(context, store, update, currentSlot).catch(() => undefined)
      if (genuine === undefined) continue
      for (const path of leaves(update.value)) {
        const changed = { ...update, value: flipped(update.value, path, bit++) } as typeof update
        const judged = processLightClientUpdate(context, store, changed, currentSlot, { thorough: true })
        expectRejected(await failureOf(judged), path)
        changes++
      }
      store = genuine
    }
    expect(changes).toBeGreaterThan(10)
  })
})
