import { type Chain, slotStartMs } from '../../../chain/index.ts'
import type { Seed } from '../state/seed.ts'

/** An ExecutionPayload's value with the fields of every fork: a container takes those that it has. */
export interface ExecutionPayloadValue {
  parentHash: Uint8Array
  feeRecipient: Uint8Array
  stateRoot: Uint8Array
  receiptsRoot: Uint8Array
  logsBloom: Uint8Array
  prevRandao: Uint8Array
  blockNumber: bigint
  gasLimit: bigint
  gasUsed: bigint
  timestamp: bigint
  extraData: Uint8Array
  baseFeePerGas: bigint
  blockHash: Uint8Array
  transactions: Uint8Array[]
  withdrawals: readonly never[]
  blobGasUsed: bigint
  excessBlobGas: bigint
}

/** The execution block before, as far as the next one depends on it. */
export interface ExecutionParent {
  readonly blockHash: Uint8Array
  readonly blockNumber: bigint
}

/** The execution chain's genesis. */
export function genesisExecution(seed: Seed): ExecutionParent {
  return { blockHash: seed.bytes('execution genesis'), blockNumber: 0n }
}

/**
 * An execution payload as a block carries it. There is no execution client behind it: hashes and transactions come from
 * the seed, numbers and times fit together.
 */
export function createExecutionPayload(
  chain: Chain,
  seed: Seed,
  slot: number,
  parent: ExecutionParent,
  prevRandao: Uint8Array,
): ExecutionPayloadValue {
  const draw = seed.stream('execution', slot)
  const gasLimit = 60_000_000n
  return {
    parentHash: parent.blockHash,
    feeRecipient: seed.bytes('fee recipient', slot).slice(0, 20),
    stateRoot: seed.bytes('execution state', slot),
    receiptsRoot: seed.bytes('receipts', slot),
    logsBloom: new Uint8Array(256),
    prevRandao,
    blockNumber: parent.blockNumber + 1n,
    gasLimit,
    gasUsed: BigInt(Math.floor(draw() * Number(gasLimit))),
    timestamp: BigInt(Math.floor(slotStartMs(chain, slot) / 1000)),
    extraData: new TextEncoder().encode('lampara devnet'),
    baseFeePerGas: 1_000_000_000n + BigInt(Math.floor(draw() * 1e9)),
    blockHash: seed.bytes('execution block', slot),
    transactions: Array.from({ length: Math.floor(draw() * 4) }, (_, index) => seed.bytes('transaction', slot, index)),
    withdrawals: [],
    blobGasUsed: BigInt(Math.floor(draw() * 6)) * 131_072n,
    excessBlobGas: 0n,
  }
}
