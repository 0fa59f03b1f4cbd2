export { type BlobParameters, type Chain, type Fork, type ForkName, forkNames } from './chain.ts'
export type { Hex } from './hex.ts'
export type { Preset } from './presets.ts'
