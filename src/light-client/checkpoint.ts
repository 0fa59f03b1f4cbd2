import { type Chain, fromHex, type Hex, toHex } from '../chain/index.ts'
import { readJson } from '../discovery/index.ts'
import { LamparaError } from '../errors/index.ts'
import type { Clock } from '../streams/clock.ts'
import type { Checkpoint } from './types.ts'

/** How long one provider may take, and how much it may say: the answer is one header. */
const PROVIDER_TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 64 * 1024

type Resolve = (
  chain: Chain,
  options: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
) => Hex | Promise<Hex>

/**
 * Checks a checkpoint without asking anybody.
 *
 * @returns how to get the block root from which trust starts: as given, or as a quorum of Beacon API servers names it. It rejects with
 *   `invalid_argument` for a quorum that cannot be, `checkpoint_unavailable` when the providers do not agree, the signal's reason
 * @throws LamparaError `checkpoint_missing`, `invalid_argument` for a malformed one
 */
export function readCheckpoint(checkpoint: Checkpoint | undefined): Resolve {
  if (checkpoint === undefined) {
    throw new LamparaError('checkpoint_missing', 'Cannot start a light client: no checkpoint was given')
  }
  if (typeof checkpoint !== 'string') return (chain, options) => askProviders(chain, checkpoint, options)
  const root = givenRoot(checkpoint)
  return () => root
}

async function askProviders(
  chain: Chain,
  checkpoint: Exclude<Checkpoint, Hex>,
  options: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<Hex> {
  // A provider named twice is still one voice.
  const providers = [...new Set(checkpoint.providers)]
  const quorum = checkpoint.quorum ?? providers.length
  if (!Number.isInteger(quorum) || quorum < 1 || quorum > providers.length) {
    throw new LamparaError('invalid_argument', `Cannot ask for a checkpoint: quorum ${quorum} of ${providers.length}`)
  }
  const answers = await Promise.allSettled(providers.map((url) => finalizedRoot(url, options)))
  options.signal?.throwIfAborted()
  const votes = new Map<Hex, number>()
  for (const answer of answers) {
    if (answer.status === 'fulfilled') votes.set(answer.value, (votes.get(answer.value) ?? 0) + 1)
  }
  const [root, count] = [...votes].sort((a, b) => b[1] - a[1])[0] ?? []
  if (root !== undefined && count !== undefined && count >= quorum) return root
  const reasons = answers.map(
    (answer, i) => `${providers[i]}: ${answer.status === 'fulfilled' ? answer.value : answer.reason}`,
  )
  throw new LamparaError(
    'checkpoint_unavailable',
    `Cannot agree on a ${chain.name} checkpoint: ${count ?? 0} of ${quorum} providers name one root`,
    { details: { answers: reasons } },
  )
}

/** GET /eth/v1/beacon/headers/finalized of the Beacon API. */
async function finalizedRoot(
  url: string,
  options: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<Hex> {
  const target = new URL('eth/v1/beacon/headers/finalized', `${url.replace(/\/+$/, '')}/`)
  const limits = { ...options, timeoutMs: PROVIDER_TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES }
  const answer = await readJson(target, limits)
  const root = (answer as { data?: { root?: unknown } } | null)?.data?.root
  if (typeof root !== 'string') throw new LamparaError('checkpoint_unavailable', `Cannot read a root from ${target}`)
  return normalizedRoot(root)
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
