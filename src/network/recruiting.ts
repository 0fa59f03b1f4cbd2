import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { addressesOf, decodeEnr, forkPairsAt } from '../discovery/enr/index.ts'
import { createExchangeSource } from '../discovery/peer-exchange/index.ts'
import { exchangeTransports } from '../discovery/peer-exchange/messages.ts'
import { LamparaError } from '../errors/index.ts'
import type { Peers, ScoreBook } from '../peers/index.ts'
import { openAddressBook, startCrawl, startRecruiting, startTurnover } from '../peers/recruiting.ts'
import type { Platform } from '../platform/platform.ts'
import type { ReqResp } from '../reqresp/index.ts'
import type { Clock } from '../streams/clock.ts'
import { atForks } from './at-forks.ts'
import { checkWhole } from './check-options.ts'
import type { EventHub } from './event-hub.ts'
import { joinDiscv5 } from './join-discv5.ts'
import { createChainFilter, filtered } from './of-own-chain.ts'
import { type DrawPeers, peerExchange, presentDigests } from './peer-exchange.ts'
import { peerExchangeId } from './peer-exchange-id.ts'
import { type FactSources, factsOf } from './peer-facts.ts'
import { peerLimits } from './peer-limits.ts'
import { createTunnelRoutes } from './tunnel-routes.ts'
import type { NetworkOptions } from './types.ts'
import { createPartsSoon } from './ways-at-forks.ts'

const DIALING = 8
const POOL = { browser: 100, node: 500 } as const

/** What recruiting needs of the network that it is for. */
export interface RecruitingParts extends FactSources {
  readonly options: NetworkOptions
  readonly platform: Platform
  readonly privateKey: PrivateKey
  /** Our own record, as it stands. */
  record(): Promise<string>
  readonly clock: Clock
  readonly ownPeerId: string
  readonly peers: Peers
  readonly reqresp: Pick<ReqResp, 'request'>
  readonly emit: EventHub['emit']
  readonly events: EventHub['events']
  readonly bans: Pick<ScoreBook, 'bans' | 'restoreBan'>
  /** True for an address that a transport here can dial, and that may be dialed. */
  mayDial(address: string): boolean
}

/** Recruiting under way. */
export interface Recruiting {
  readonly draw: DrawPeers
  /** The node record that the address book has of a peer. */
  enrOf(peerId: string): string | undefined
  /** How a peer was found: the peer that advertised it, or its network group. */
  originOf(peerId: string): string | undefined
  /** Our record as discv5 has it; undefined without discv5. */
  readonly record: string | undefined
  stop(): Promise<void>
}

/**
 * Opens the address book and recruits from it, from the sources given, from discv5, and from peers that offer peer exchange.
 *
 * @throws LamparaError as `Platform.startDiscv5`
 */
