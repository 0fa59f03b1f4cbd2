import type { Rule } from '../types.ts'

/** phase0/p2p-interface.md, "The discovery domain: discv5". */
export const phase0Discovery: readonly Rule[] = [
  {
    id: 'phase0/discovery/discv5',
    section: 'The discovery domain: discv5',
    level: 'states',
    rule: 'Peers are found by discv5 over UDP.',
    tests: [
      'test/network/discovery/discv5.test.ts > discv5 > lets three nodes find each other that know of one bootnode only',
      'test/network/discovery/discv5.test.ts > discv5 > passes over nodes of another network',
      'test/platform/discv5-vectors.test.ts > the discv5 package, by the published vectors, > verifies the identity in the handshake, and no other',
    ],
    deviates:
      'Node does, over an optional package. A page has no UDP: it learns of peers from bootnodes (docs/peer-exchange.md).',
  },
  {
    id: 'phase0/enr/signed-with-key',
    section: 'ENR structure',
    level: 'MUST',
    rule: 'A record has a sequence number, a signature and the compressed secp256k1 key.',
    tests: [
      'test/discovery/enr/enr.test.ts > a node record > reads as in EIP-778, and is made the same',
      'test/discovery/enr/enr.test.ts > a malformed ENR > is refused with one bit changed anywhere',
    ],
  },
  {
    id: 'phase0/enr/attnets',
    section: 'Attestation subnet bitfield',
    level: 'MUST',
    rule: 'A node on attestation subnets says so in its record. We are on none, where it may be left out.',
    tests: [
      'test/network/discovery/local-enr.test.ts > our record has no attnets and no syncnets: we are on no subnet',
      'test/network/handshake.test.ts > the handshake > answers ping, and metadata in every version with no subnets and four custody groups',
    ],
  },
  {
    id: 'phase0/enr/eth2',
    section: '`eth2` field',
    level: 'MUST',
    rule: 'A record has `eth2`: digest in force, next version and its epoch, in 16 bytes of SSZ.',
    tests: [
      'test/discovery/enr/enr.test.ts > a node record of our own > comes back as it was made',
      'test/network/discovery/discv5.test.ts > discv5 > reports the digest in force and the address at which the node is reached',
      'test/network/discovery/discv5.test.ts > discv5 > reports the next digest as soon as it is in force',
      'test/network/discovery/start-discovery.test.ts > a node record of a network > tells its digest and addresses, and changes only when they do',
    ],
  },
  {
    id: 'phase0/enr/same-digest',
    section: '`eth2` field',
    level: 'SHOULD',
    rule: 'Those are dialed whose record names our digest.',
    tests: ['test/network/discovery/discv5.test.ts > discv5 > passes over nodes of another network'],
  },
]
