import { LamparaError, messageOf } from '../errors/index.ts'
import type { Platform } from '../platform/platform.ts'
import { createNode, type MadeNode, type NetworkNode } from './libp2p-options.ts'
import { createNodeParts } from './node-parts.ts'
import type { NetworkOptions } from './types.ts'

/** Makes the node that a network works with; or takes the user's, which is neither started nor stopped. */
export async function makeNode(platform: Platform, options: NetworkOptions): Promise<MadeNode> {
  const { libp2p: given } = options
  if (given !== undefined) {
    const letGo = (await import('./late.ts')).takeOwnNode(given, options)
    const libp2p = given as NetworkNode
    return { libp2p, parts: libp2p.services.lampara.parts, start: async () => {}, release: async () => letGo() }
  }
  const parts = await createNodeParts(platform, options)
  const libp2p = await createNode(parts).catch((error) => {
    throw new LamparaError('invalid_argument', `Cannot create network: ${messageOf(error)}`, { cause: error })
  })
  return {
    libp2p,
    parts,
    start: async () => libp2p.start(),
    release: async () => libp2p.stop(),
  }
}
