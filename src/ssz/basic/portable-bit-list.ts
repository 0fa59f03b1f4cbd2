import {
  BranchNode,
  getNodesAtDepth,
  LeafNode,
  type Node,
  packedNodeRootsToBytes,
  packedRootsBytesToNode,
} from '@chainsafe/persistent-merkle-tree'
import { BitArray, BitArrayType, deserializeUint8ArrayBitListFromBytes, type Type } from '@chainsafe/ssz'
import { mixInLength } from './mix-in-length.ts'

type ByteViews = Parameters<Type<unknown>['value_deserializeFromBytes']>[0]

/** `Bitlist[N]` as the SSZ specification has it; the library's own makes a Node `Buffer`, as its lists do. */
export class PortableBitListType extends BitArrayType {
  readonly typeName: string
  readonly depth: number
  readonly maxChunkCount: number
  readonly fixedSize = null
  readonly minSize = 1
  readonly maxSize: number
  readonly isList = true
  readonly limitBits: number
  readonly #chunkDepth: number

  /** @param limitBits - the most bits that a value may have: a positive integer */
  constructor(limitBits: number) {
    super()
    this.limitBits = limitBits
    this.typeName = `BitList[${limitBits}]`
    this.maxChunkCount = Math.ceil(limitBits / 256)
    this.#chunkDepth = Math.ceil(Math.log2(this.maxChunkCount))
    this.depth = this.#chunkDepth + 1
    this.maxSize = Math.ceil(limitBits / 8) + 1
  }

  override defaultValue(): BitArray {
    return BitArray.fromBitLen(0)
  }

  override value_serializedSize(value: BitArray): number {
    return serializedSize(value.bitLen)
  }

  override value_serializeToBytes(output: ByteViews, offset: number, value: BitArray): number {
    this.#assertLength(value.bitLen)
    output.uint8Array.set(value.uint8Array, offset)
    return setPaddingBit(output.uint8Array, offset, value.bitLen)
  }

  override value_deserializeFromBytes(data: ByteViews, start: number, end: number): BitArray {
    const { uint8Array, bitLen } = deserializeUint8ArrayBitListFromBytes(data.uint8Array, start, end)
    this.#assertLength(bitLen)
    return new BitArray(uint8Array, bitLen)
  }

  override tree_serializedSize(node: Node): number {
    return serializedSize(lengthOfTree(node))
  }

  override tree_getByteLen(node?: Node): number {
    if (node === undefined) throw new TypeError('A bit list has no length without its tree')
    return Math.ceil(lengthOfTree(node) / 8)
  }

  override tree_serializeToBytes(output: ByteViews, offset: number, node: Node): number {
    const byteLength = this.tree_getByteLen(node)
    const chunks = getNodesAtDepth(node.left, this.#chunkDepth, 0, Math.ceil(byteLength / 32))
    packedNodeRootsToBytes(output.dataView, offset, byteLength, chunks)
    return setPaddingBit(output.uint8Array, offset, lengthOfTree(node))
  }

  override tree_deserializeFromBytes(data: ByteViews, start: number, end: number): Node {
    const { uint8Array, bitLen } = this.value_deserializeFromBytes(data, start, end)
    const view = new DataView(uint8Array.buffer, uint8Array.byteOffset, uint8Array.byteLength)
    return new BranchNode(
      packedRootsBytesToNode(this.#chunkDepth, view, 0, uint8Array.length),
      LeafNode.fromUint32(bitLen),
    )
  }

  override hashTreeRoot(value: BitArray): Uint8Array {
    const root = new Uint8Array(32)
    this.hashTreeRootInto(value, root, 0)
    return root
  }

  override hashTreeRootInto(value: BitArray, output: Uint8Array, offset: number): void {
    this.#assertLength(value.bitLen)
    const pair = new Uint8Array(64)
    super.hashTreeRootInto(value, pair, 0)
    mixInLength(pair, value.bitLen, output, offset)
  }

  #assertLength(bits: number): void {
    if (bits > this.limitBits) throw new RangeError(`${this.typeName} cannot hold ${bits} bits`)
  }
}

function lengthOfTree(node: Node): number {
  return (node.right as LeafNode).getUint(4, 0)
}

/** With the bit that marks where the list ends. */
function serializedSize(bits: number): number {
  return Math.floor(bits / 8) + 1
}

function setPaddingBit(bytes: Uint8Array, offset: number, bits: number): number {
  const last = offset + Math.floor(bits / 8)
  // A full byte is followed by one of which nothing was written yet.
  bytes[last] = (bits % 8 === 0 ? 0 : bytes[last]!) | (1 << (bits % 8))
  return last + 1
}
