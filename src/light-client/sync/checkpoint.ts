import { type Chain, fromHex, type Hex, toHex } from '../../chain/index.ts'
import { apiUrl } from '../../discovery/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { Checkpoint } from '../types.ts'
import { type AskOptions, quorumOfProviders } from './provider-quorum.ts'

type Resolve = (chain: Chain, options: AskOptions) => Hex | Promise<Hex>

/**
 * Checks a checkpoint without asking anybody.
 *
 * @returns how to get the block root from which trust starts: as given, or as a quorum of Beacon API servers names it. It rejects with
 *   `invalid_argument` for a quorum that cannot be, `checkpoint_unavailable` when the providers do not agree, the signal's reason
 * @throws LamparaError `checkpoint_missing`, `invalid_argument` for a malformed one, `address_invalid` for a provider that is no URL
 */
export function readCheckpoint(checkpoint: Checkpoint | undefined): Resolve {
  if (checkpoint === undefined) {
    throw new LamparaError('checkpoint_missing', 'Cannot start a light client: no checkpoint was given')
  }
  // What is no URL is a mistake now, not a provider that does not answer later.
  if (typeof checkpoint !== 'string') for (const url of checkpoint.providers) apiUrl(url, '')
  if (typeof checkpoint !== 'string') return (chain, options) => askProviders(chain, checkpoint, options)
  const root = givenRoot(checkpoint)
  return () => root
}

function askProviders(chain: Chain, checkpoint: Exclude<Checkpoint, Hex>, options: AskOptions): Promise<Hex> {
  // A provider named twice is still one voice.
  const providers = [...new Set(checkpoint.providers)]
  const quorum = checkpoint.quorum ?? providers.length
  if (!Number.isInteger(quorum) || quorum < 1 || quorum > providers.length) {
    const words = `Cannot ask for a checkpoint: quorum ${quorum} of ${providers.length}`
    return Promise.reject(new LamparaError('invalid_argument', words))
  }
  return quorumOfProviders(chain, providers, quorum, options)
}

/** The longest text of a caller that an error repeats. */
const MAX_QUOTED_LENGTH = 80

function givenRoot(checkpoint: string): Hex {
  const text = checkpoint.trim()
  if (/^0x[0-9a-f]{64}$/i.test(text)) return normalizedRoot(text)
  const shown = text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text
  throw new LamparaError(
    'invalid_argument',
    `Cannot read the option checkpoint "${shown}": it is not the root of a beacon block, which is 0x and 64 hexadecimal digits. Give a root, or { providers: ['https://…'] }`,
  )
}

function normalizedRoot(root: string): Hex {
  return toHex(fromHex(root, 32))
}
