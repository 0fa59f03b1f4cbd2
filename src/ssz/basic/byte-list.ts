import {
  BranchNode,
  getNodesAtDepth,
  LeafNode,
  type Node,
  packedNodeRootsToBytes,
  packedRootsBytesToNode,
} from '@chainsafe/persistent-merkle-tree'
import { ByteArrayType, type Type } from '@chainsafe/ssz'
import { mixInLength } from './mix-in-length.ts'

type ByteViews = Parameters<Type<unknown>['value_deserializeFromBytes']>[0]

/**
 * `ByteList[N]` as the SSZ specification has it, with `Uint8Array` values.
 *
 * The library's own ByteListType makes a Node `Buffer` when it is constructed, which throws in a browser (ssz 1.9.0).
 */
export class PortableByteListType extends ByteArrayType {
  readonly typeName: string
  readonly depth: number
  readonly maxChunkCount: number
  readonly fixedSize = null
  readonly minSize = 0
  readonly maxSize: number
  readonly isList = true
  readonly #chunkDepth: number
  readonly #limitBytes: number

  /** @param limitBytes - the most bytes that a value may have: a positive integer */
  constructor(limitBytes: number) {
    super()
    this.typeName = `ByteList[${limitBytes}]`
    this.maxChunkCount = Math.ceil(limitBytes / 32)
    this.#chunkDepth = Math.ceil(Math.log2(this.maxChunkCount))
    this.depth = this.#chunkDepth + 1
    this.maxSize = limitBytes
    this.#limitBytes = limitBytes
  }

  override value_serializedSize(value: Uint8Array): number {
    return value.length
  }

  override value_serializeToBytes(output: ByteViews, offset: number, value: Uint8Array): number {
    this.assertValidSize(value.length)
    return super.value_serializeToBytes(output, offset, value)
  }

  override tree_serializedSize(node: Node): number {
    return lengthOfTree(node)
  }

  override tree_getByteLen(node?: Node): number {
    if (node === undefined) throw new TypeError('A byte list has no length without its tree')
    return lengthOfTree(node)
  }

  override tree_serializeToBytes(output: ByteViews, offset: number, node: Node): number {
    const length = lengthOfTree(node)
    const chunks = getNodesAtDepth(node.left, this.#chunkDepth, 0, Math.ceil(length / 32))
    packedNodeRootsToBytes(output.dataView, offset, length, chunks)
    return offset + length
  }

  override tree_deserializeFromBytes(data: ByteViews, start: number, end: number): Node {
    this.assertValidSize(end - start)
    const chunks = packedRootsBytesToNode(this.#chunkDepth, data.dataView, start, end)
    return new BranchNode(chunks, LeafNode.fromUint32(end - start))
  }

  override hashTreeRoot(value: Uint8Array): Uint8Array {
    const root = new Uint8Array(32)
    this.hashTreeRootInto(value, root, 0)
    return root
  }

  override hashTreeRootInto(value: Uint8Array, output: Uint8Array, offset: number): void {
    this.assertValidSize(value.length)
    const pair = new Uint8Array(64)
    super.hashTreeRootInto(value, pair, 0)
    mixInLength(pair, value.length, output, offset)
  }

  protected override assertValidSize(size: number): void {
    if (size > this.#limitBytes) throw new RangeError(`${this.typeName} cannot hold ${size} bytes`)
  }
}

function lengthOfTree(node: Node): number {
  return (node.right as LeafNode).getUint(4, 0)
}