export async function startNetworkRecruiting(parts: RecruitingParts): Promise<Recruiting> {
  const { options, platform, clock, peers, mayDial } = parts
  const { chain, wantedProtocols = [], privatePeers = [] } = options
  const limits = peerLimits(platform, options)
  const random = Math.random
  const opened = await openAddressBook({
    clock,
    random,
    ...(options.storage === undefined ? {} : { storage: options.storage }),
    isPrivate: (id) => privatePeers.includes(id),
    onTrouble: (error) => parts.emit({ type: 'storage:failed', error }),
  })
  const { book } = opened
  const isOurs = createChainFilter(chain, (address, error) => {
    // Whoever started the network can listen by then.
    clock.setTimer(() => parts.emit({ type: 'dial:failed', address, error }), 0)
  })
  for (const candidate of (options.records ?? []).map(candidateOf)) {
    const { peerId: id, addresses, enr } = candidate
    if (isOurs(candidate)) book.add({ id, addresses, enr }, { group: 'records' })
  }

  const discv5 = await joinDiscv5(parts, book)
  // Whoever looks for peers by our record must find the digest in force.
  const stopForks =
    discv5 === undefined ? () => {} : atForks(chain, clock, () => discv5.setPairs(forkPairsAt(chain, clock.now())))
  const forkDigests = () => presentDigests(chain, clock.now())
  const routes = createTunnelRoutes({
    clock,
    random,
    ownPeerId: parts.ownPeerId,
    peers: () => peers.list.value,
    mayDial,
  })
  const canReach = (address: string): boolean => mayDial(address) || (routes.open && routes.leadTo(address))
  const exchange = createExchangeSource({
    clock,
    random,
    ownPeerId: parts.ownPeerId,
    get transports() {
      return exchangeTransports.filter((name) => canReach(exampleOf[name]))
    },
    // The last gateway may go while the answer is under way: that is not the answerer's fault.
    canDial: (address) => mayDial(address) || routes.leadTo(address),
    forkDigests,
    peers: () => peers.list.value.filter(({ protocols }) => protocols.includes(peerExchangeId)),
    ask: (peer, request, signal) => parts.reqresp.request(peerExchange, request, { peer, signal }).single(),
    onOffence: peers.report,
    knownSeq(peerId) {
      const enr = book.get(peerId)?.enr
      return enr === undefined ? undefined : decodeEnr(enr).seq
    },
  })
  const sources = (options.sources ?? []).map((source) => filtered(source, isOurs))
  const partsSoon = createPartsSoon(chain, clock)
  const recruiter = startRecruiting({
    clock,
    random,
    book,
    sources: [...sources, ...(discv5 === undefined ? [] : [discv5.source]), exchange],
    limits: {
      target: limits.target,
      maxOutbound: limits.maxOutbound,
      maxDialing: DIALING,
      maxPerGroup: limits.perGroup.outbound,
      pool: POOL[platform.name],
    },
    host: {
      ...peers.host,
      canDial: canReach,
      // While fewer than half of those wanted are there, one that will leave us at a fork is better than none.
      passesOver: ({ enr }) => enr !== undefined && 2 * peers.list.value.length >= limits.target && partsSoon(enr),
      async reach(peerId, addresses, signal) {
        const ways = routes.to(peerId, addresses)
        try {
          return await peers.host.reach(peerId, ways, signal)
        } catch (error) {
          routes.failed(ways, error)
          throw error
        }
      },
    },
    // What a peer offers is told by identify; one that did not say may be asked.
    isUseful: ({ protocols }) =>
      wantedProtocols.length === 0 || protocols.length === 0 || wantedProtocols.some((id) => protocols.includes(id)),
    onDiscovered: ({ peerId, addresses }, source) => parts.emit({ type: 'peer:discovered', peerId, addresses, source }),
    onDialFailed: (address, error) => parts.emit({ type: 'dial:failed', address, error }),
  })
  const stopTurnover = startTurnover({
    clock,
    random,
    canReplace: recruiter.canReplace,
    waitingLineages: recruiter.waitingLineages,
    facts: () => factsOf(peers.list.value, options, parts),
    replace: recruiter.replace,
  })
  const stopCrawl = options.crawl === true ? startCrawl({ clock, random, visit: recruiter.visit }) : () => {}
  return {
    draw: (count, accept) => book.sample(count, accept),
    enrOf: (peerId) => book.get(peerId)?.enr,
    originOf: (peerId) => book.get(peerId)?.lineage,
    get record() {
      return discv5?.record
    },
    async stop() {
      stopForks()
      stopTurnover()
      stopCrawl()
      await recruiter.stop()
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
export function checkLateOptions(options: NetworkOptions): void {
  const { records = [], discv5 = false, unconditionalPeers = [], privatePeers = [] } = options
  const bootstrap = typeof discv5 === 'object' ? (discv5.bootstrap ?? []) : []
  for (const record of [...records, ...bootstrap]) decodeEnr(record)
  for (const name of ['maxInbound', 'maxOutbound', 'maxPerGroup'] as const) checkWhole(name, options[name], 0)
  for (const peerId of [...unconditionalPeers, ...privatePeers]) checkPeerId(peerId)
}

function checkPeerId(peerId: string): void {
  try {
    peerIdFromString(peerId)
  } catch (cause) {
    throw new LamparaError('invalid_argument', `Cannot create network: "${peerId}" is no peer id`, { cause })
  }
}

function candidateOf(record: string) {
  const enr = decodeEnr(record)
  return { peerId: enr.peerId, addresses: addressesOf(enr), enr: enr.text }
}
