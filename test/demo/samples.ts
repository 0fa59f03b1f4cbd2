import type { Head, Hex, LightClientStatus, PeerInfo } from 'lampara'
import type { ChainFacts } from '../../demo/state/app-state.ts'

/** A chain with round numbers: genesis at 0, slots of 12 s. */
export const chain: ChainFacts = {
  name: 'mainnet',
  genesisTimeMs: 0,
  slotDurationMs: 12_000,
  slotsPerEpoch: 32,
  committeeSize: 512,
}

export function hash(byte: number): Hex {
  return `0x${byte.toString(16).padStart(2, '0').repeat(32)}`
}

/** A head of the sample chain, verified 14 s after its slot began. */
export function sampleHead(slot: number, changes: Partial<Head> = {}): Head {
  const slotStartMs = slot * chain.slotDurationMs
  return {
    kind: 'optimistic',
    slot,
    root: hash(slot % 256),
    parentRoot: hash(1),
    stateRoot: hash(2),
    fork: 'fulu',
    execution: { blockHash: hash(3), blockNumber: 1_234_567n, stateRoot: hash(4), timestamp: 5n },
    participation: 0.96875,
    supermajority: true,
    agreement: { paths: 1, asked: 1 },
    slotStartMs,
    verifiedAtMs: slotStartMs + 14_000,
    ...changes,
  }
}

export function sampleStatus(changes: Partial<LightClientStatus> = {}): LightClientStatus {
  return { state: 'following', message: 'heads come', peers: 1, ...changes }
}

export function samplePeer(changes: Partial<PeerInfo> = {}): PeerInfo {
  return {
    id: '16Uiu2HAmVeryLongPeerIdentifierThatEndsWithQqP4r7',
    state: 'connected',
    address: '/dns4/relay.example/tcp/443/tls/ws/p2p/16Uiu2HAmVeryLongPeerIdentifierThatEndsWithQqP4r7',
    direction: 'outbound',
    persistent: false,
    protocols: [],
    score: 0,
    connectedAtMs: 0,
    seenAtMs: 0,
    ...changes,
  }
}
