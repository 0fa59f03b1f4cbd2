import type { Rule } from '../types.ts'

/** phase0/p2p-interface.md, "Network fundamentals". */
export const phase0Network: readonly Rule[] = [
  {
    id: 'phase0/transport/tcp-and-quic',
    section: 'Transport',
    level: 'MUST',
    rule: 'TCP and QUIC are there, each for dialing and for listening.',
    tests: [
      'test/transports/node.test.ts > has QUIC where its add-on is installed',
      'test/transports/node.test.ts > quic between two nodes > connects, and carries a stream',
      'test/transports/node.test.ts > tcp between two nodes > connects, and carries a stream',
      'test/network/handshake.test.ts > the handshake > makes both sides count each other over tcp',
    ],
  },
  {
    id: 'phase0/transport/quic-first',
    section: 'Transport',
    level: 'SHOULD',
    rule: 'QUIC goes before TCP where a peer has both.',
    tests: [
      'test/transports/choose.test.ts > choosing transports > puts addresses in the order in which the platform prefers their transports, without those that none can dial',
      'test/transports/selection.test.ts > a peer with several addresses > is reached by the transport that is preferred, in whatever order the addresses are named',
    ],
  },
  {
    id: 'phase0/transport/both-ip-versions',
    section: 'Transport',
    level: 'MUST',
    rule: 'IPv4 and IPv6 can both be dialed.',
    tests: ['test/network/spec-transport.test.ts > a node > dials and listens on IPv6 as on IPv4'],
  },
  {
    id: 'phase0/encryption/noise-xx',
    section: 'Encryption and identification',
    level: 'MUST',
    rule: 'Connections over TCP are secured by Noise with the XX handshake; nothing else is agreed to.',
    tests: [
      'test/network/spec-transport.test.ts > a node > agrees on Noise alone, over multistream-select 1.0',
      'test/network/spec-transport.test.ts > a node > speaks the XX handshake of Noise: an ephemeral key alone is answered by one more, a key that is sealed, and a payload',
      'test/network/spec-transport.test.ts > a node > is known by a secp256k1 identity, behind Noise',
    ],
  },
  {
    id: 'phase0/encryption/secp256k1',
    section: 'Encryption and identification',
    level: 'states',
    rule: 'A node is known by a secp256k1 key.',
    tests: ['test/network/spec-transport.test.ts > a node > is known by a secp256k1 identity, behind Noise'],
  },
  {
    id: 'phase0/negotiation/multistream-select',
    section: 'Protocol negotiation',
    level: 'MUST',
    rule: 'multistream-select 1.0 is spoken.',
    tests: ['test/network/spec-transport.test.ts > a node > agrees on Noise alone, over multistream-select 1.0'],
  },
  {
    id: 'phase0/negotiation/exact',
    section: 'Protocol negotiation',
    level: 'MUST',
    rule: 'A protocol is taken only by its exact name and version; the newest one that both have may go first.',
    tests: [
      'test/reqresp/spec-wire.test.ts > the id of a method > is taken by its very letters alone',
      'test/reqresp/round-trip.test.ts > with a peer that speaks an older version > metadata falls back to version 2, then 1',
    ],
  },
  {
    id: 'phase0/multiplexing/mplex',
    section: 'Multiplexing',
    level: 'MUST',
    rule: 'mplex is spoken over TCP; yamux may be.',
    tests: ['test/network/faults.test.ts > a network goes on > with a peer that speaks mplex only'],
  },
  {
    id: 'phase0/multiplexing/yamux-first',
    section: 'Multiplexing',
    level: 'MUST',
    rule: 'yamux goes before mplex where both sides have both.',
    tests: [
      'test/network/spec-transport.test.ts > a node > takes yamux where the other side has it too, though that one would rather have mplex',
    ],
  },
]
