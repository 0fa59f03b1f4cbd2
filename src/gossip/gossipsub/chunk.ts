// gossipsub and what it is made with, in one chunk: a page loads it after its first head.
export { gossipsub } from '@libp2p/gossipsub'
export { guardGossipsub } from './guard.ts'
export { gossipParameters, maxInboundBytes } from './parameters.ts'
