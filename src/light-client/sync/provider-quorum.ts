import { type Chain, fromHex, type Hex, toHex } from '../../chain/index.ts'
import { apiUrl, readJson, shownUrl } from '../../discovery/index.ts'
import { LamparaError, messageOf } from '../../errors/index.ts'
import { linkSignals, raceSignal } from '../../streams/abort.ts'
import type { CancelTimer, Clock } from '../../streams/clock.ts'

/** How long one answer of a provider may take, and how long it may be: it is one header. */
const PROVIDER_TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 64 * 1024
/** How long a quorum that another one could still equal waits for the other providers. */
const QUORUM_GRACE_MS = 1_000
/** Roots that providers are asked to confirm where they name different ones. */
const MAX_CANDIDATES = 4
/** Providers whose answers are in the message; all of them are in the details. */
const MAX_REASONS = 4

/** Options of asking providers. */
export interface AskOptions {
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
}

/** A finalized block as a provider names it. */
interface FinalizedBlock {
  readonly root: Hex
  readonly slot: number
}

/** A provider's answer: its finalized block, or why there is none. */
type Answer = FinalizedBlock | { readonly reason: unknown }

/** A root and those that hold it as finalized. */
interface Candidate {
  readonly root: Hex
  readonly supporters: Set<string>
  /** The oldest slot that a supporter gives it: one that lies cannot make it newer. */
  slot: number
}

/**
 * Asks Beacon API servers for their finalized block, and returns the root that a quorum of them names. Does not wait for those
 * that can no longer change it. While another root could still get as many votes, which takes a quorum of half
 * the providers or fewer, the rest has one second to answer: so that being quick does not decide.
 *
 * Honest providers are often an epoch apart. Where no root has a quorum, each provider is asked whether it holds the roots of the others as
 * finalized, and the newest one that a quorum holds is taken.
 *
 * @throws LamparaError `checkpoint_unavailable` when they do not agree; the signal's reason
 */
export async function quorumOfProviders(
  chain: Chain,
  providers: readonly string[],
  quorum: number,
  options: AskOptions,
): Promise<Hex> {
  const asking = linkSignals(options.signal)
  const own = { clock: options.clock, signal: asking.signal }
  try {
    const answers = await finalizedBlocks(providers, quorum, own)
    const candidates = candidatesOf(answers)
    const [winner] = candidates
    if (winner !== undefined && winner.supporters.size >= quorum) return winner.root
    const confirmed = await confirmByOthers(candidates.slice(0, MAX_CANDIDATES), answers, quorum, own)
    if (confirmed !== undefined) return confirmed
    throw disagreement(chain, providers, quorum, answers)
  } finally {
    asking.abort(new LamparaError('aborted', 'The other providers have decided'))
  }
}

/** Resolves as soon as a quorum is certain or out of reach. */
async function finalizedBlocks(
  providers: readonly string[],
  quorum: number,
  options: AskOptions,
): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>()
  const decided = Promise.withResolvers<void>()
  let cancelGrace: CancelTimer | undefined

  function look(): void {
    const [first, second] = candidatesOf(answers).map(({ supporters }) => supporters.size)
    const left = providers.length - answers.size
    const named = [...answers.values()].filter((answer) => 'root' in answer).length
    const most = first ?? 0
    const isCertain = most >= quorum && most > (second ?? 0) + left
    // Different roots may still be confirmed by each other's providers: those that failed may not.
    if (left === 0 || named + left < quorum || isCertain) decided.resolve()
    else if (most >= quorum) cancelGrace ??= options.clock.setTimer(decided.resolve, QUORUM_GRACE_MS)
  }

  for (const url of providers) {
    finalizedBlock(url, options)
      .then(
        (block) => answers.set(url, block),
        (reason) => answers.set(url, { reason }),
      )
      .then(look)
  }
  try {
    await raceSignal(decided.promise, options.signal)
  } finally {
    cancelGrace?.()
  }
  return answers
}

/** Roots by those that name them, the one with the most first. */
function candidatesOf(answers: ReadonlyMap<string, Answer>): Candidate[] {
  const candidates = new Map<Hex, Candidate>()
  for (const [url, answer] of answers) {
    if (!('root' in answer)) continue
    const { root, slot } = answer
    const candidate = candidates.get(root) ?? { root, slot, supporters: new Set() }
    candidate.supporters.add(url)
    candidate.slot = Math.min(candidate.slot, slot)
    candidates.set(root, candidate)
  }
  return [...candidates.values()].sort((a, b) => b.supporters.size - a.supporters.size)
}

/** The newest root that a quorum holds as finalized, its own providers and those that confirm it. */
async function confirmByOthers(
  candidates: readonly Candidate[],
  answers: ReadonlyMap<string, Answer>,
  quorum: number,
  options: AskOptions,
): Promise<Hex | undefined> {
  const voters = [...answers].filter(([, answer]) => 'root' in answer).map(([url]) => url)
  if (voters.length < quorum) return undefined
  const questions = candidates.flatMap((candidate) =>
    voters.filter((url) => !candidate.supporters.has(url)).map((url) => ({ candidate, url })),
  )
  await Promise.all(
    questions.map(async ({ candidate, url }) => {
      const slot = await confirmedSlot(url, candidate.root, options).catch(() => undefined)
      if (slot === undefined) return
      candidate.supporters.add(url)
      candidate.slot = Math.min(candidate.slot, slot)
    }),
  )
  options.signal?.throwIfAborted()
  const [newest] = candidates.filter(({ supporters }) => supporters.size >= quorum).sort((a, b) => b.slot - a.slot)
  return newest?.root
}

function disagreement(
  chain: Chain,
  providers: readonly string[],
  quorum: number,
  answers: ReadonlyMap<string, Answer>,
): LamparaError {
  const most = candidatesOf(answers)[0]?.supporters.size ?? 0
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

interface HeaderAnswer {
  readonly finalized?: unknown
  readonly data?: {
    readonly root?: unknown
    readonly canonical?: unknown
    readonly header?: { readonly message?: { readonly slot?: unknown } }
  }
}

/** GET /eth/v1/beacon/headers/{id} of the Beacon API. */
async function readHeader(url: string, id: string, options: AskOptions): Promise<HeaderAnswer> {
  const limits = { ...options, timeoutMs: PROVIDER_TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES }
  const answer = await readJson(apiUrl(url, `eth/v1/beacon/headers/${id}`), limits)
  return typeof answer === 'object' && answer !== null ? answer : {}
}

async function finalizedBlock(url: string, options: AskOptions): Promise<FinalizedBlock> {
  const { data } = await readHeader(url, 'finalized', options)
  if (typeof data?.root !== 'string')
    throw new LamparaError('checkpoint_unavailable', `Cannot read a root from ${shownUrl(url)}`)
  return { root: toHex(fromHex(data.root, 32)), slot: slotOf(data) ?? 0 }
}

/** The block's slot, where the provider holds it as finalized. */
async function confirmedSlot(url: string, root: Hex, options: AskOptions): Promise<number | undefined> {
  const { finalized, data } = await readHeader(url, root, options)
  const isFinalized = finalized === true && data?.canonical === true && String(data.root).toLowerCase() === root
  return isFinalized ? slotOf(data) : undefined
}

function slotOf(data: NonNullable<HeaderAnswer['data']>): number | undefined {
  const slot = Number(data.header?.message?.slot ?? Number.NaN)
  return Number.isSafeInteger(slot) && slot >= 0 ? slot : undefined
}
