import { type Chain, epochOfSlot, forkAtSlot, isForkActive, slotStartMs, toHex } from '../chain/index.ts'
import { headerRoot, type LightClientHeader, type SyncAggregate } from '../ssz/index.ts'
import type { Agreement } from './agreement.ts'
import type { ExecutionHead, Head, HeadJson } from './types.ts'

/** How a verified header came to be shown. */
export interface HeadEvidence {
  readonly kind: Head['kind']
  /** Share of the committee that signed, 0 to 1. */
  readonly participation: number
  readonly agreement: Agreement
  /** False for a head that fewer than two thirds signed. */
  readonly supermajority: boolean
  readonly verifiedAtMs: number
}

/** A verified header as the public face shows it. */
export function headOf(chain: Chain, header: LightClientHeader, evidence: HeadEvidence): Head {
  const { beacon } = header
  const execution = executionOf(chain, header)
  return withJson({
    kind: evidence.kind,
    slot: beacon.slot,
    root: toHex(headerRoot(beacon)),
    parentRoot: toHex(beacon.parentRoot),
    stateRoot: toHex(beacon.stateRoot),
    fork: forkAtSlot(chain, beacon.slot).name,
    ...(execution === undefined ? {} : { execution }),
    participation: evidence.participation,
    supermajority: evidence.supermajority,
    agreement: evidence.agreement,
    slotStartMs: slotStartMs(chain, beacon.slot),
    verifiedAtMs: evidence.verifiedAtMs,
  })
}

/** The same with `toJSON()`, which is not enumerable: heads stay plain data for `structuredClone()` and comparisons. */
export function withJson<Shape extends Head>(head: Shape): Shape & { toJSON(): HeadJson } {
  const toJSON = (): HeadJson => {
    const { execution } = head
    const texts = Object.entries(execution ?? {}).map(([key, value]) => [key, `${value}`])
    return { ...head, ...(execution && { execution: Object.fromEntries(texts) }) } as HeadJson
  }
  return Object.defineProperty(head, 'toJSON', { value: toJSON }) as Shape & { toJSON(): HeadJson }
}

/** The share of the committee whose bits are set, 0 to 1. */
export function participationOf(aggregate: SyncAggregate): number {
  const bits = aggregate.syncCommitteeBits
  return bits.getTrueBitIndexes().length / bits.bitLen
}

/** Headers before Capella prove no execution block, even inside a later container, which fills the field with zeros. */
function executionOf(chain: Chain, header: LightClientHeader): ExecutionHead | undefined {
  const { execution, executionBlockHash } = header
  if (!isForkActive(chain, 'capella', epochOfSlot(chain, header.beacon.slot))) return undefined
  if (executionBlockHash !== undefined) return { blockHash: toHex(executionBlockHash) }
  return (
    execution && {
      blockHash: toHex(execution.blockHash),
      blockNumber: execution.blockNumber,
      stateRoot: toHex(execution.stateRoot),
      timestamp: execution.timestamp,
    }
  )
}
