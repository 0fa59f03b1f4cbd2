import type { Rule } from '../types.ts'

/** phase0/p2p-interface.md, "Messages". */
export const phase0Methods: readonly Rule[] = [
  {
    id: 'phase0/status/on-dialing',
    section: 'Status v1',
    level: 'MUST',
    rule: 'Who dials sends its Status upon connection.',
    tests: [
      'test/network/handshake.test.ts > the handshake > tells our own Status: genesis at first, then what was set',
      'test/network/handshake.test.ts > the handshake > falls back on Status 1 with a peer that knows no other',
    ],
  },
  {
    id: 'phase0/status/container',
    section: 'Status v1',
    level: 'MUST',
    rule: 'Status is a container, in the order given.',
    tests: ['test/ssz/network-messages.test.ts > network messages > lay out Status as the specification orders it'],
  },
  {
    id: 'phase0/status/one-chunk',
    section: 'Status v1',
    level: 'MUST',
    rule: 'It is answered by one chunk.',
    tests: ['test/reqresp/round-trip.test.ts > over %s > status: each side gets what the other sent'],
  },
  {
    id: 'phase0/status/digest-of-now',
    section: 'Status v1',
    level: 'states',
    rule: 'The fork digest is that of the wall clock’s epoch, however far the sync is.',
    tests: [
      'test/network/spec-status.test.ts > our Status > names the digest of the epoch by the clock, across a fork, whatever was verified',
    ],
  },
  {
    id: 'phase0/status/finalized-and-head',
    section: 'Status v1',
    level: 'states',
    rule: 'It names the finalized checkpoint, and the head by root and slot of one block.',
    tests: [
      'test/light-client/follow-recorded.test.ts > a light client in Node over TCP > proves the execution block of its heads from Capella on, and tells peers of the checkpoint that it verified',
      'test/light-client/status/local-status.test.ts > the Status of a node that has verified a finalized block > names the block of an epoch’s first slot as finalized and as the head',
      'test/light-client/status/local-status.test.ts > the Status of a node that has verified a finalized block > names the verified head where the finalized epoch’s first slots are empty, each slot with its own root',
    ],
  },
  {
    id: 'phase0/status/other-fork',
    section: 'Status v1',
    level: 'SHOULD',
    rule: 'A peer of another fork digest is left at once.',
    tests: [
      'test/network/handshake.test.ts > the handshake > refuses a peer of another chain on both sides, and parts with goodbye 1',
      'test/network/handshake.test.ts > the handshake > leaves a peer that changes to another network while connected',
      'test/peers/rules.test.ts > a Status > may name either digest within a slot of a fork, and only then',
    ],
  },
  {
    id: 'phase0/status/other-finality',
    section: 'Status v1',
    level: 'SHOULD',
    rule: 'A peer that finalized another block in an epoch that we know is left at once.',
    tests: [
      'test/network/handshake.test.ts > the handshake > refuses a peer that finalized another block in the same epoch',
      'test/peers/rules.test.ts > a Status > that finalized another block in the same epoch is not relevant',
    ],
  },
  {
    id: 'phase0/status/clock',
    section: 'Status v1',
    level: 'states',
    rule: 'Only another digest or another finalized block are reasons to leave: a head ahead of our clock is not taken for another network.',
    tests: [
      'test/network/clock-skew.test.ts > a machine whose clock is wrong > keeps peers that are ahead of it by up to a slot',
      'test/network/clock-skew.test.ts > a machine whose clock is wrong > suspects its own clock, in words, when all peers are ahead alike, and dials them again soon',
      'test/peers/rules.test.ts > a Status > ahead of our clock by a slot is relevant, and further ahead is a matter of clocks, not of networks',
    ],
    deviates:
      'a peer whose head is more than a slot ahead of our clock is left for the time being, with the code clock_skewed; as Lighthouse and Lodestar do.',
  },
  {
    id: 'phase0/goodbye/reasons',
    section: 'Goodbye v1',
    level: 'states',
    rule: '1 for shutting down, 2 for an irrelevant network, 3 for a fault; more than 128 by convention, and none in between. We leave with 1 or 129.',
    tests: [
      'test/network/handshake.test.ts > the handshake > refuses a peer of another chain on both sides, and parts with goodbye 1',
      'test/peers/limits/prune.test.ts > pruning > says that there are too many to those that dialed us, and a plain goodbye to those that we dialed',
      'test/network/handshake.test.ts > the handshake > takes a goodbye for what it says',
    ],
  },
  {
    id: 'phase0/goodbye/one-field',
    section: 'Goodbye v1',
    level: 'MUST',
    rule: 'Goodbye is one number, in both directions.',
    tests: ['test/reqresp/spec-wire.test.ts > a message of one field > is that field alone: %s'],
  },
  {
    id: 'phase0/goodbye/one-chunk',
    section: 'Goodbye v1',
    level: 'MUST',
    rule: 'It is answered by one chunk; few wait for it.',
    tests: [
      'test/network/spec-status.test.ts > a Goodbye > is answered by one chunk before we close',
      'test/reqresp/round-trip.test.ts > over %s > goodbye: completes without an answer, awaited by `ended` alone',
    ],
  },
  {
    id: 'phase0/ping/one-field',
    section: 'Ping v1',
    level: 'MUST',
    rule: 'Ping is one number: the sequence number of one’s metadata.',
    tests: [
      'test/reqresp/spec-wire.test.ts > a message of one field > is that field alone: %s',
      'test/reqresp/round-trip.test.ts > over %s > ping: each side gets the other sequence number',
    ],
  },
  {
    id: 'phase0/ping/one-chunk',
    section: 'Ping v1',
    level: 'MUST',
    rule: 'It is answered by one chunk.',
    tests: [
      'test/network/handshake.test.ts > the handshake > answers ping, and metadata in every version with no subnets and four custody groups',
    ],
  },
  {
    id: 'phase0/ping/liveness',
    section: 'Ping v1',
    level: 'states',
    rule: 'Peers are pinged now and then; who does not answer may be left.',
    tests: [
      'test/peers/handshake/ping-loop.test.ts > pings > go out at once to a peer that we dialed, then regularly, until it is gone',
      'test/network/faults.test.ts > a peer is left > when it no longer answers pings, and dialed again when it is one to keep',
    ],
  },
  {
    id: 'phase0/metadata/no-request',
    section: 'GetMetaData v1',
    level: 'states',
    rule: 'The request has no bytes at all: opening the stream asks.',
    tests: [
      'test/reqresp/spec-wire.test.ts > a request > of a method without content is nothing but the end of our half',
      'test/reqresp/respond/serve.test.ts > serve() answers a method without a request body at once, and discards what is sent',
    ],
  },
  {
    id: 'phase0/metadata/container',
    section: 'GetMetaData v1',
    level: 'MUST',
    rule: 'The answer is one chunk with a container.',
    tests: [
      'test/ssz/network-messages.test.ts > network messages > lay out MetaData as the specification orders it',
      'test/reqresp/round-trip.test.ts > over %s > metadata: is asked for without a request body',
    ],
  },
]
