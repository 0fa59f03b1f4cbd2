import { addressesOf, decodeEnr, forkIdOf } from '../discovery/enr/index.ts'
import { localEnrProtocol } from '../network/discovery/local-enr-protocol.ts'
import { type DrawPeers, presentDigests } from '../network/discovery/peer-exchange.ts'
import type { Network } from '../network/types.ts'
import type { CancelTimer } from '../streams/clock.ts'

const LOOK_MS = 5_000
/** A record changes with forks and addresses. */
const RENEW_MS = 600_000
/** Clients asked in one look. */
const MAX_ASKED = 32
const ASK_MS = 10_000

type Entry = ReturnType<DrawPeers>[number]

/** Clients that want to be advertised. */
export interface AdvertisedClients {
  /** Up to that many by chance, among those that are connected. */
  readonly draw: DrawPeers
  stop(): void
}

/** Asks clients that offer their record for it, and keeps it while they are connected, if it leads to them through this relay. */
export function advertiseClients(
  network: Pick<Network, 'chain' | 'clock' | 'peers' | 'reqresp' | 'addresses'>,
  random: () => number = Math.random,
): AdvertisedClients {
  const { clock } = network
  const entries = new Map<string, Entry>()
  const askAgainMs = new Map<string, number>()
  const stopping = new AbortController()
  let cancel: CancelTimer = () => {}

  function entryOf(id: string, text: string): Entry {
    const enr = decodeEnr(text)
    const digest = forkIdOf(enr)?.forkDigest
    const addresses = addressesOf(enr)
    if (enr.peerId !== id) throw new Error('it is of another node')
    if (digest === undefined || !presentDigests(network.chain, clock.now()).includes(digest)) {
      throw new Error('it is of another network')
    }
    const ways = network.addresses.map((address) => `${address}/p2p-circuit/webrtc`)
    if (addresses.length === 0 || !addresses.every((address) => ways.some((way) => address.startsWith(way)))) {
      throw new Error('it does not lead through here')
    }
    const nowMs = clock.now()
    const times = { addedAtMs: nowMs, seenAtMs: nowMs, succeededAtMs: nowMs }
    return { id, addresses, enr: enr.text, sourceGroup: 'local', private: false, table: 'old', failures: 0, ...times }
  }

  async function ask(id: string): Promise<void> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(ASK_MS)])
    askAgainMs.set(id, clock.now() + RENEW_MS)
    try {
      const text = await network.reqresp.request(localEnrProtocol, undefined, { peer: id, signal }).single()
      entries.set(id, entryOf(id, text))
    } catch {
      // It may have no address yet.
      entries.delete(id)
      askAgainMs.set(id, clock.now() + LOOK_MS)
    }
  }

  function look(): void {
    const nowMs = clock.now()
    const offering = network.peers
      .filter(({ protocols }) => protocols.includes(localEnrProtocol.id))
      .map(({ id }) => id)
    const present = new Set(offering)
    for (const id of [...askAgainMs.keys()]) {
      if (present.has(id)) continue
      askAgainMs.delete(id)
      entries.delete(id)
    }
    const due = offering.filter((id) => (askAgainMs.get(id) ?? 0) <= nowMs)
    for (const id of due.slice(0, MAX_ASKED)) void ask(id)
    cancel = clock.setTimer(look, LOOK_MS)
  }
  look()

  return {
    draw(count, accept) {
      const present = new Set(network.peers.map(({ id }) => id))
      const drawn = [...entries.values()].map((entry) => ({ entry, at: random() })).sort((a, b) => a.at - b.at)
      return drawn
        .map(({ entry }) => ({ ...entry, succeededAtMs: clock.now() }))
        .filter((entry) => present.has(entry.id) && accept(entry))
        .slice(0, count)
    },
    stop() {
      stopping.abort()
      cancel()
    },
  }
}
