import type { SpecDocument } from '../types.ts'

export const fulu: SpecDocument = {
  spec: 'fulu/p2p-interface.md',
  rules: [
    {
      id: 'fulu/digest/blob-parameters',
      section: '`compute_fork_digest` (fulu/beacon-chain.md)',
      level: 'states',
      rule: 'From Fulu on the digest takes the blob parameters in, and changes with them.',
      tests: [
        'test/chain/digest.test.ts > fork digests of the specification > is $expected_fork_digest at epoch $epoch with version $fork_version',
        'test/chain/digest.test.ts > fork digests > are those that live nodes of Sepolia and Hoodi have announced',
        'test/gossip/registry/rotation.test.ts > topics rotate > by joining an epoch before a fork and leaving two epochs after, blob-parameter forks alike',
      ],
    },
    {
      id: 'fulu/metadata/custody-group-count',
      section: 'MetaData',
      level: 'states',
      rule: 'Metadata tells the number of custody groups; peers may refuse who tells less than 4.',
      tests: [
        'test/network/handshake.test.ts > the handshake > answers ping, and metadata in every version with no subnets and four custody groups',
      ],
      deviates:
        'Ours says 4, though a light client has custody of nothing: the field has no word for that, and 0 is what peers may refuse. Nobody can ask us for columns: we do not offer the methods.',
    },
    {
      id: 'fulu/status/v2',
      section: 'Status v2',
      level: 'states',
      rule: 'Status 2 adds the slot from which blocks are available, and is asked for and answered beside Status 1.',
      tests: [
        'test/reqresp/round-trip.test.ts > over %s > status: each side gets what the other sent',
        'test/reqresp/round-trip.test.ts > with a peer that speaks an older version > one handler answers both versions of status',
        'test/ssz/network-messages.test.ts > network messages > lay out Status as the specification orders it',
      ],
    },
    {
      id: 'fulu/metadata/v3',
      section: 'GetMetaData v3',
      level: 'states',
      rule: 'Metadata 3 is asked for and answered.',
      tests: ['test/reqresp/round-trip.test.ts > over %s > metadata: is asked for without a request body'],
    },
    {
      id: 'fulu/enr/eth2',
      section: '`eth2` field',
      level: 'MUST',
      rule: 'The next epoch in `eth2` is that of the next fork or blob-parameter fork; the next version changes at forks alone; without one they are the present version and the end of time.',
      tests: [
        'test/discovery/enr/enr.test.ts > a node record of our own > tells the digest in force and the next change of it, a blob-parameter fork among them',
      ],
    },
    {
      id: 'fulu/enr/cgc',
      section: 'Custody group count',
      level: 'MUST',
      rule: 'A record has `cgc` once Fulu is scheduled.',
      notYet: 'a light client has custody of nothing, and nodes are known to pass over records that say so.',
    },
    {
      id: 'fulu/enr/nfd',
      section: 'Next fork digest',
      level: 'MUST',
      rule: 'A record has `nfd`, the next digest, once Fulu is scheduled; zeros where none comes.',
      tests: [
        'test/discovery/enr/enr.test.ts > a node record of our own > names the digest that comes next once Fulu is scheduled, and zeros after the last',
        'test/network/discovery/discv5.test.ts > discv5 > reports the next digest as soon as it is in force',
      ],
    },
    {
      id: 'fulu/enr/evaluate-nfd',
      section: 'Next fork digest',
      level: 'MUST',
      rule: 'The `nfd` of peers is weighed beside the next fork in `eth2`: anyone who expects another fork is not dialed while it is near, and is the first to go after it.',
      tests: [
        'test/discovery/enr/next-fork.test.ts > at the change of digest at epoch $epoch ($name) a record > with the same epoch and version, but another digest in `nfd`, expects another',
        'test/discovery/enr/next-fork.test.ts > at the change of digest at epoch $epoch ($name) a record > with another epoch or version, or none to come, expects another',
        'test/network/discovery/fork-compatibility.test.ts > a network > that has half of the peers it wants dials nobody who expects another fork than the one that is near',
        'test/network/discovery/fork-compatibility.test.ts > peers that are too many > lose first anyone who expected another digest, once the fork is there, and not before',
      ],
    },
    {
      id: 'fulu/enr/mismatch',
      section: 'Next fork digest',
      level: 'MUST NOT',
      rule: 'Nobody is left before a fork for expecting another one.',
      tests: [
        'test/discovery/spec-fork-id.test.ts > a peer whose record expects another fork than ours > is dialed all the same, and no fault of who reported it',
        'test/network/discovery/fork-compatibility.test.ts > peers that are too many > lose first anyone who expected another digest, once the fork is there, and not before',
        'test/peers/handshake/ping-loop.test.ts > a change of fork digest > has peers asked for their Status two slots later, once each',
      ],
    },
  ],
  outside: [
    { what: 'data columns: topics, methods, custody, sampling, reconstruction', why: 'duties of full nodes.' },
    { what: 'blob sidecars while they are phased out', why: 'duties of full nodes.' },
    { what: 'BeaconBlocksByHead', why: 'a light client serves no blocks.' },
    { what: 'scores by custody, supernodes', why: 'a light client has no columns to compare with.' },
  ],
}
