import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Connection } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { forkDigestAtEpoch } from '../../../src/chain/index.ts'
import { LamparaError } from '../../../src/errors/index.ts'
import { createPeerManager } from '../../../src/peers/manager/create-peer-manager.ts'
import type { PeerManagerOptions } from '../../../src/peers/manager/options.ts'
import { createPeerScores } from '../../../src/peers/scoring/peer-scores.ts'
import type { RemoteStatus } from '../../../src/peers/types.ts'
import { createFakeClock, settle } from '../../kit/fake-clock.ts'
import { testChain } from '../../kit/network.ts'

const chain = testChain({ genesisTimeMs: 1_700_000_000_000 })
const [self, other] = await Promise.all([generateKeyPair('secp256k1'), generateKeyPair('secp256k1')])
const [ownId, peerId] = [peerIdFromPrivateKey(self), peerIdFromPrivateKey(other)]
const address = multiaddr(`/ip4/127.0.0.1/tcp/4001/p2p/${peerId}`)
const status: RemoteStatus = {
  forkDigest: forkDigestAtEpoch(chain, 0),
  finalizedRoot: '0x00',
  finalizedEpoch: 0,
  headRoot: '0x00',
  headSlot: 0,
}

/** A peer manager over connections that the test opens and closes by hand. */
function manager(wire: Partial<PeerManagerOptions['requests']> = {}) {
  const clock = createFakeClock(chain.genesisTimeMs + 60_000)
  const events = new EventTarget()
  const connections = new Set<Connection>()
  const deleted: string[] = []
  const told: string[] = []
  let lastId = 0

  function open(direction: 'inbound' | 'outbound'): Connection {
    const connection = {
      id: String(++lastId),
      remotePeer: peerId,
      remoteAddr: address,
      direction,
      status: 'open',
      streams: [],
      close: async () => shut(connection),
      abort: () => shut(connection),
    } as unknown as Connection
    connections.add(connection)
    events.dispatchEvent(new CustomEvent('connection:open', { detail: connection }))
    return connection
  }
  function shut(connection: Connection): void {
    if (!connections.delete(connection)) return
    connection.status = 'closed'
    events.dispatchEvent(new CustomEvent('connection:close', { detail: connection }))
  }
  function identify(protocols: string[] = ['/x/1']): void {
    events.dispatchEvent(
      new CustomEvent('peer:identify', { detail: { peerId, protocols, agentVersion: `\u001b${'x'.repeat(999)}` } }),
    )
  }

  const peers = createPeerManager({
    libp2p: {
      peerId: ownId,
      getConnections: () => [...connections],
      addEventListener: events.addEventListener.bind(events) as never,
      removeEventListener: events.removeEventListener.bind(events) as never,
      peerStore: { delete: async (id) => void deleted.push(id.toString()) },
    },
    chain,
    clock,
    scores: createPeerScores(clock),
    persistentPeers: [],
    pingMs: { inbound: 15_000, outbound: 20_000 },
    random: () => 0.5,
    requests: {
      exchangeStatus: async () => status,
      ping: async () => 0n,
      requestMetadata: async () => ({ sequenceNumber: 0, attnets: [] }),
      sendGoodbye: async () => {},
      ...wire,
    },
    dialer: { dial: async () => open('outbound') },
    rank: (addresses) => addresses,
    ownFinality: () => undefined,
    enrOf: () => undefined,
    onEvent: (event) => told.push(event.type === 'peer:disconnected' ? `${event.type}: ${event.reason}` : event.type),
    onReachability: () => {},
  })
  peers.start()
  return { clock, peers, open, shut, identify, deleted, told, connections }
}

