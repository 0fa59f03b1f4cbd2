import type { Rule } from '../types.ts'

/** phase0/p2p-interface.md, "MetaData" to "The gossip domain: gossipsub". */
export const phase0Gossip: readonly Rule[] = [
  {
    id: 'phase0/metadata/kept',
    section: 'MetaData',
    level: 'MUST',
    rule: 'A sequence number, from 0, and the attestation subnets are kept and told.',
    tests: [
      'test/network/handshake.test.ts > the handshake > answers ping, and metadata in every version with no subnets and four custody groups',
    ],
  },
  {
    id: 'phase0/metadata/sequence-number',
    section: 'MetaData',
    level: 'MUST',
    rule: 'The sequence number grows by one whenever another field changes. Ours never change: we are on no subnet.',
    tests: [
      'test/network/handshake.test.ts > the handshake > answers ping, and metadata in every version with no subnets and four custody groups',
    ],
  },
  {
    id: 'phase0/gossip/meshsub-1.1',
    section: 'The gossip domain: gossipsub',
    level: 'MUST',
    rule: 'gossipsub 1.0 with the 1.1 extension is spoken, as `/meshsub/1.1.0`.',
    tests: ['test/gossip/spec-gossip.test.ts > gossipsub > is offered as /meshsub/1.1.0, and never as floodsub'],
  },
  {
    id: 'phase0/gossip/parameters',
    section: 'The gossip domain: gossipsub',
    level: 'states',
    rule: 'Mesh 8 (6 to 12), lazy 6, heartbeat 0.7 s, fanout 60 s, cache of 6 windows of which 3 are gossiped, ids kept for two epochs.',
    tests: [
      'test/gossip/spec-gossip.test.ts > gossipsub > runs with the parameters of the specification on $name',
      'test/gossip/spec-gossip.test.ts > gossipsub > of a relay has no mesh and gossips nothing: it sends each message to all of its clients',
      'test/bootnode/many-clients.test.ts > fifty Node clients on one bootnode > each get every optimistic update that the beacon node published, in order, and verify it',
    ],
    deviates:
      'The side of a bootnode that browsers connect to has mesh and gossip of size 0, and sends what is verified to all of its clients at once: its clients have no other peers that could lack it. Its other side has the parameters of the specification.',
  },
  {
    id: 'phase0/gossip/message-id-size',
    section: 'Topics and messages',
    level: 'MUST',
    rule: 'A message id has 20 bytes; control messages that name others are rejected.',
    tests: [
      'test/gossip/spec-gossip.test.ts > a message id > in %s of %i bytes is rejected, and its sender is disconnected when it goes on',
      'test/gossip/spec-gossip.test.ts > a message id > in %s of 20 bytes costs nothing',
    ],
  },
  {
    id: 'phase0/gossip/topic-form',
    section: 'Topics and messages',
    level: 'states',
    rule: 'A topic is `/eth2/<fork digest>/<name>/<encoding>`, the digest in lower-case hex without 0x.',
    tests: [
      'test/gossip/spec-gossip.test.ts > a message > of ours is SSZ in one snappy block, under ssz_snappy',
      'test/wire/gossip-wire.test.ts > topics > are made of fork digest and name, and taken apart again',
      'test/wire/gossip-wire.test.ts > topics > like %j are refused with `topic_invalid`',
    ],
  },
  {
    id: 'phase0/gossip/context-digest',
    section: 'Topics and messages',
    level: 'states',
    rule: 'A message goes under the digest of its own epoch.',
    tests: [
      'test/gossip/fork.test.ts > across a fork and a blob-parameter fork > every update arrives once, under the digest of its own slot',
      'test/gossip/adversary.test.ts > a gossip payload that > belongs under another fork digest is not delivered, and its sender is banned when it goes on',
    ],
  },
  {
    id: 'phase0/gossip/unknown-topic',
    section: 'Topics and messages',
    level: 'MUST',
    rule: 'A message of an unknown topic is rejected.',
    tests: [
      'test/gossip/spec-gossip.test.ts > a message of an unknown topic > is rejected: %s is delivered to nobody, and its sender is disconnected when it goes on',
    ],
  },
  {
    id: 'phase0/gossip/genesis-first',
    section: 'Topics and messages',
    level: 'SHOULD NOT',
    rule: 'No topic is joined before genesis is known.',
    tests: [
      'test/chain/create-chain.test.ts > createChain() > says `config_incomplete` without genesis, and for each key that it needs',
      'test/network/lifecycle.test.ts > starting > refuses to start without a chain, whose genesis topics are made of',
    ],
  },
  {
    id: 'phase0/gossip/anonymous',
    section: 'Topics and messages',
    level: 'MUST',
    rule: 'Messages carry no author, sequence number, signature or key; those that do are refused (StrictNoSign).',
    tests: [
      'test/gossip/spec-gossip.test.ts > a message > that is %s is rejected',
      'test/gossip/spec-gossip.test.ts > a message > that is %s costs its sender',
      'test/gossip/spec-gossip.test.ts > a message > of ours says nothing of us',
    ],
  },
  {
    id: 'phase0/gossip/type-and-payload',
    section: 'Topics and messages',
    level: 'MUST',
    rule: 'What is not of its topic’s type, or cannot be read, is rejected.',
    tests: [
      'test/gossip/adversary.test.ts > a gossip payload that > is no snappy at all is not delivered, and its sender is banned when it goes on',
      'test/gossip/adversary.test.ts > a gossip payload that > is too short for its type is not delivered, and its sender is banned when it goes on',
      'test/gossip/adversary.test.ts > a gossip payload that > is SSZ with offsets that lie is not delivered, and its sender is banned when it goes on',
    ],
  },
  {
    id: 'phase0/gossip/queues',
    section: 'Topics and messages',
    level: 'SHOULD',
    rule: 'Every queue has a bound.',
    tests: [
      'test/gossip/messages/messages.test.ts > a subscription > drops the oldest beyond its bound and counts them',
      'test/gossip/messages/messages.test.ts > a subscription > holds no more bytes than its bound, however few the messages',
      'test/gossip/messages/validators.test.ts > a validator > that hangs is asked 256 times at most; another in its place is asked at once',
    ],
  },
  {
    id: 'phase0/gossip/verdicts',
    section: 'Topics and messages',
    level: 'states',
    rule: 'What passes is accepted and forwarded; what fails is ignored or rejected, as its condition says.',
    tests: [
      'test/gossip/messages/messages.test.ts > gossip > forwards what the validator accepts, and delivers it as verified',
      'test/gossip/messages/messages.test.ts > gossip > neither forwards nor delivers what the validator ignores, but to those who asked for it',
      'test/gossip/messages/messages.test.ts > gossip > delivers nothing that the validator rejects, and bans a sender who keeps at it',
    ],
  },
  {
    id: 'phase0/gossip/unverifiable-topics',
    section: 'Global topics',
    level: 'states',
    rule: 'Blocks, exits and slashings are forwarded only once they passed checks against a state. A light client has none, so that it vouches for none.',
    tests: [
      'test/gossip/topics/operations.test.ts > %s > is delivered as what nobody verified, and not forwarded',
      'test/gossip/topics/operations.test.ts > %s > takes no validator, which could only forward what it cannot know',
      'test/gossip/gossipsub/mesh-opt-out.test.ts > blocks > arrive although no peer has us in its mesh, marked as what nobody verified',
    ],
  },
  {
    id: 'phase0/gossip/one-encoding',
    section: 'Encodings',
    level: 'MUST',
    rule: 'Gossip has one encoding: SSZ in one snappy block.',
    tests: [
      'test/wire/snappy-block.test.ts > published snappy blocks $name > $name',
      'test/gossip/spec-gossip.test.ts > a message > of ours is SSZ in one snappy block, under ssz_snappy',
    ],
  },
  {
    id: 'phase0/gossip/size-of-rpc',
    section: 'Gossipsub size limits',
    level: 'MUST',
    rule: 'No RPC larger than 12.2 MB is sent or taken. Ours may have 4 MiB, which no message that we follow comes near.',
    tests: [
      'test/gossip/libp2p-regressions.test.ts > a payload > of the most bytes that a peer takes arrives; one byte more is refused, not dropped on the way',
      'test/gossip/spec-gossip.test.ts > an RPC > that announces more than may be sent is refused before it is read',
    ],
  },
  {
    id: 'phase0/gossip/size-of-data',
    section: 'Gossipsub size limits',
    level: 'MUST',
    rule: 'No compressed payload longer than the worst case of the largest payload is taken.',
    tests: [
      'test/wire/snappy-block.test.ts > snappy blocks $name > that are longer than anything within the bound compresses to are refused with `length_out_of_bounds`',
      'test/gossip/messages/payload-size.test.ts > a payload longer than the largest of its topic compresses to is refused before it is decompressed',
    ],
  },
  {
    id: 'phase0/gossip/size-of-payload',
    section: 'Gossipsub size limits',
    level: 'MUST',
    rule: 'No payload of more than 10 MiB, or than its type can have, is sent or taken.',
    tests: [
      'test/gossip/libp2p-regressions.test.ts > a payload > that is larger than its topic allows is refused before it is sent',
      'test/gossip/adversary.test.ts > a gossip payload that > is more than its type may be is not delivered, and its sender is banned when it goes on',
      'test/gossip/adversary.test.ts > a gossip payload that > claims to be gigabytes is not delivered, and its sender is banned when it goes on',
      'test/wire/snappy-block.test.ts > snappy blocks $name > that declare more than they can hold are refused before memory is made for it',
    ],
  },
]
