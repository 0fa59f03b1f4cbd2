import { LamparaError } from '../../errors/index.ts'
import type { ServedChain, ServedHeader } from '../served-chain.ts'
import { parseRoot } from './parameters.ts'

/**
 * The block that a path names: `head`, `finalized`, `genesis`, a slot or a root.
 *
 * @throws LamparaError `request_invalid` for any other name; `resource_unavailable` when the block is not known
 */
export function findBlock(served: ServedChain, id: string): ServedHeader {
  const found = lookUp(served, id)
  if (found === undefined) throw new LamparaError('resource_unavailable', 'No such block is known')
  return found
}

function lookUp(served: ServedChain, id: string): ServedHeader | undefined {
  if (id === 'head') return served.head()
  if (id === 'finalized') return served.finalized()
  if (id === 'genesis') return served.genesis()
  if (/^\d{1,16}$/.test(id) && Number.isSafeInteger(Number(id))) return served.blockAtSlot(Number(id))
  const root = parseRoot(id)
  if (root !== undefined) return served.block(root)
  throw new LamparaError('request_invalid', 'Invalid block: it is neither head, finalized, genesis, a slot nor a root')
}
