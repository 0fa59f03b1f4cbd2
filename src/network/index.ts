export { bootstrapList } from './bootstrap-list.ts'
export { createNetwork } from './create-network.ts'
export { libp2pOptions, type NetworkNodeOptions, type ServiceFactory } from './for-own-node.ts'
export type * from './types.ts'
