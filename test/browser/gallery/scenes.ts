import type { Head, Hex, LightClientStatus, PeerInfo } from 'lampara'
import { LamparaError, mainnet } from 'lampara'
import { galleryNowMs, type Scene } from './fake-client.ts'

const newestSlot = 14_018_020
const finalizedSlot = 14_017_952

function hex(seed: number, bytes = 32): Hex {
  let text = ''
  let state = seed * 2_654_435_761 + 12_345
  while (text.length < bytes * 2) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    text += state.toString(16).padStart(8, '0')
  }
  return `0x${text.slice(0, bytes * 2)}`
}

/** A number in 0…1 that depends on the slot alone. */
function noise(slot: number): number {
  let mixed = Math.imul(slot ^ (slot >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
}

function head(kind: Head['kind'], slot: number): Head {
  const slotStartMs = mainnet.genesisTimeMs + slot * 12_000
  const dip = noise(slot + 7) > 0.93 ? 0.22 : 0
  return {
    kind,
    slot,
    root: hex(slot),
    parentRoot: hex(slot - 1),
    stateRoot: hex(slot + 100_000),
    fork: 'fulu',
    execution: {
      blockHash: hex(slot + 200_000),
      blockNumber: BigInt(slot) + 10_812_004n,
      stateRoot: hex(slot + 300_000),
      timestamp: BigInt(slotStartMs / 1000),
    },
    participation: Math.round((0.998 - noise(slot) * 0.035 - dip) * 512) / 512,
    supermajority: true,
    agreement: { paths: 1, asked: 1 },
    slotStartMs,
    verifiedAtMs: slotStartMs + 12_000 + 2_600 + noise(slot + 3) ** 3 * 9_000,
  }
}

const heads = Array.from({ length: 92 }, (_, index) => newestSlot - 91 + index)
  .filter((slot) => noise(slot + 1) < 0.94 || slot === newestSlot)
  .map((slot) => head('optimistic', slot))

const peerId = (index: number): string => `16Uiu2HAm${hex(index + 900, 22).slice(2)}`

const bootnode: PeerInfo = {
  id: peerId(0),
  state: 'connected',
  address: `/dns4/relay.example/tcp/443/tls/ws/p2p/${peerId(0)}`,
  direction: 'outbound',
  persistent: true,
  agent: 'lampara/0.1.0',
  protocols: [],
  score: 12,
  connectedAtMs: galleryNowMs - 754_000,
  seenAtMs: 0,
  latencyMs: 34,
}
const peers: readonly PeerInfo[] = [
  bootnode,
  {
    ...bootnode,
    id: peerId(1),
    address: `/dns4/two.relay.example/tcp/443/tls/ws/p2p/${peerId(1)}`,
    score: 4,
    latencyMs: 81,
  },
  {
    ...bootnode,
    id: peerId(3),
    address: `/p2p/${peerId(0)}/lampara-tunnel/ip4/198.51.100.23/tcp/9000/p2p/${peerId(3)}`,
    persistent: false,
    agent: 'Lighthouse/v8.0.1-ced49dd/x86_64-linux',
    score: 2,
    latencyMs: 112,
  },
  {
    ...bootnode,
    id: peerId(2),
    address: `/ip4/203.0.113.9/tcp/9001/ws/p2p/${peerId(2)}`,
    persistent: false,
    direction: 'inbound',
    agent: 'nimbus',
    score: -8,
    latencyMs: 0.4,
  },
]

const following: LightClientStatus = {
  state: 'following',
  message: 'heads come as the chain makes them',
  peers: peers.length,
  optimistic: head('optimistic', newestSlot),
  finalized: head('finalized', finalizedSlot),
  headAgeMs: galleryNowMs - (mainnet.genesisTimeMs + newestSlot * 12_000),
}
const connectedEvents = peers.map((peer) => ({ type: 'peer:connected', peer }) as const)
const live: Scene = { status: following, peers, heads, events: connectedEvents }
const alone: Scene = { ...live, peers: [] }
const before = (status: LightClientStatus): Scene => ({ status, peers: [], heads: [], events: [] })
const unreachable = new LamparaError(
  'bootnodes_unreachable',
  'Cannot reach any bootnode: dialing /dns4/relay.example/tcp/443/tls/ws failed: connection refused',
)

/** Every state that the page can be in, by name. */
export const scenes: Readonly<Record<string, Scene>> = {
  following: live,
  connecting: before({ state: 'connecting', message: 'dialing 1 bootnode', peers: 0 }),
  bootstrapping: {
    ...before({ state: 'bootstrapping', message: 'asking 1 peer for the checkpoint', peers: 1 }),
    peers: [bootnode],
  },
  syncing: {
    status: {
      ...following,
      state: 'syncing',
      message: 'verifying one sync committee after another',
      peers: 1,
      sync: { startPeriod: 1700, period: 1707, targetPeriod: 1711 },
    },
    peers: [bootnode],
    heads: [],
    events: [],
  },
  stalled: {
    ...live,
    status: { ...following, state: 'stalled', message: 'no new head for 5 slots; asking peers for one' },
  },
  disconnected: {
    ...alone,
    status: {
      ...following,
      state: 'disconnected',
      message: 'the last peer is gone; dialing the bootnode again in 4 s',
      peers: 0,
      error: unreachable,
    },
  },
  failed: before({
    state: 'failed',
    message: 'the checkpoint is 21 days old, and at most 14 are trusted',
    peers: 0,
    error: new LamparaError(
      'checkpoint_too_old',
      'Cannot start from checkpoint 0x1234…: it is 21 days old, 14 are trusted',
    ),
  }),
}
