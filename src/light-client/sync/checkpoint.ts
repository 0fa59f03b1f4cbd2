import { type Chain, fromHex, type Hex, toHex } from '../../chain/index.ts'
import { apiUrl, readJson, shownUrl } from '../../discovery/index.ts'
import { LamparaError, messageOf } from '../../errors/index.ts'
import { linkSignals, raceSignal } from '../../streams/abort.ts'
import type { CancelTimer, Clock } from '../../streams/clock.ts'
import type { Checkpoint } from '../types.ts'

/** How long one provider may take, and how much it may say: the answer is one header. */
const PROVIDER_TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 64 * 1024
/** How long a quorum that another one could still equal waits for the other providers. */
const QUORUM_GRACE_MS = 1_000

/** Providers whose answers are in the message; all of them are in the details. */
const MAX_REASONS = 4

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

interface AskOptions {
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
}

/** What one provider came to: a root, or why there is none. */
type Answer = { readonly root: Hex } | { readonly reason: unknown }

function askProviders(chain: Chain, checkpoint: Exclude<Checkpoint, Hex>, options: AskOptions): Promise<Hex> {
  // A provider named twice is still one voice.
  const providers = [...new Set(checkpoint.providers)]
  const quorum = checkpoint.quorum ?? providers.length
  if (!Number.isInteger(quorum) || quorum < 1 || quorum > providers.length) {
    const words = `Cannot ask for a checkpoint: quorum ${quorum} of ${providers.length}`
    return Promise.reject(new LamparaError('invalid_argument', words))
  }
  return firstQuorum(chain, providers, quorum, options)
}

/**
 * The root that a quorum names, without waiting for those that can no longer change it. While another root could still get as
 * many votes, which takes a quorum of half the providers or fewer, the rest has a second to speak: so that being quick
 * does not decide.
 */
async function firstQuorum(
  chain: Chain,
  providers: readonly string[],
  quorum: number,
  options: AskOptions,
): Promise<Hex> {
  const { clock } = options
  const asking = linkSignals(options.signal)
  const answers = new Map<string, Answer>()
  const decided = Promise.withResolvers<void>()
  let cancelGrace: CancelTimer | undefined

  function look(): void {
    const [first, second] = votesOf(answers)
    const left = providers.length - answers.size
    const most = first?.count ?? 0
    if (left === 0 || most + left < quorum || (most >= quorum && most > (second?.count ?? 0) + left)) decided.resolve()
    else if (most >= quorum) cancelGrace ??= clock.setTimer(decided.resolve, QUORUM_GRACE_MS)
  }

  try {
    for (const url of providers) {
      finalizedRoot(url, { clock, signal: asking.signal })
        .then(
          (root) => answers.set(url, { root }),
          (reason) => answers.set(url, { reason }),
        )
        .then(look)
    }
    await raceSignal(decided.promise, options.signal)
    const [winner] = votesOf(answers)
    if (winner !== undefined && winner.count >= quorum) return winner.root
    throw disagreement(chain, providers, quorum, answers)
  } finally {
    cancelGrace?.()
    asking.abort(new LamparaError('aborted', 'The other providers have decided'))
  }
}

/** Roots by votes, the one with the most first. */
function votesOf(answers: ReadonlyMap<string, Answer>): { readonly root: Hex; readonly count: number }[] {
  const votes = new Map<Hex, number>()
  for (const answer of answers.values()) {
    if ('root' in answer) votes.set(answer.root, (votes.get(answer.root) ?? 0) + 1)
  }
  return [...votes].map(([root, count]) => ({ root, count })).sort((a, b) => b.count - a.count)
}

function disagreement(
  chain: Chain,
  providers: readonly string[],
  quorum: number,
  answers: ReadonlyMap<string, Answer>,
): LamparaError {
  const most = votesOf(answers)[0]?.count ?? 0
  const reasons = providers.map((url) => {
    const answer = answers.get(url)
    if (answer === undefined) return `${shownUrl(url)}: not waited for`
    return `${shownUrl(url)}: ${'root' in answer ? answer.root : messageOf(answer.reason)}`
  })
  return new LamparaError(
    'checkpoint_unavailable',
    `Cannot agree on a ${chain.name} checkpoint: ${most} of ${quorum} providers name one root (${reasons.slice(0, MAX_REASONS).join('; ')})`,
    { details: { answers: reasons } },
  )
}

/** GET /eth/v1/beacon/headers/finalized of the Beacon API. */
async function finalizedRoot(url: string, options: AskOptions): Promise<Hex> {
  const target = apiUrl(url, 'eth/v1/beacon/headers/finalized')
  const limits = { ...options, timeoutMs: PROVIDER_TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES }
  const answer = await readJson(target, limits)
  const root = (answer as { data?: { root?: unknown } } | null)?.data?.root
  if (typeof root !== 'string')
    throw new LamparaError('checkpoint_unavailable', `Cannot read a root from ${shownUrl(target)}`)
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
