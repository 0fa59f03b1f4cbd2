import { PortableByteListType } from '../basic/byte-list.ts'
import { container } from '../basic/container.ts'
import { bytes20, bytes32, bytes256, uint64Bigint, uint256 } from '../basic/primitives.ts'

/** `extra_data`: at most MAX_EXTRA_DATA_BYTES. */
export const extraData = new PortableByteListType(32)

/** The fields that every execution payload and header since Bellatrix begins with (bellatrix/beacon-chain.md). */
export const executionFieldsBellatrix = {
  parentHash: bytes32,
  feeRecipient: bytes20,
  stateRoot: bytes32,
  receiptsRoot: bytes32,
  logsBloom: bytes256,
  prevRandao: bytes32,
  blockNumber: uint64Bigint,
  gasLimit: uint64Bigint,
  gasUsed: uint64Bigint,
  timestamp: uint64Bigint,
  extraData,
  baseFeePerGas: uint256,
  blockHash: bytes32,
}

/** ExecutionPayloadHeader (capella/beacon-chain.md). */
export const ExecutionPayloadHeaderCapella = container('ExecutionPayloadHeader', {
  ...executionFieldsBellatrix,
  transactionsRoot: bytes32,
  withdrawalsRoot: bytes32,
})

/** ExecutionPayloadHeader (deneb/beacon-chain.md), Deneb to Fulu. */
export const ExecutionPayloadHeaderDeneb = container('ExecutionPayloadHeader', {
  ...ExecutionPayloadHeaderCapella.fields,
  blobGasUsed: uint64Bigint,
  excessBlobGas: uint64Bigint,
})
