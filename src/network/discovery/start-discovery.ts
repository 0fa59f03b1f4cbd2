import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { onForkDigestChange } from '../../chain/fork-clock.ts'
import { addressesOf, decodeEnr, forkPairsAt } from '../../discovery/enr/index.ts'
import { createExchangeSource } from '../../discovery/peer-exchange/index.ts'
import { exchangeTransports } from '../../discovery/peer-exchange/messages.ts'
import { LamparaError } from '../../errors/index.ts'
import { openAddressBook, startCandidateDialer, startCrawl, startRotation } from '../../peers/discovery.ts'
import type { PeerManager, PeerScores } from '../../peers/index.ts'
import type { Platform } from '../../platform/platform.ts'
import type { ReqResp } from '../../reqresp/index.ts'
import type { Clock } from '../../streams/clock.ts'
import { checkWhole } from '../check-options.ts'
import type { EventHub } from '../event-hub.ts'
import { peerLimits } from '../limits/peer-limits.ts'
import { type PeerStatsSources, peerStatsOf } from '../limits/peer-stats.ts'
import type { NetworkOptions } from '../types.ts'
import { createChainFilter, filterSource } from './chain-filter.ts'
import { createLeavesAtNextFork } from './fork-compatibility.ts'
import { joinDiscv5 } from './join-discv5.ts'
import { type DrawPeers, peerExchange, presentDigests } from './peer-exchange.ts'
import { peerExchangeId } from './peer-exchange-id.ts'
import { createTunnelRoutes } from './tunnel-routes.ts'

const DIALING = 8
const POOL = { browser: 100, node: 500 } as const

/** Parts of the running network that discovery and limit enforcement use. */
export interface NetworkRuntime extends PeerStatsSources {
  readonly options: NetworkOptions
  readonly platform: Platform
  readonly privateKey: PrivateKey
  /** Our own record, as it stands. */
  enr(): Promise<string>
  readonly clock: Clock
  readonly ownPeerId: string
  readonly peers: PeerManager
  readonly reqresp: Pick<ReqResp, 'request'>
  readonly emit: EventHub['emit']
  readonly events: EventHub['events']
  readonly bans: Pick<PeerScores, 'bans' | 'restoreBan'>
  /** True for an address that a transport here can dial, and that may be dialed. */
  mayDial(address: string): boolean
}

/** Running discovery. */
export interface Discovery {
  readonly draw: DrawPeers
  /** The node record that the address book has of a peer. */
  enrOf(peerId: string): string | undefined
  /** How a peer was found: the peer that advertised it, or its network group. */
  originOf(peerId: string): string | undefined
  /** Our record as discv5 has it; undefined without discv5. */
  readonly enr: string | undefined
  stop(): Promise<void>
}

/**
 * Opens the address book and dials from it, from the sources given, from discv5, and from peers that offer peer exchange.
 *
 * @throws LamparaError as `Platform.startDiscv5`
 */
