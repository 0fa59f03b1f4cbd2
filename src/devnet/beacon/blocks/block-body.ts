import { executionPayloadGindex } from '../../../ssz/index.ts'
import type { ExecutionPayloadHeader, SyncAggregate } from '../../../ssz/light-client/light-client-values.ts'
import type { BeaconContainer } from '../beacon-types.ts'
import { merkleBranch, type TreeNode } from '../light-client/branch.ts'
import type { ExecutionPayloadValue } from './execution.ts'

/** What the devnet puts into a block; lists of operations stay empty. */
export interface BlockContents {
  readonly randaoReveal: Uint8Array
  readonly graffiti: Uint8Array
  readonly syncAggregate: SyncAggregate
  readonly executionPayload: ExecutionPayloadValue
}

/** A block body with its root, and with what light-client headers take of its execution payload. */
export interface BlockBody {
  readonly root: Uint8Array
  /** The body itself, SSZ. */
  readonly bytes: Uint8Array
  /** The payload as its header, from Bellatrix on. */
  readonly executionHeader?: ExecutionPayloadHeader
  /** The payload's branch in the body, from Capella on. */
  readonly executionBranch?: Uint8Array[]
}

/** Builds the body of a fork: fields that it does not have are left out. */
export function createBlockBody(type: BeaconContainer, contents: BlockContents): BlockBody {
  const value = { ...(type.defaultValue() as Record<string, unknown>), ...contents }
  return describeBody(type, value, contents.executionPayload)
}

/** The body of the genesis block (`BeaconBlockBody()`). */
export function createGenesisBody(type: BeaconContainer): BlockBody {
  const value = type.defaultValue() as Record<string, unknown>
  return describeBody(type, value, value.executionPayload as ExecutionPayloadValue)
}

function describeBody(
  type: BeaconContainer,
  value: Record<string, unknown>,
  payload: ExecutionPayloadValue,
): BlockBody {
  const view = type.toViewDU(value)
  const root = view.hashTreeRoot().slice()
  const bytes = type.serialize(value)
  const payloadType = type.fields.executionPayload as BeaconContainer | undefined
  if (payloadType === undefined) return { root, bytes }
  const executionHeader = headerOfPayload(payloadType, payload)
  if (payloadType.fields.withdrawals === undefined) return { root, bytes, executionHeader }
  return { root, bytes, executionHeader, executionBranch: merkleBranch(view.node as TreeNode, executionPayloadGindex) }
}

/** The payload with its lists replaced by their roots; both have the same root. */
function headerOfPayload(type: BeaconContainer, payload: ExecutionPayloadValue): ExecutionPayloadHeader {
  const header: Record<string, unknown> = {}
  for (const [field, fieldType] of Object.entries(type.fields)) {
    const value = payload[field as keyof ExecutionPayloadValue]
    if (field === 'transactions' || field === 'withdrawals') header[`${field}Root`] = fieldType.hashTreeRoot(value)
    else header[field] = value
  }
  return header as unknown as ExecutionPayloadHeader
}
