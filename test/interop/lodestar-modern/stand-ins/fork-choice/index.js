// A fork choice for a chain that never forks: the head is the newest block.
import { computeEpochAtSlot, computeStartSlotAtEpoch } from '@lodestar/state-transition'

const hex = (b) => (typeof b === 'string' ? b : `0x${Buffer.from(b).toString('hex')}`)
export const ExecutionStatus = {
  Valid: 'Valid',
  Syncing: 'Syncing',
  PreMerge: 'PreMerge',
  Invalid: 'Invalid',
  PayloadSeparated: 'PayloadSeparated',
}
export const PayloadStatus = { PENDING: 0, EMPTY: 1, FULL: 2 }
export const EpochDifference = { current: 0, previous: 1 }
export const AncestorStatus = {
  CommonAncestor: 'CommonAncestor',
  Descendant: 'Descendant',
  NoCommonAncenstor: 'NoCommonAncenstor',
  BlockUnknown: 'BlockUnknown',
}
export const UpdateHeadOpt = {
  GetCanonicalHead: 'getCanonicalHead',
  GetProposerHead: 'getProposerHead',
  GetPredictedProposerHead: 'getPredictedProposerHead',
}
export const NotReorgedReason = new Proxy({}, { get: (_, name) => String(name) })
export const ForkChoiceErrorCode = { INVALID_ATTESTATION: 'FORKCHOICE_ERROR_INVALID_ATTESTATION' }
export class ForkChoiceError extends Error {
  type = {}
}
const nothing = new Proxy(() => nothing, { get: () => nothing, apply: () => nothing })
export const getForkChoiceMetrics = () => nothing
export const getSafeExecutionBlockHash = (forkChoice) =>
  forkChoice.getJustifiedBlock().executionPayloadBlockHash ?? `0x${'00'.repeat(32)}`