export async function startDiscovery(runtime: NetworkRuntime): Promise<Discovery> {
  const { options, platform, clock, peers, mayDial } = runtime
  const { chain, requiredProtocols = [], privatePeers = [] } = options
  const limits = peerLimits(platform, options)
  const random = Math.random
  const opened = await openAddressBook({
    clock,
    random,
    ...(options.storage === undefined ? {} : { storage: options.storage }),
    isPrivate: (id) => privatePeers.includes(id),
    onError: (error) => runtime.emit({ type: 'storage:failed', error }),
  })
  const { book } = opened
  const isOurs = createChainFilter(chain, (address, error) => {
    // The caller can listen by then.
    clock.setTimer(() => runtime.emit({ type: 'dial:failed', address, error }), 0)
  })
  for (const candidate of (options.enrs ?? []).map(candidateOf)) {
    const { peerId: id, addresses, enr } = candidate
    if (isOurs(candidate)) book.add({ id, addresses, enr }, { group: 'records' })
  }

  const discv5 = await joinDiscv5(runtime, book)
  // A peer that looks for peers by our record must find the digest in force.
  const stopForks =
    discv5 === undefined
      ? () => {}
      : onForkDigestChange(chain, clock, () => discv5.setPairs(forkPairsAt(chain, clock.now())))
  const forkDigests = () => presentDigests(chain, clock.now())
  const routes = createTunnelRoutes({
    clock,
    random,
    ownPeerId: runtime.ownPeerId,
    peers: () => peers.list.value,
    mayDial,
  })
  const canReach = (address: string): boolean => mayDial(address) || (routes.available && routes.needsTunnel(address))
  const exchange = createExchangeSource({
    clock,
    random,
    ownPeerId: runtime.ownPeerId,
    get transports() {
      return exchangeTransports.filter((name) => canReach(exampleOf[name]))
    },
    // The last gateway may go while the answer is under way: that is not the answerer's fault.
    canDial: (address) => mayDial(address) || routes.needsTunnel(address),
    forkDigests,
    peers: () => peers.list.value.filter(({ protocols }) => protocols.includes(peerExchangeId)),
    ask: (peer, request, signal) => runtime.reqresp.request(peerExchange, request, { peer, signal }).single(),
    onPenalty: peers.report,
    knownSeq(peerId) {
      const enr = book.get(peerId)?.enr
      return enr === undefined ? undefined : decodeEnr(enr).seq
    },
  })
  const sources = (options.peerSources ?? []).map((source) => filterSource(source, isOurs))
  const leavesAtNextFork = createLeavesAtNextFork(chain, clock)
  const candidateDialer = startCandidateDialer({
    clock,
    random,
    book,
    sources: [...sources, ...(discv5 === undefined ? [] : [discv5.source]), exchange],
    limits: {
      target: limits.target,
      maxOutbound: limits.maxOutbound,
      maxDialing: DIALING,
      maxPerSubnet: limits.perGroup.outbound,
      pool: POOL[platform.name],
    },
    host: {
      ...peers.dialerHost,
      canDial: canReach,
      // While fewer than half of those wanted are there, one that will leave us at a fork is better than none.
      shouldSkip: ({ enr }) =>
        enr !== undefined && 2 * peers.list.value.length >= limits.target && leavesAtNextFork(enr),
      async connect(peerId, addresses, signal) {
        const ways = routes.expand(peerId, addresses)
        try {
          return await peers.dialerHost.connect(peerId, ways, signal)
        } catch (error) {
          routes.noteFailure(ways, error)
          throw error
        }
      },
    },
    // What a peer offers is told by identify; one that did not say may be asked.
    isUseful: ({ protocols }) =>
      requiredProtocols.length === 0 ||
      protocols.length === 0 ||
      requiredProtocols.some((id) => protocols.includes(id)),
    onDiscovered: ({ peerId, addresses }, source) =>
      runtime.emit({ type: 'peer:discovered', peerId, addresses, source }),
    onDialFailed: (address, error) => runtime.emit({ type: 'dial:failed', address, error }),
  })
  const stopRotation = startRotation({
    clock,
    random,
    canReplace: candidateDialer.canReplace,
    waitingOrigins: candidateDialer.waitingOrigins,
    stats: () => peerStatsOf(peers.list.value, options, runtime),
    replace: candidateDialer.replace,
  })
  const stopCrawl =
    options.crawl === true ? startCrawl({ clock, random, dialFeeler: candidateDialer.dialFeeler }) : () => {}
  return {
    draw: (count, accept) => book.sample(count, accept),
    enrOf: (peerId) => book.get(peerId)?.enr,
    originOf: (peerId) => book.get(peerId)?.origin,
    get enr() {
      return discv5?.record
    },
    async stop() {
      stopForks()
      stopRotation()
      stopCrawl()
      await candidateDialer.stop()
      await discv5?.stop()
      await opened.close()
    },
  }
}

const CERTHASH = `certhash/uEiA${'A'.repeat(43)}`
/** An address of each kind, to find out which can be dialed here at all. */
const exampleOf = {
  tcp: '/ip4/9.9.9.9/tcp/9000',
  quic: '/ip4/9.9.9.9/udp/9000/quic-v1',
  ws: '/ip4/9.9.9.9/tcp/9000/ws',
  wss: '/dns4/example.org/tcp/443/tls/ws',
  webtransport: `/ip4/9.9.9.9/udp/9000/quic-v1/webtransport/${CERTHASH}`,
  'webrtc-direct': `/ip4/9.9.9.9/udp/9000/webrtc-direct/${CERTHASH}`,
  webrtc: '/ip4/9.9.9.9/tcp/9000/ws/p2p/16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ/p2p-circuit/webrtc',
} as const

/** Checks what was asked for before anything is started. @throws LamparaError `enr_invalid`, `invalid_argument` */
export function checkDeferredOptions(options: NetworkOptions): void {
  const { enrs = [], discv5 = false, unconditionalPeers = [], privatePeers = [] } = options
  const bootstrap = typeof discv5 === 'object' ? (discv5.bootEnrs ?? []) : []
  for (const record of [...enrs, ...bootstrap]) decodeEnr(record)
  for (const name of ['maxInbound', 'maxOutbound', 'maxPerSubnet'] as const) checkWhole(name, options[name], 0)
  for (const peerId of [...unconditionalPeers, ...privatePeers]) checkPeerId(peerId)
}

function checkPeerId(peerId: string): void {
  try {
    peerIdFromString(peerId)
  } catch (cause) {
    throw new LamparaError('invalid_argument', `Cannot create network: "${peerId}" is not a peer id`, { cause })
  }
}

function candidateOf(record: string) {
  const enr = decodeEnr(record)
  return { peerId: enr.peerId, addresses: addressesOf(enr), enr: enr.text }
}
