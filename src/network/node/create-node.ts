import { LamparaError, messageOf } from '../../errors/index.ts'
import type { Platform } from '../../platform/platform.ts'
import type { NetworkOptions } from '../types.ts'
import { createLibp2pNode, type NetworkNode, type NodeHandle } from './libp2p-config.ts'
import { createNodeDependencies } from './node-dependencies.ts'

/** Makes the node that a network works with; or takes the user's, which is neither started nor stopped. */
export async function createNode(platform: Platform, options: NetworkOptions): Promise<NodeHandle> {
  const { libp2p: given } = options
  if (given !== undefined) {
    const letGo = (await import('../deferred.ts')).adoptExternalNode(given, options)
    const libp2p = given as NetworkNode
    return {
      libp2p,
      dependencies: libp2p.services.lampara.dependencies,
      start: async () => {},
      release: async () => letGo(),
    }
  }
  const parts = await createNodeDependencies(platform, options)
  const libp2p = await createLibp2pNode(parts).catch((error) => {
    throw new LamparaError('invalid_argument', `Cannot create network: ${messageOf(error)}`, { cause: error })
  })
  return {
    libp2p,
    dependencies: parts,
    start: async () => libp2p.start(),
    release: async () => libp2p.stop(),
  }
}