describe('a peer that was met', () => {
  it('counts two seconds after its Status when identify tells nothing', async () => {
    const { clock, peers, open } = manager()
    open('outbound')
    await clock.advance(1_999)
    expect(peers.list.value).toEqual([])
    await clock.advance(1)
    expect(peers.list.value).toHaveLength(1)
  })

  it('counts as soon as identify has told, with an agent of a bounded length', async () => {
    const { peers, open, identify } = manager()
    open('outbound')
    await settle()
    identify()
    expect(peers.list.value[0]!.protocols).toEqual(['/x/1'])
    expect(peers.list.value[0]!.agent).toBe(`\\u001b${'x'.repeat(127)}`)
  })

  it('is forgotten by the peer store, but only once it is long gone', async () => {
    const { clock, open, shut, deleted } = manager()
    const first = open('outbound')
    await settle()
    shut(first)
    await clock.advance(4_999)
    expect(deleted).toEqual([])
    const second = open('outbound')
    await clock.advance(60_000)
    expect(deleted).toEqual([])
    shut(second)
    await clock.advance(5_000)
    expect(deleted).toEqual([peerId.toString()])
  })

  it('is reported as connected and disconnected once, with the reason', async () => {
    const { open, shut, identify, told } = manager()
    const connection = open('inbound')
    await settle()
    identify()
    expect(told).toEqual([])
    shut(connection)
    expect(told).toEqual([])
    const again = open('outbound')
    await settle()
    identify()
    shut(again)
    shut(again)
    expect(told).toEqual(['peer:connected', 'peer:disconnected: the connection closed'])
  })

  it('is left when the handshake fails, whatever comes of the goodbye', async () => {
    const { clock, peers, connections } = manager({
      exchangeStatus: async () => {
        throw new LamparaError('first_byte_timeout', 'no answer')
      },
      sendGoodbye: () => new Promise(() => {}),
    })
    const connecting = peers.connect(peerId.toString(), address)
    connecting.catch(() => {})
    await clock.advance(500)
    await expect(connecting).rejects.toMatchObject({ code: 'first_byte_timeout' })
    expect(connections.size).toBe(0)
  })

  it('keeps its connection when it dials again while the first one works', async () => {
    const { open, peers, identify, connections } = manager()
    const first = open('inbound')
    peers.onStatus(peerId.toString(), status)
    await settle()
    identify()
    peers.onStatus(peerId.toString(), status)
    const second = open('inbound')
    await settle()
    expect([...connections]).toEqual([first])
    expect(second.status).toBe('closed')
    expect(peers.list.value).toHaveLength(1)
  })

  it('gets a new beginning on its second connection when the first one is dead', async () => {
    const { clock, open, peers, identify, connections, told } = manager({ ping: () => new Promise(() => {}) })
    open('inbound')
    await settle()
    peers.onStatus(peerId.toString(), status)
    identify()
    const second = open('inbound')
    await clock.advance(5_000)
    expect([...connections]).toEqual([second])
    peers.onStatus(peerId.toString(), status)
    identify()
    expect(peers.list.value).toHaveLength(1)
    expect(told).toEqual(['peer:connected', 'peer:disconnected: ping timeout', 'peer:connected'])
  })

  it('is sent our Status in the very turn in which we dialed it, and is not kept waiting for anything', async () => {
    const sent: string[] = []
    const { open, clock } = manager({
      exchangeStatus: async (peer) => {
        sent.push(peer)
        return status
      },
    })
    open('outbound')
    await settle()
    expect(sent).toHaveLength(1)
    expect(clock.now()).toBe(chain.genesisTimeMs + 60_000)
  })

  it('is asked for its Status every five minutes when we dialed it', async () => {
    let asked = 0
    const { clock, open, identify } = manager({
      exchangeStatus: async () => {
        asked++
        return status
      },
    })
    open('outbound')
    await settle()
    identify()
    await clock.advance(15 * 60_000)
    expect(asked).toBe(4)
  })
})

describe('stopping the peer manager', () => {
  it('takes no more than a second and a half with peers that answer nothing and do not close', async () => {
    const { clock, peers, open, connections } = manager({ sendGoodbye: () => new Promise(() => {}) })
    const connection = open('outbound')
    await settle()
    Object.assign(connection, { close: () => new Promise(() => {}) })
    let over = false
    peers.stop().then(() => {
      over = true
    })
    await clock.advance(1_500)
    expect(over).toBe(true)
    expect(connections.size).toBe(0)
  })
})
