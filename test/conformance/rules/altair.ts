import type { SpecDocument } from '../types.ts'

export const altair: SpecDocument = {
  spec: 'altair/p2p-interface.md',
  rules: [
    {
      id: 'altair/metadata/syncnets',
      section: 'MetaData',
      level: 'states',
      rule: 'Metadata tells the sync-committee subnets as well: in our case none.',
      tests: [
        'test/ssz/network-messages.test.ts > network messages > lay out MetaData as the specification orders it',
        'test/network/handshake.test.ts > the handshake > answers ping, and metadata in every version with no subnets and four custody groups',
      ],
    },
    {
      id: 'altair/gossip/message-id-valid',
      section: 'Topics and messages',
      level: 'MUST',
      rule: 'A message that is valid snappy has its id from the topic and the decompressed data.',
      tests: [
        'test/gossip/spec-gossip.test.ts > a message id > by which a network asks for what others have is that of the decompressed data',
        'test/wire/gossip-wire.test.ts > messageId() > is over the decompressed data of a message that is valid snappy, so that recompressing gives the same id',
        'test/wire/gossip-wire.test.ts > messageId() > tells topics apart',
      ],
    },
    {
      id: 'altair/gossip/message-id-invalid',
      section: 'Topics and messages',
      level: 'MUST',
      rule: 'Any other has it from the topic and the data as it came, in a domain of its own.',
      tests: [
        'test/gossip/spec-gossip.test.ts > a message id > of a network’s own making is over the raw data, in a domain of its own, where that is not a snappy',
        'test/wire/gossip-wire.test.ts > messageId() > is over the raw data, in a domain of its own, of a message that is not valid snappy',
        'test/wire/gossip-wire.test.ts > messageId() > does not decompress what declares more than the bound',
      ],
    },
    {
      id: 'altair/fork/join-before',
      section: 'Transitioning the gossip',
      level: 'SHOULD',
      rule: 'The topics of a fork are joined ahead of it.',
      tests: [
        'test/gossip/registry/rotation.test.ts > topics rotate > by joining an epoch before a fork and leaving two epochs after, blob-parameter forks alike',
        'test/gossip/fork.test.ts > across a fork and a blob-parameter fork > a %s topic is joined an epoch before each of both, and left two epochs after',
      ],
    },
    {
      id: 'altair/fork/leave-after',
      section: 'Transitioning the gossip',
      level: 'SHOULD',
      rule: 'Those of the fork before are left two epochs after.',
      tests: [
        'test/gossip/fork.test.ts > across a fork and a blob-parameter fork > a %s topic is joined an epoch before each of both, and left two epochs after',
        'test/gossip/fork.test.ts > across a fork and a blob-parameter fork > what belongs before it is still taken after it, for two epochs',
      ],
    },
    {
      id: 'altair/fork/no-rebroadcast',
      section: 'Transitioning the gossip',
      level: 'SHOULD NOT',
      rule: 'Nothing is sent on from one fork’s topic to the other’s.',
      tests: [
        'test/gossip/spec-fork.test.ts > nothing is sent on from the topic before a fork to the one after it, nor the other way',
        'test/gossip/adversary.test.ts > a gossip payload that > belongs under another fork digest is not delivered, and its sender is banned when it goes on',
        'test/gossip/fork.test.ts > across a fork and a blob-parameter fork > every update arrives once, under the digest of its own slot',
      ],
    },
    {
      id: 'altair/fork/no-penalty',
      section: 'Transitioning the gossip',
      level: 'MUST NOT',
      rule: 'After a fork nobody is blamed for what comes on the topics before it.',
      tests: ['test/gossip/spec-fork.test.ts > a peer loses nothing by what it sends on the topics before a fork, %s'],
    },
    {
      id: 'altair/fork/shared-caches',
      section: 'Transitioning the gossip',
      level: 'states',
      rule: 'What came on one of both is a duplicate on the other.',
      tests: [
        'test/gossip/fork.test.ts > across a fork and a blob-parameter fork > an object that names no digest of its own arrives once, though it comes under both',
      ],
    },
    {
      id: 'altair/reqresp/context',
      section: 'Req-Resp interaction',
      level: 'states',
      rule: 'Where a method has a context, four bytes of it follow a result of 0, and no other.',
      tests: [
        'test/reqresp/spec-wire.test.ts > an answer > of a method with a context has the fork digest after its zero',
        'test/reqresp/spec-wire.test.ts > an answer > that is an error has no context, though the method has one',
        'test/reqresp/request/request-faults.test.ts > request() over %s > does not mind context bytes on a method without them: the answer is malformed',
      ],
    },
    {
      id: 'altair/reqresp/fork-digest',
      section: '`ForkDigest`-context',
      level: 'states',
      rule: 'The context is the digest of the object’s epoch, and tells its containers.',
      tests: [
        'test/reqresp/round-trip.test.ts > over %s > light-client updates by range: every chunk under the digest of its own fork',
        'test/reqresp/request/request-faults.test.ts > request() over %s > refuses an object under the digest of another fork',
        'test/reqresp/request/request-faults.test.ts > request() over %s > refuses the digest of a fork that has no light-client data',
      ],
    },
    {
      id: 'altair/metadata/v2',
      section: 'GetMetaData v2',
      level: 'states',
      rule: 'Metadata 2 is asked for and answered.',
      tests: [
        'test/reqresp/round-trip.test.ts > with a peer that speaks an older version > metadata falls back to version 2, then 1',
        'test/network/handshake.test.ts > the handshake > answers ping, and metadata in every version with no subnets and four custody groups',
      ],
    },
  ],
  outside: [
    {
      what: 'sync_committee_contribution_and_proof and its conditions',
      why: 'they need a state. We take the topic, mark what comes as unverified, and forward nothing.',
    },
    { what: 'sync-committee subnets, their topics and `syncnets` in the record', why: 'duties of validators.' },
    {
      what: 'version 2 of the methods for blocks, and code 1 for blocks of Altair by version 1',
      why: 'a light client serves no blocks.',
    },
  ],
}
