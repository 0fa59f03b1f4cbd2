import { fromHex } from '../../chain/index.ts'
import type { ServedChain, ServedHeader } from '../served-chain.ts'
import type { BeaconChain } from './beacon-chain.ts'
import type { BlockRecord } from './blocks/block-record.ts'

/** A chain that is made here, as its node shows it. */
export function serveBeaconChain(beacon: BeaconChain): ServedChain {
  const { chain, archive } = beacon
  const genesis = beacon.head
  const served = (block: BlockRecord): ServedHeader => ({
    root: block.root,
    beacon: block.beacon,
    signature: () => beacon.signBlock(block),
    signedBlock: () => beacon.signedBlock(block),
    finalized: block.slot <= finalized().slot,
  })
  const finalized = (): BlockRecord => beacon.finalized ?? genesis
  return {
    chain,
    data: archive,
    checkpoint: () => finalized().root,
    head: () => served(beacon.head),
    finalized: () => served(finalized()),
    genesis: () => served(genesis),
    block(root) {
      const block = root === genesis.root ? genesis : beacon.block(root)
      return block === undefined ? undefined : served(block)
    },
    blockAtSlot(slot) {
      const block = slot === genesis.slot ? genesis : beacon.blockAtSlot(slot)
      return block === undefined ? undefined : served(block)
    },
    status: () => ({
      finalizedRoot: beacon.finalized === undefined ? new Uint8Array(32) : fromHex(beacon.finalized.root),
      finalizedEpoch: beacon.finalizedEpoch,
      headRoot: fromHex(beacon.head.root),
      headSlot: beacon.head.slot,
      // No blocks are served: none are claimed before the head.
      earliestAvailableSlot: beacon.head.slot,
    }),
  }
}
