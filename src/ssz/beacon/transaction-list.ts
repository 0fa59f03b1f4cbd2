import type { Type } from '@chainsafe/ssz'
import { PortableByteListType } from '../basic/byte-list.ts'
import { PortableListType } from '../basic/portable-list.ts'
import { sharedLimits } from './beacon-limits.ts'

type ByteViews = Parameters<Type<unknown>['value_deserializeFromBytes']>[0]

/** Shorter lists may be as they like. */
const MANY = 4096
/** Its offset, and most of a signature: no transaction that a chain takes has less. */
const MIN_BYTES_EACH = 4 + 40

/**
 * `List[Transaction, MAX_TRANSACTIONS_PER_PAYLOAD]`, whose values take no more memory than their bytes warrant: a million empty
 * transactions are four megabytes on the way, and were two hundred and half a second once read. Blocks with an empty
 * one are invalid anyway (bellatrix/beacon-chain.md, `verify_and_notify_new_payload`).
 */
export class TransactionListType extends PortableListType<PortableByteListType> {
  constructor() {
    super(new PortableByteListType(sharedLimits.bytesPerTransaction), sharedLimits.transactionsPerPayload)
  }

  override value_deserializeFromBytes(data: ByteViews, start: number, end: number): Uint8Array[] {
    const bytes = end - start
    const count = bytes < 4 ? 0 : data.dataView.getUint32(start, true) / 4
    if (count > MANY && count * MIN_BYTES_EACH > bytes) {
      throw new RangeError(`${bytes} bytes cannot be ${count} transactions`)
    }
    return super.value_deserializeFromBytes(data, start, end)
  }
}
