import {
  BranchNode,
  getNodesAtDepth,
  LeafNode,
  merkleizeBlocksBytes,
  type Node,
  packedNodeRootsToBytes,
  packedRootsBytesToNode,
  subtreeFillToContents,
} from '@chainsafe/persistent-merkle-tree'
import { ArrayType, type Type, type ValueOf } from '@chainsafe/ssz'
import { listOffsets } from './list-offsets.ts'
import { mixInLength } from './mix-in-length.ts'

type ByteViews = Parameters<Type<unknown>['value_deserializeFromBytes']>[0]

/**
 * `List[T, N]` as the SSZ specification has it, with arrays for values.
 *
 * The library's own lists make a Node `Buffer` when they are constructed, which throws in a browser (ssz 1.9.0). This one
 * has values and trees, and no views.
 */
export class PortableListType<Element extends Type<unknown>> extends ArrayType<Element, never, never> {
  readonly typeName: string
  readonly itemsPerChunk: number
  readonly depth: number
  readonly maxChunkCount: number
  readonly fixedSize = null
  readonly minSize = 0
  readonly maxSize: number
  readonly isList = true
  readonly isViewMutable = false
  readonly limit: number
  protected readonly defaultLen = 0
  readonly #chunkDepth: number

  /** @param limit - the most items that a value may have: a positive integer */
  constructor(elementType: Element, limit: number) {
    super(elementType)
    const { fixedSize, maxSize, isBasic } = elementType
    this.limit = limit
    this.typeName = `List[${elementType.typeName}, ${limit}]`
    this.itemsPerChunk = isBasic ? 32 / maxSize : 1
    this.maxChunkCount = Math.ceil(limit / this.itemsPerChunk)
    this.#chunkDepth = Math.ceil(Math.log2(this.maxChunkCount))
    this.depth = this.#chunkDepth + 1
    this.maxSize = limit * (fixedSize ?? 4 + maxSize)
  }

  override value_serializedSize(value: ValueOf<Element>[]): number {
    const { fixedSize } = this.elementType
    if (fixedSize !== null) return value.length * fixedSize
    return value.reduce<number>((sum, item) => sum + 4 + this.elementType.value_serializedSize(item), 0)
  }

  override value_serializeToBytes(output: ByteViews, offset: number, value: ValueOf<Element>[]): number {
    this.#assertLength(value.length)
    let next = offset + (this.elementType.fixedSize === null ? 4 * value.length : 0)
    for (const [i, item] of value.entries()) {
      if (this.elementType.fixedSize === null) output.dataView.setUint32(offset + 4 * i, next - offset, true)
      next = this.elementType.value_serializeToBytes(output, next, item)
    }
    return next
  }

  override value_deserializeFromBytes(data: ByteViews, start: number, end: number): ValueOf<Element>[] {
    return this.#items(
      data,
      start,
      end,
      (from, to) => this.elementType.value_deserializeFromBytes(data, from, to) as ValueOf<Element>,
    )
  }

  override tree_serializedSize(node: Node): number {
    const { fixedSize } = this.elementType
    if (fixedSize !== null) return this.tree_getLength(node) * fixedSize
    return this.#itemNodes(node).reduce((sum, item) => sum + 4 + this.elementType.tree_serializedSize(item), 0)
  }

  override tree_serializeToBytes(output: ByteViews, offset: number, node: Node): number {
    if (this.elementType.isBasic) {
      const size = this.tree_serializedSize(node)
      packedNodeRootsToBytes(output.dataView, offset, size, this.#itemNodes(node))
      return offset + size
    }
    const items = this.#itemNodes(node)
    let next = offset + (this.elementType.fixedSize === null ? 4 * items.length : 0)
    for (const [i, item] of items.entries()) {
      if (this.elementType.fixedSize === null) output.dataView.setUint32(offset + 4 * i, next - offset, true)
      next = this.elementType.tree_serializeToBytes(output, next, item)
    }
    return next
  }

  override tree_deserializeFromBytes(data: ByteViews, start: number, end: number): Node {
    const items = this.#items(data, start, end, (from, to) =>
      this.elementType.isBasic ? undefined : this.elementType.tree_deserializeFromBytes(data, from, to),
    )
    const { length } = items
    const chunks = this.elementType.isBasic
      ? packedRootsBytesToNode(this.#chunkDepth, data.dataView, start, end)
      : subtreeFillToContents(items as Node[], this.#chunkDepth)
    return new BranchNode(chunks, LeafNode.fromUint32(length))
  }

  override tree_getLength(node: Node): number {
    return (node.right as LeafNode).getUint(4, 0)
  }

  override hashTreeRootInto(value: ValueOf<Element>[], output: Uint8Array, offset: number): void {
    this.#assertLength(value.length)
    const pair = new Uint8Array(64)
    merkleizeBlocksBytes(this.getBlocksBytes(value), this.maxChunkCount, pair, 0)
    mixInLength(pair, value.length, output, offset)
  }

  protected override getBlocksBytes(value: ValueOf<Element>[]): Uint8Array {
    const chunks = Math.ceil(value.length / this.itemsPerChunk)
    const blocks = new Uint8Array(Math.ceil(chunks / 2) * 64)
    if (this.elementType.isBasic) {
      this.value_serializeToBytes({ uint8Array: blocks, dataView: new DataView(blocks.buffer) }, 0, value)
    } else {
      for (const [i, item] of value.entries()) this.elementType.hashTreeRootInto(item, blocks, 32 * i)
    }
    return blocks
  }

  override getView(): never {
    throw new TypeError(`${this.typeName} has no views`)
  }

  override getViewDU(): never {
    return this.getView()
  }

  override commitView(): never {
    return this.getView()
  }

  override commitViewDU(): never {
    return this.getView()
  }

  override cacheOfViewDU(): never {
    return this.getView()
  }

  #items<Item>(data: ByteViews, start: number, end: number, read: (from: number, to: number) => Item): Item[] {
    const { fixedSize } = this.elementType
    if (fixedSize === null) {
      const offsets = listOffsets(data.dataView, start, end, this.limit)
      return Array.from({ length: offsets.length - 1 }, (_, i) => read(start + offsets[i]!, start + offsets[i + 1]!))
    }
    const length = (end - start) / fixedSize
    if (!Number.isInteger(length)) throw new RangeError(`${this.typeName} cannot have ${end - start} bytes`)
    this.#assertLength(length)
    return Array.from({ length }, (_, i) => read(start + i * fixedSize, start + (i + 1) * fixedSize))
  }

  #itemNodes(node: Node): Node[] {
    const chunks = Math.ceil(this.tree_getLength(node) / this.itemsPerChunk)
    return getNodesAtDepth(node.left, this.#chunkDepth, 0, chunks)
  }

  #assertLength(length: number): void {
    if (length > this.limit) throw new RangeError(`${this.typeName} cannot hold ${length} items`)
  }
}