export class ProtoArray {
  blocks = []
  static initialize(block) {
    const it = new ProtoArray()
    it.onBlock(block)
    return it
  }
  onBlock(block) {
    this.blocks.push({ targetRoot: block.blockRoot, ...block })
  }
  length() {
    return this.blocks.length
  }
}
const withHex = (cp) => ({ ...cp, rootHex: hex(cp.root) })
export class ForkChoiceStore {
  constructor(currentSlot, justified, finalized, _balances, _getter, _stateGetter, events = {}) {
    Object.assign(this, { currentSlot, justified: withHex(justified), finalized: withHex(finalized), events })
  }
}
export class ForkChoice {
  blocks = new Map()
  constructor(config, store, protoArray) {
    Object.assign(this, { config, store, irrecoverableError: undefined })
    for (const block of protoArray.blocks) this.blocks.set(block.blockRoot, block)
    this.head = this.next = protoArray.blocks.at(-1)
    this.first = protoArray.blocks[0]
  }
  onBlock(block, state, _delaySec, _currentSlot, executionStatus, dataAvailabilityStatus) {
    const root = hex(this.config.getForkTypes(block.slot).BeaconBlock.hashTreeRoot(block))
    const epochStart = computeStartSlotAtEpoch(computeEpochAtSlot(block.slot))
    const justified = state.currentJustifiedCheckpoint,
      finalized = state.finalizedCheckpoint
    const payload = block.body.executionPayload ?? block.body.executionPayloadHeader
    const merged = payload && executionStatus !== ExecutionStatus.PreMerge
    const summary = {
      slot: block.slot,
      blockRoot: root,
      parentRoot: hex(block.parentRoot),
      stateRoot: hex(block.stateRoot),
      targetRoot: epochStart === block.slot ? root : hex(state.getBlockRootAtSlot(epochStart)),
      timeliness: true,
      justifiedEpoch: justified.epoch,
      justifiedRoot: hex(justified.root),
      finalizedEpoch: finalized.epoch,
      finalizedRoot: hex(finalized.root),
      unrealizedJustifiedEpoch: justified.epoch,
      unrealizedJustifiedRoot: hex(justified.root),
      unrealizedFinalizedEpoch: finalized.epoch,
      unrealizedFinalizedRoot: hex(finalized.root),
      ...(merged
        ? {
            executionPayloadBlockHash: hex(payload.blockHash),
            executionPayloadNumber: payload.blockNumber,
            executionPayloadGasLimit: payload.gasLimit,
            executionStatus,
            dataAvailabilityStatus,
          }
        : { executionPayloadBlockHash: null, executionStatus: ExecutionStatus.PreMerge, dataAvailabilityStatus }),
      builderIndex: null,
      blockHashFromBid: null,
      parentBlockHash: null,
      payloadStatus: PayloadStatus.FULL,
    }
    this.blocks.set(root, summary)
    if (block.slot > this.next.slot) this.next = summary
    const { store } = this
    if (justified.epoch > store.justified.epoch) {
      store.justified = withHex({ epoch: justified.epoch, root: justified.root })
      store.events.onJustified?.(store.justified)
    }
    if (finalized.epoch > store.finalized.epoch) {
      store.finalized = withHex({ epoch: finalized.epoch, root: finalized.root })
      store.events.onFinalized?.(store.finalized)
    }
    return summary
  }
  updateTime(slot) {
    this.store.currentSlot = slot
  }
  getTime() {
    return this.store.currentSlot
  }
  updateAndGetHead() {
    this.head = this.next
    return { head: this.head, isHeadTimely: true, notReorgedReason: 'Unknown' }
  }
  getHead() {
    return this.head
  }
  getHeadRoot() {
    return this.head.blockRoot
  }
  getHeads() {
    return [this.head]
  }
  getBlockHex(root) {
    return this.blocks.get(root) ?? null
  }
  getBlockHexDefaultStatus(root) {
    return this.blocks.get(root) ?? null
  }
  getBlockDefaultStatus(root) {
    return this.blocks.get(hex(root)) ?? null
  }
  getBlock(root) {
    return this.blocks.get(hex(root)) ?? null
  }
  getBlockHexAndBlockHash(root, hash) {
    const b = this.blocks.get(root)
    return b && b.executionPayloadBlockHash === hash ? b : null
  }
  hasBlock(root) {
    return this.blocks.has(hex(root))
  }
  hasBlockHex(root) {
    return this.blocks.has(root)
  }
  hasBlockUnsafe(root) {
    return this.blocks.has(hex(root))
  }
  hasBlockHexUnsafe(root) {
    return this.blocks.has(root)
  }
  hasPayloadHexUnsafe(root) {
    return this.blocks.has(root)
  }
  getJustifiedCheckpoint() {
    return this.store.justified
  }
  getFinalizedCheckpoint() {
    return this.store.finalized
  }
  getUnrealizedJustifiedCheckpoint() {
    return this.store.justified
  }
  getUnrealizedFinalizedCheckpoint() {
    return this.store.finalized
  }
  getFinalizedCheckpointSlot() {
    return computeStartSlotAtEpoch(this.store.finalized.epoch)
  }
  getFinalizedBlock() {
    return this.blocks.get(this.store.finalized.rootHex) ?? this.first
  }
  getJustifiedBlock() {
    return this.blocks.get(this.store.justified.rootHex) ?? this.getFinalizedBlock()
  }
  getConfirmedRoot() {
    return this.getJustifiedBlock().blockRoot
  }
  getConfirmedBlock() {
    return this.getJustifiedBlock()
  }
  *#ancestors(root) {
    for (let b = this.blocks.get(root); b; b = b.parentRoot === b.blockRoot ? undefined : this.blocks.get(b.parentRoot))
      yield b
  }
  *iterateAncestorBlocks(root) {
    const it = this.#ancestors(root)
    it.next()
    yield* it
  }
  getAllAncestorBlocks(root) {
    return [...this.#ancestors(root)].slice(0, -1)
  }
  getAllNonAncestorBlocks() {
    return []
  }
  getAllAncestorAndNonAncestorBlocksDefaultStatus(root) {
    return { ancestors: [...this.#ancestors(root)], nonAncestors: [] }
  }
  *forwardIterateDescendantsDefaultStatus(root) {
    const from = this.blocks.get(root)
    for (const b of [...this.blocks.values()].sort((x, y) => x.slot - y.slot)) if (from && b.slot > from.slot) yield b
  }
  *forwarditerateAncestorBlocks() {
    yield* [...this.blocks.values()].sort((x, y) => x.slot - y.slot)
  }
  getCanonicalBlockByRoot(root) {
    return this.blocks.get(hex(root)) ?? null
  }
  getCanonicalBlockAtSlot(slot) {
    for (const b of this.#ancestors(this.head.blockRoot)) if (b.slot <= slot) return b.slot === slot ? b : null
    return null
  }
  getCanonicalBlockClosestLteSlot(slot) {
    for (const b of this.#ancestors(this.head.blockRoot)) if (b.slot <= slot) return b
    return null
  }
  getBlockSummariesByParentRoot(root) {
    return [...this.blocks.values()].filter((b) => b.parentRoot === root)
  }
  getBlockSummariesAtSlot(slot) {
    return [...this.blocks.values()].filter((b) => b.slot === slot)
  }
  getAllNodes() {
    return [...this.blocks.values()]
  }
  getSlotsPresent(from) {
    return [...this.blocks.values()].filter((b) => b.slot >= from).length
  }
  getCommonAncestorDepth() {
    return { code: AncestorStatus.Descendant }
  }
  getDependentRoot(block, difference) {
    const epoch = computeEpochAtSlot(block.slot) - difference
    const slot = Math.max(0, computeStartSlotAtEpoch(Math.max(0, epoch)) - 1)
    let last
    for (const b of this.#ancestors(block.blockRoot)) {
      last = b
      if (b.slot <= slot) return b.blockRoot
    }
    return (last ?? this.first).blockRoot
  }
  prune(_rootHex) {
    return []
  }
  setPruneThreshold() {}
  onAttestation() {}
  onAttesterSlashing() {}
  notifyPtcMessages() {}
  onExecutionPayload() {}
  validateLatestHash() {}
  shouldBuildOnFull() {
    return true
  }
  shouldOverrideForkChoiceUpdate() {
    return { shouldOverrideFcu: false, reason: 'Unknown' }
  }
  getProposerBoostRoot() {
    return `0x${'00'.repeat(32)}`
  }
  getPreviousProposerBoostRoot() {
    return `0x${'00'.repeat(32)}`
  }
  getPTCVoteCounts() {
    return null
  }
  isDescendant() {
    return true
  }
}
