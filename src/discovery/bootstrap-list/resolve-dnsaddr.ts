import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { LamparaError, messageOf } from '../../errors/index.ts'
import { type PeerAddress, parsePeerAddress } from '../addresses.ts'

/**
 * The texts of a name's TXT records, the parts of each joined.
 *
 * @throws whatever says why the name cannot be resolved, or that it has none; the signal's reason
 */
export type ResolveTxt = (name: string, options: { readonly signal: AbortSignal }) => Promise<readonly string[]>

/** How far names may lead to further names. */
const MAX_DEPTH = 4
/** Names that one address may lead to, itself included. */
const MAX_LOOKUPS = 16
const MAX_ADDRESSES = 128
const PREFIX = 'dnsaddr='

/** True for an address whose host is to be looked up as libp2p's `dnsaddr`. */
export function isDnsaddr(address: Multiaddr): boolean {
  return address.getComponents()[0]?.name === 'dnsaddr'
}

/**
 * Looks a `/dnsaddr/…` address up (libp2p specs, addressing/README.md, "dnsaddr"): TXT records `dnsaddr=…` of `_dnsaddr.` and
 * the name, and of the names that they name. Where the address goes on after the name, with `/p2p/…` say, only those count that
 * end the same. What is no address of a peer is passed over.
 *
 * @returns peers' addresses, at most 128, from at most 16 names, four deep; empty where there are none
 * @throws LamparaError `bootnodes_unreachable` when not even one name could be resolved; the signal's reason
 */
export async function resolveDnsaddr(
  address: Multiaddr,
  resolveTxt: ResolveTxt,
  signal: AbortSignal,
): Promise<readonly PeerAddress[]> {
  const found: PeerAddress[] = []
  const asked = new Set<string>()
  let answers = 0
  let failure: unknown

  async function ask(from: Multiaddr, depth: number): Promise<void> {
    const [host, ...rest] = from.getComponents()
    const name = `_dnsaddr.${host!.value}`
    const ending = rest.map(({ name: protocol, value = '' }) => `/${protocol}/${value}`).join('')
    if (asked.size >= MAX_LOOKUPS || asked.has(name + ending)) return
    asked.add(name + ending)
    let texts: readonly string[]
    try {
      texts = await resolveTxt(name, { signal })
      answers++
    } catch (error) {
      signal.throwIfAborted()
      failure = error
      return
    }
    for (const text of texts) {
      if (found.length >= MAX_ADDRESSES) return
      const next = text.startsWith(PREFIX) ? readAddress(text.slice(PREFIX.length)) : undefined
      if (next === undefined || !next.toString().endsWith(ending)) continue
      if (!isDnsaddr(next)) addPeer(next)
      else if (depth < MAX_DEPTH) await ask(next, depth + 1)
    }
  }

  function addPeer(next: Multiaddr): void {
    try {
      found.push(parsePeerAddress(next.toString()))
    } catch {
      // Without a peer id it says where, but not who.
    }
  }

  await ask(address, 1)
  if (answers > 0) return found
  throw new LamparaError('bootnodes_unreachable', `Cannot resolve "${address}": ${messageOf(failure)}`, {
    cause: failure,
  })
}

function readAddress(text: string): Multiaddr | undefined {
  try {
    return multiaddr(text)
  } catch {
    // Another client's address of a kind that is not known here.
    return undefined
  }
}
