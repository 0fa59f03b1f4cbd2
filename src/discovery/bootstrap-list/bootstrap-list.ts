import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { Chain } from '../../chain/index.ts'
import { LamparaError, messageOf } from '../../errors/index.ts'
import type { Candidate, CandidateSource } from '../../platform/candidate-source.ts'
import type { Clock } from '../../streams/clock.ts'
import { type PeerAddress, parsePeerAddress } from '../addresses.ts'
import { addressesOf, decodeEnr, type Enr } from '../enr/index.ts'
import { assertOfChain } from '../enr/of-chain.ts'
import { readEntries } from './read-entries.ts'
import { isDnsaddr, type ResolveTxt, resolveDnsaddr } from './resolve-dnsaddr.ts'

/** Names are looked up again after this, at the earliest: a source is asked far more often. */
const LOOK_UP_AGAIN_MS = 10 * 60_000

/** A name of DNS has at most 253 characters, and a peer id may follow. */
const MAX_NAME_LENGTH = 512

/** Options of `bootstrapList()`. */
export interface BootstrapListOptions {
  /** What the source is called in events. @default 'list' */
  readonly name?: string
  /**
   * Whose peers these are: a record that can be dialed, and names another chain, is then passed over here. A network dials
   * none of another chain in any case.
   */
  readonly chain?: Chain
  /** Called for each entry that cannot be used, once when it cannot be read, and each time that a name cannot be resolved. */
  readonly onSkipped?: (entry: string, error: LamparaError) => void
  /** Looks TXT records up, for `/dnsaddr/…`. @default in Node the system's resolver; elsewhere there is none */
  readonly resolveTxt?: ResolveTxt
  readonly clock?: Clock
}

/** Peers from a list. */
export interface BootstrapList extends CandidateSource {
  /** The node records in it, in order: what discv5 begins with, `discv5: { bootEnrs: list.records }`. */
  readonly enrs: readonly string[]
}

/** An entry, understood. */
type Entry =
  | { readonly kind: 'address'; readonly peer: PeerAddress }
  | { readonly kind: 'record'; readonly enr: Enr }
  | { readonly kind: 'name'; readonly text: string; readonly address: Multiaddr }

/** As `bootstrapList()`, with what it is given there. */
export function createBootstrapList(
  list: string | readonly string[],
  options: BootstrapListOptions & { readonly clock: Clock },
): BootstrapList {
  const { name = 'list', chain, onSkipped = () => {}, resolveTxt, clock } = options
  const entries = [...new Set(readEntries(list))].flatMap((text) => {
    try {
      return readEntry(text, resolveTxt !== undefined, chain)
    } catch (error) {
      onSkipped(text, LamparaError.from(error, 'address_invalid', `Cannot use "${text}"`))
      return []
    }
  })
  if (entries.length === 0) {
    throw new LamparaError('bootnodes_missing', 'Cannot use a bootstrap list: no entry of it can be used')
  }
  const records = entries.flatMap((entry) => (entry.kind === 'record' ? entry.enr : []))
  const names = entries.filter((entry) => entry.kind === 'name')
  const resolved = new Map<string, { readonly peers: readonly PeerAddress[]; readonly untilMs: number }>()

  async function lookUp(text: string, address: Multiaddr, signal: AbortSignal): Promise<readonly PeerAddress[]> {
    const known = resolved.get(text)
    if (known !== undefined && clock.now() < known.untilMs) return known.peers
    try {
      const peers = await resolveDnsaddr(address, resolveTxt!, signal)
      resolved.set(text, { peers, untilMs: clock.now() + LOOK_UP_AGAIN_MS })
      return peers
    } catch (error) {
      signal.throwIfAborted()
      onSkipped(text, LamparaError.from(error, 'bootnodes_unreachable', `Cannot resolve "${text}"`))
      // What it named before may still be there.
      return known?.peers ?? []
    }
  }

  /** Without waiting: what names nobody to dial is there for discv5 alone. */
  function* atOnce(): Generator<Candidate> {
    for (const enr of records) {
      const addresses = addressesOf(enr)
      if (addresses.length > 0) yield { peerId: enr.peerId, addresses, enr: enr.text }
    }
    yield* byPeer(entries.flatMap((entry) => (entry.kind === 'address' ? entry.peer : [])))
  }

  async function* candidates(signal: AbortSignal): AsyncGenerator<Candidate> {
    signal.throwIfAborted()
    let told = 0
    for (const candidate of atOnce()) {
      told++
      yield candidate
    }
    for (const entry of names) {
      for (const candidate of byPeer(await lookUp(entry.text, entry.address, signal))) {
        told++
        yield candidate
      }
    }
    if (told > 0 || names.length === 0) return
    throw new LamparaError('bootnodes_unreachable', 'Cannot use a bootstrap list: none of its names leads to a peer')
  }

  return { name, enrs: records.map(({ text }) => text), candidates: ({ signal }) => candidates(signal) }
}

/**
 * @throws LamparaError `address_invalid`, `enr_invalid`, `irrelevant_network`; `runtime_unsupported` for a name where none can
 *   be looked up
 */
function readEntry(text: string, namesResolve: boolean, chain: Chain | undefined): Entry {
  if (text.startsWith('enr:')) return { kind: 'record', enr: readRecord(text, chain) }
  const name = readName(text)
  if (name === undefined) return { kind: 'address', peer: parsePeerAddress(text) }
  if (namesResolve) return { kind: 'name', text, address: name }
  throw new LamparaError('runtime_unsupported', `Cannot resolve "${text}": there is no DNS here`)
}

/** Whom discv5 alone can ask may say what they like: some of Hoodi's bootnodes name a digest that Hoodi never had. */
function readRecord(text: string, chain: Chain | undefined): Enr {
  const enr = decodeEnr(text)
  if (chain !== undefined && addressesOf(enr).length > 0) assertOfChain(enr, chain)
  return enr
}

function readName(text: string): Multiaddr | undefined {
  if (!text.startsWith('/dnsaddr/') || text.length > MAX_NAME_LENGTH) return undefined
  try {
    const address = multiaddr(text)
    return isDnsaddr(address) ? address : undefined
  } catch (cause) {
    throw new LamparaError('address_invalid', `Cannot use address "${text}": ${messageOf(cause)}`, { cause })
  }
}

/** A peer with several addresses is one candidate. */
function byPeer(addresses: readonly PeerAddress[]): Candidate[] {
  const peers = new Map<string, string[]>()
  for (const { peerId, address } of addresses) {
    const known = peers.get(peerId)
    if (known === undefined) peers.set(peerId, [address.toString()])
    else known.push(address.toString())
  }
  return [...peers].map(([peerId, all]) => ({ peerId, addresses: all }))
}
