import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Connection, PeerId } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { forkDigestAtEpoch } from '../../src/chain/index.ts'
import type { PeerStats } from '../../src/peers/limits/peer-value.ts'
import { startPruning } from '../../src/peers/limits/prune.ts'
import { startRotation } from '../../src/peers/limits/rotate-peers.ts'
import { createPeerManager } from '../../src/peers/manager/create-peer-manager.ts'
import { createPeerScores } from '../../src/peers/scoring/peer-scores.ts'
import type { RemoteStatus } from '../../src/peers/types.ts'
import { createSimClock } from '../../test/peers/simulation/sim-clock.ts'
import { median, type Report } from './figure.ts'
import { benchChain } from './loads.ts'
import { collectGarbage } from './memory.ts'

const SIZES = [10, 50, 200]
const SAMPLES = 7
const MINUTES = 10

/** What the peer manager computes each minute for a peer that does all it should, by how many there are. */
export async function measureManager(report: Report): Promise<void> {
  const keys = await Promise.all(Array.from({ length: Math.max(...SIZES) + 1 }, () => generateKeyPair('secp256k1')))
  const [own, ...ids] = keys.map((key) => peerIdFromPrivateKey(key))
  const costs = SIZES.map((): number[] => [])
  for (let sample = 0; sample <= SAMPLES; sample++) {
    for (const [index, size] of SIZES.entries()) {
      const cost = await cpuOf(own!, ids.slice(0, size))
      if (sample > 0) costs[index]!.push(cost / size / MINUTES)
    }
  }
  for (const [index, size] of SIZES.entries()) {
    const value = median(costs[index]!)
    report({ name: `peers/manager-cpu-of-${size}`, value, unit: 'ms/peer/min', better: 'lower', samples: SAMPLES })
  }
  const growth = median(costs.at(-1)!.map((cost, sample) => cost / costs[0]![sample]!))
  report({ name: 'peers/manager-growth', value: growth, unit: '× of 10', goal: 1.1, better: 'lower', samples: SAMPLES })
}

/** Milliseconds of processor time in ten minutes on a clock of their own, with pings, Statuses, scores, pruning, rotation. */
async function cpuOf(own: PeerId, ids: readonly PeerId[]): Promise<number> {
  const clock = createSimClock(benchChain.genesisTimeMs + 60_000)
  const events = new EventTarget()
  const connections = ids.map((remotePeer, n) => connectionOf(remotePeer, n))
  const status: RemoteStatus = {
    forkDigest: forkDigestAtEpoch(benchChain, 0),
    finalizedRoot: '0x00',
    finalizedEpoch: 0,
    headRoot: '0x00',
    headSlot: 0,
  }
  const peers = createPeerManager({
    libp2p: {
      peerId: own,
      getConnections: (id?: PeerId) =>
        connections.filter(({ remotePeer }) => id === undefined || id.equals(remotePeer)),
      addEventListener: events.addEventListener.bind(events) as never,
      removeEventListener: events.removeEventListener.bind(events) as never,
      peerStore: { delete: async () => {} },
    },
    chain: benchChain,
    clock,
    scores: createPeerScores(clock),
    persistentPeers: [],
    pingMs: { inbound: 15_000, outbound: 20_000 },
    requests: {
      exchangeStatus: async () => status,
      ping: async () => 0n,
      requestMetadata: async () => ({ sequenceNumber: 0, attnets: [] }),
      sendGoodbye: async () => {},
    },
    dialer: { dial: () => Promise.reject(new Error('nobody is dialed')) },
    rank: (addresses) => addresses,
    ownFinality: () => undefined,
    enrOf: () => undefined,
    onEvent: () => {},
    onReachability: () => {},
  })
  peers.start()
  const facts = (): PeerStats[] =>
    peers.list.value.map((view) => ({ view, group: view.address, methods: 1, meshes: 1 }))
  const stops = [
    startPruning({
      clock,
      limits: { all: 1_000, inbound: 1_000 },
      stats: facts,
      disconnect: peers.dialerHost.disconnect,
    }),
    // Peers to disconnect is found out each time; nobody goes, so that as many are there at the end.
    startRotation({
      clock,
      random: Math.random,
      canReplace: () => true,
      waitingOrigins: () => 0,
      stats: facts,
      replace: async () => {},
    }),
  ]
  for (const detail of connections) events.dispatchEvent(new CustomEvent('connection:open', { detail }))
  for (const peerId of ids) {
    events.dispatchEvent(new CustomEvent('peer:identify', { detail: { peerId, protocols: ['/x/1'] } }))
  }
  await clock.advance(30_000)
  if (peers.list.value.length !== ids.length) throw new Error(`${peers.list.value.length} of ${ids.length} peers count`)
  await collectGarbage()
  const start = process.cpuUsage()
  for (let minute = 0; minute < MINUTES; minute++) {
    await clock.advance(60_000)
    for (const id of ids) peers.reward(id.toString())
  }
  const { user, system } = process.cpuUsage(start)
  for (const stop of stops) stop()
  connections.length = 0
  const stopping = peers.stop()
  await clock.advance(10_000)
  await stopping
  return (user + system) / 1000

  function connectionOf(remotePeer: PeerId, n: number): Connection {
    const shut = async (): Promise<void> => {}
    return {
      id: String(n),
      remotePeer,
      remoteAddr: multiaddr(`/ip4/${11 + (n % 80)}.${n >> 6}.1.1/tcp/9000`),
      direction: n % 2 === 0 ? 'outbound' : 'inbound',
      status: 'open',
      streams: [],
      close: shut,
      abort: () => {},
    } as unknown as Connection
  }
}
