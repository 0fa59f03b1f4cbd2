/**
 * The relay through which browsers meet the beacon chain's network: `createBootnode()`. Node only.
 *
 * @packageDocumentation
 */
export { createBootnode } from './create-bootnode.ts'
export type { Bootnode, BootnodeCounts, BootnodeOptions } from './types.ts'
