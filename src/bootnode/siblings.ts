import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type Chain, chainToConfig, chainToGenesis } from '../chain/index.ts'
import { fetchJoinDocument, type JoinDocument, joinDocumentUrl } from '../discovery/index.ts'
import { LamparaError, messageOf } from '../errors/index.ts'
import { delay } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import { createWatchable } from '../streams/watchable.ts'

const POLL_MS = 30_000
/** After a poll that did not reach all: a fleet that starts finds itself within seconds. It doubles up to `POLL_MS`. */
const RETRY_MS = 1_000
/** One that does not answer is listed no longer after three polls. */
const STALE_MS = 100_000
/** A name may stand for many: a headless service of Kubernetes does. */
const MAX_HOSTS = 32
/** The join document has room for 64, our own included. */
const MAX_ADDRESSES = 48
const FETCH_MS = 5_000

/** Other bootnodes of a fleet, for the join document. */
export interface Siblings {
  /** Multiaddrs of those that answered lately, in random order. */
  readonly addresses: readonly string[]
  /** How many answered lately. */
  readonly count: number
  /** Why the last poll did not reach some, in words; each change is told. @returns how to stop watching */
  watchTrouble(callback: (trouble: string) => void): () => void
  /** Resolves when the first poll is over. */
  readonly polled: Promise<void>
  stop(): Promise<void>
}

/** Options of `watchSiblings()`. */
export interface SiblingOptions {
  /** URLs of join documents. One over plain HTTP whose name has several addresses stands for a bootnode at each. */
  readonly urls: readonly string[]
  readonly chain: Chain
  readonly clock: Clock
  /** Not a sibling: a name may stand for ourselves, too. */
  readonly ownPeerId: string
  readonly random?: () => number
}

interface Sibling {
  readonly addresses: readonly string[]
  readonly seenAtMs: number
}

/** Asks each sibling for its join document every half minute. @throws LamparaError `address_invalid` */
export function watchSiblings(options: SiblingOptions): Siblings {
  const { chain, clock, ownPeerId, random = Math.random } = options
  const urls = options.urls.map((url) => joinDocumentUrl(url))
  const siblings = new Map<string, Sibling>()
  const trouble = createWatchable('')
  const stopping = new AbortController()
  const { signal } = stopping

  async function ask(url: URL): Promise<void> {
    const document = await fetchJoinDocument(url.href, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]),
      clock,
    })
    if (!isSameChain(document.chain, chain)) {
      throw new LamparaError('irrelevant_network', `it is of the chain ${document.chain.name}`)
    }
    const { peerId, addresses } = ownAddressesOf(document)
    if (peerId !== ownPeerId) siblings.set(peerId, { addresses, seenAtMs: clock.now() })
  }

  async function poll(): Promise<void> {
    const troubles: string[] = []
    const each = await Promise.all(
      urls.map((url) =>
        hostsOf(url).catch((error) => {
          troubles.push(`${url.host}: ${messageOf(error)}`)
          return []
        }),
      ),
    )
    await Promise.all(
      each.flat().map((url) => ask(url).catch((error) => void troubles.push(`${url.host}: ${messageOf(error)}`))),
    )
    for (const [id, { seenAtMs }] of siblings) if (clock.now() - seenAtMs > STALE_MS) siblings.delete(id)
    if (!signal.aborted) trouble.set(troubles.sort().join('; '))
  }

  const polled = poll().catch(() => {})
  const polling = (async () => {
    await polled
    for (let waitMs = RETRY_MS; ; ) {
      waitMs = trouble.value === '' ? POLL_MS : waitMs
      await delay(waitMs * (0.75 + random() / 2), { clock, signal })
      const before = trouble.value
      await poll()
      // A new trouble is looked at again soon.
      waitMs = trouble.value === before ? Math.min(POLL_MS, waitMs * 2) : RETRY_MS
    }
  })().catch(() => {})

  return {
    get addresses() {
      const drawn = [...siblings.values()].map(({ addresses }) => ({ addresses, at: random() }))
      return drawn
        .sort((a, b) => a.at - b.at)
        .flatMap(({ addresses }) => addresses)
        .slice(0, MAX_ADDRESSES)
    },
    get count() {
      return [...siblings.values()].filter(({ addresses }) => addresses.length > 0).length
    },
    watchTrouble: (callback) => trouble.watch((words) => words !== '' && callback(words)),
    polled,
    async stop() {
      stopping.abort(new LamparaError('stopped', 'The bootnode was stopped'))
      await polling
    },
  }
}

/** The addresses of the bootnode that served the document, not those of its own siblings: each is asked itself. */
function ownAddressesOf({ peerId, bootnodes }: JoinDocument): { peerId: string; addresses: readonly string[] } {
  const own = peerId ?? /\/p2p\/([^/]+)$/.exec(bootnodes[0] ?? '')?.[1] ?? ''
  return { peerId: own, addresses: bootnodes.filter((address) => address.endsWith(`/p2p/${own}`)) }
}

function isSameChain(a: Chain, b: Chain): boolean {
  const textOf = (chain: Chain): string => JSON.stringify([chainToGenesis(chain), chainToConfig(chain)])
  return textOf(a) === textOf(b)
}

/** A URL for each address of the name. Over HTTPS the name itself: the certificate is for it. */
async function hostsOf(url: URL): Promise<readonly URL[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol === 'https:' || isIP(host) !== 0) return [url]
  const found = await lookup(host, { all: true })
  return found.slice(0, MAX_HOSTS).map(({ address, family }) => {
    const each = new URL(url)
    each.hostname = family === 6 ? `[${address}]` : address
    return each
  })
}
