import { addressesOf, decodeEnr } from '../discovery/enr/index.ts'
import { createExchangeSource } from '../discovery/peer-exchange/index.ts'
import { exchangeTransports } from '../discovery/peer-exchange/messages.ts'
import type { Peers } from '../peers/index.ts'
import { type AddressBook, openAddressBook, startRecruiting } from '../peers/recruiting.ts'
import type { ReqResp } from '../reqresp/index.ts'
import type { Clock } from '../streams/clock.ts'
import type { EventHub } from './event-hub.ts'
import { type DrawPeers, peerExchange, presentDigests } from './peer-exchange.ts'
import { peerExchangeId } from './peer-exchange-id.ts'
import type { NetworkOptions } from './types.ts'

const DIALING = 8
const PER_GROUP = 3
const TARGET = { browser: 8, node: 10 } as const
const POOL = { browser: 100, node: 500 } as const

/** What recruiting needs of the network that it is for. */
export interface RecruitingParts {
  readonly options: NetworkOptions
  readonly platform: 'browser' | 'node'
  readonly clock: Clock
  readonly ownPeerId: string
  readonly peers: Peers
  readonly reqresp: Pick<ReqResp, 'request'>
  readonly emit: EventHub['emit']
  /** True for an address that a transport here can dial, and that may be dialed. */
  mayDial(address: string): boolean
}

/** Recruiting under way. */
export interface Recruiting {
  readonly draw: DrawPeers
  stop(): Promise<void>
}

/** Opens the address book and recruits from it, from the sources given, and from peers that offer peer exchange. */
export async function startNetworkRecruiting(parts: RecruitingParts): Promise<Recruiting> {
  const { options, platform, clock, peers, mayDial } = parts
  const { chain, wantedProtocols = [] } = options
  const random = Math.random
  const opened = await openAddressBook({
    clock,
    random,
    ...(options.storage === undefined ? {} : { storage: options.storage }),
    onTrouble: (error) => parts.emit({ type: 'storage:failed', error }),
  })
  const { book } = opened
  for (const record of options.records ?? []) addRecord(book, record)

  const exchange = createExchangeSource({
    clock,
    random,
    ownPeerId: parts.ownPeerId,
    transports: exchangeTransports.filter((name) => mayDial(exampleOf[name])),
    canDial: mayDial,
    forkDigests: () => presentDigests(chain, clock.now()),
    peers: () => peers.list.value.filter(({ protocols }) => protocols.includes(peerExchangeId)),
    ask: (peer, request, signal) => parts.reqresp.request(peerExchange, request, { peer, signal }).single(),
    onOffence: peers.report,
    knownSeq(peerId) {
      const enr = book.get(peerId)?.enr
      return enr === undefined ? undefined : decodeEnr(enr).seq
    },
  })
  const recruiter = startRecruiting({
    clock,
    random,
    book,
    sources: [...(options.sources ?? []), exchange],
    limits: {
      target: options.targetPeers ?? TARGET[platform],
      maxDialing: DIALING,
      maxPerGroup: PER_GROUP,
      pool: POOL[platform],
    },
    host: { ...peers.host, canDial: mayDial },
    // What a peer offers is told by identify; one that did not say may be asked.
    isUseful: ({ protocols }) =>
      wantedProtocols.length === 0 || protocols.length === 0 || wantedProtocols.some((id) => protocols.includes(id)),
    onDiscovered: ({ peerId, addresses }, source) => parts.emit({ type: 'peer:discovered', peerId, addresses, source }),
    onDialFailed: (address, error) => parts.emit({ type: 'dial:failed', address, error }),
  })
  return {
    draw: (count, accept) => book.sample(count, accept),
    async stop() {
      await recruiter.stop()
      await opened.close()
    },
  }
}

/** An address of each kind, to find out which can be dialed here at all. */
const exampleOf = {
  tcp: '/ip4/9.9.9.9/tcp/9000',
  quic: '/ip4/9.9.9.9/udp/9000/quic-v1',
  ws: '/ip4/9.9.9.9/tcp/9000/ws',
  wss: '/dns4/example.org/tcp/443/tls/ws',
  webtransport: '/ip4/9.9.9.9/udp/9000/quic-v1/webtransport',
  'webrtc-direct': '/ip4/9.9.9.9/udp/9000/webrtc-direct',
} as const

/** @throws LamparaError `enr_invalid` */
export function checkRecords(records: readonly string[]): void {
  for (const record of records) decodeEnr(record)
}

function addRecord(book: AddressBook, text: string): void {
  const enr = decodeEnr(text)
  const addresses = addressesOf(enr)
  book.add({ id: enr.peerId, addresses, enr: enr.text }, { group: 'records' })
}
