export { type BlobParameters, type Chain, type Fork, type ForkName, forkNames } from './chain.ts'
export { type ChainConfig, chainToConfig, chainToGenesis } from './chain-config.ts'
export type { ConfigValues } from './config-values.ts'
export { type ChainOptions, createChain, type GenesisValues } from './create-chain.ts'
export { type ForkDigest, forkDigestAtEpoch, forkDigestAtSlot, forkDigests, forkOfDigest } from './digest.ts'
export { forkAtEpoch, forkAtSlot, isForkActive } from './forks.ts'
export { equalBytes, fromHex, type Hex, toHex } from './hex.ts'
export { hoodi } from './networks/hoodi.ts'
export { mainnet } from './networks/mainnet.ts'
export { sepolia } from './networks/sepolia.ts'
export { mainnetPreset, minimalPreset, type Preset } from './presets.ts'
export { sameChain } from './same-chain.ts'
export { createSlotClock, type SlotClock } from './slot-clock.ts'
export {
  epochOfSlot,
  periodOfEpoch,
  periodOfSlot,
  slotAtMs,
  slotStartMs,
  startSlotOfEpoch,
  startSlotOfPeriod,
} from './slots.ts'
