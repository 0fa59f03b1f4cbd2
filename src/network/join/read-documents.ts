import type { Chain, Hex } from '../../chain/index.ts'
import {
  type FetchJoinDocumentOptions,
  fetchJoinDocument,
  type JoinDocument,
  joinDocumentUrl,
} from '../../discovery/index.ts'
import { isLamparaError, LamparaError, messageOf } from '../../errors/index.ts'
import { delay, linkSignals } from '../../streams/abort.ts'
import { systemClock } from '../../streams/clock.ts'

/** More documents than anyone has, and few enough to get at once. */
const MAX_DOCUMENTS = 8
/** How long the others have once one has answered: to compare their chains, and to add their bootnodes. */
const OTHERS_MS = 1_000

/** What join documents say together. */
export interface JoinFacts {
  readonly chain: Chain
  readonly bootnodes: readonly string[]
  readonly enrs: readonly string[]
  readonly checkpoint?: Hex
  readonly clockOffsetMs: number
}

/** Where a network joined, to be read again when its bootnodes cannot be reached. */
export interface JoinSource {
  readonly urls: readonly string[]
  /** As read last. */
  readonly facts: JoinFacts
}

/** Options of `readJoinDocuments()`. */
export interface ReadJoinOptions extends FetchJoinDocumentOptions {
  /** The only chain that counts, where it is known. */
  readonly chain?: Chain | undefined
}

interface Answer {
  readonly url: string
  readonly document?: JoinDocument
  readonly error?: LamparaError
}

/**
 * The URLs of join documents, checked.
 *
 * @throws LamparaError `invalid_argument` for none or more than eight; `address_invalid`
 */
export function joinUrls(join: string | readonly string[]): readonly string[] {
  const urls = typeof join === 'string' ? [join] : [...new Set(join)]
  if (urls.length === 0 || urls.length > MAX_DOCUMENTS) {
    const reason = `join names ${urls.length} documents, and from 1 to ${MAX_DOCUMENTS} are allowed`
    throw new LamparaError('invalid_argument', `Cannot join: ${reason}`)
  }
  for (const url of urls) joinDocumentUrl(url)
  return urls
}

/**
 * Gets several join documents at once. Any that answers serves; once one has, the others have one more second.
 *
 * @returns the bootnodes of all that answered, and checkpoint and clock offset of the first in the order of the URLs
 * @throws LamparaError `chain_mismatch` when they are of different chains, or none is of the chain wanted; as `fetchJoinDocument()` when
 *   none can be used; the signal's reason
 */
export async function readJoinDocuments(urls: readonly string[], options: ReadJoinOptions = {}): Promise<JoinFacts> {
  const { signal, clock = systemClock, chain } = options
  const over = linkSignals(signal)
  const answers: (Answer | undefined)[] = urls.map(() => undefined)
  const first = Promise.withResolvers<void>()
  const each = urls.map(async (url, at) => {
    try {
      answers[at] = { url, document: await fetchJoinDocument(url, { signal: over.signal, clock }) }
      first.resolve()
    } catch (error) {
      answers[at] = { url, error: LamparaError.from(error, 'bootnodes_unreachable', 'Cannot get join document') }
    }
  })
  try {
    const all = Promise.all(each)
    await Promise.race([first.promise, all])
    await Promise.race([all, delay(OTHERS_MS, { clock, signal: over.signal }).catch(() => {})])
  } finally {
    over.abort(new LamparaError('aborted', 'Another join document serves'))
  }
  signal?.throwIfAborted()
  return joined(
    answers.filter((answer) => answer !== undefined),
    chain,
  )
}

function joined(answers: readonly Answer[], wanted: Chain | undefined): JoinFacts {
  const documents = answers.flatMap(({ url, document }) => (document ? [{ url, ...document }] : []))
  const [first] = documents
  if (first === undefined) throw unreadable(answers)
  const other = documents.find(({ chain }) => !isSameChain(chain, wanted ?? first.chain))
  // Where the chain is known, one of another chain is passed over; else nobody can say which of them is right.
  const usable = documents.filter(({ chain }) => isSameChain(chain, wanted ?? first.chain))
  if (other !== undefined && (wanted === undefined || usable.length === 0)) {
    throw mismatch(other, wanted ?? first.chain, wanted === undefined ? `that of ${first.url}` : 'the one to follow')
  }
  const head = usable[0] ?? first
  const checkpoint = usable.find((document) => document.checkpoint !== undefined)?.checkpoint
  return {
    chain: wanted ?? head.chain,
    bootnodes: [...new Set(usable.flatMap(({ bootnodes }) => bootnodes))],
    enrs: [...new Set(usable.flatMap(({ enrs = [] }) => enrs))],
    ...(checkpoint && { checkpoint }),
    clockOffsetMs: head.clockOffsetMs,
  }
}

/** True for chains of one genesis: a configuration may have learned of a fork since. */
export function isSameChain(a: Chain, b: Chain): boolean {
  return a.genesisTimeMs === b.genesisTimeMs && a.genesisValidatorsRoot === b.genesisValidatorsRoot
}

function mismatch({ url, chain }: { url: string; chain: Chain }, wanted: Chain, which: string): LamparaError {
  const words = `${url} is of the chain ${described(chain)}, which is not ${which}, ${described(wanted)}`
  return new LamparaError('chain_mismatch', `Cannot join: ${words}`, { details: { url } })
}

function described({ name, genesisValidatorsRoot, genesisTimeMs }: Chain): string {
  return `${name} (genesis ${genesisValidatorsRoot.slice(0, 10)}… at ${new Date(genesisTimeMs).toISOString()})`
}

function unreadable(answers: readonly Answer[]): LamparaError {
  const errors = answers.flatMap(({ error }) => error ?? [])
  const [only] = errors
  if (errors.length === 1 && only !== undefined) return only
  const code = errors.every((error) => isLamparaError(error, 'join_document_invalid'))
    ? 'join_document_invalid'
    : 'bootnodes_unreachable'
  const words = errors.map((error) => messageOf(error)).join('; ')
  return new LamparaError(code, `Cannot use any of ${errors.length} join documents: ${words}`, { cause: only })
}
