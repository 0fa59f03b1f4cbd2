import type { Rule, SpecDocument } from '../types.ts'

const gossip: readonly Rule[] = [
  {
    id: 'lc/finality/newer',
    section: '`light_client_finality_update`',
    level: 'MUST',
    rule: 'Ignored unless it finalizes a later slot than any forwarded one, or is the first of its slot with more than two thirds of the committee.',
    tests: [
      'test/light-client/gossip/follow-gossip.test.ts > a finality update on gossip > is forwarded where it advances finality, once',
      'test/light-client/gossip/gossip-rules.test.ts > the gossip rules for light-client updates > take a finality update once, and again only when the signers grew to a supermajority',
    ],
  },
  {
    id: 'lc/finality/not-early',
    section: '`light_client_finality_update`',
    level: 'MUST',
    rule: 'Ignored before the sync messages of its signature slot are due, less 500 ms.',
    tests: [
      'test/light-client/gossip/follow-gossip.test.ts > a finality update on gossip > is not forwarded before it is due',
      'test/light-client/gossip/gossip-rules.test.ts > the gossip rules for light-client updates > hold an update back until a third of its signature slot has passed, less the clock disparity',
      'test/chain/slot-clock.test.ts > slot clock > knows when sync-committee messages are due: a third of a slot, a quarter from Gloas on',
    ],
  },
  {
    id: 'lc/finality/valid',
    section: '`light_client_finality_update`',
    level: 'MUST',
    rule: 'Rejected when it is invalid.',
    tests: [
      'test/light-client/verification/validate-update.test.ts > verdictOf() > blames the sender for invalid data alone',
      'test/devnet/node.test.ts > a devnet as a beacon node over TCP > sends every update by gossip in its slot, across a fork, and forwards no forgery',
      'test/light-client/verification/tampering.test.ts > one changed bit > in any proven part of an object of %s gets it rejected',
    ],
    deviates:
      'Invalid ones are rejected. Updates that are true but not useful to our store, for which the specification’s function fails as well, are ignored: honest peers send these when we are behind, and Nimbus does the same.',
  },
  {
    id: 'lc/finality/advances',
    section: '`light_client_finality_update`',
    level: 'MUST',
    rule: 'Ignored unless it advances our finalized header.',
    tests: [
      'test/light-client/gossip/follow-gossip.test.ts > a finality update on gossip > is not forwarded where it moves the head alone',
      'test/light-client/gossip/gossip-rules.test.ts > the gossip rules for light-client updates > forward a finality update only where the store stands at the header that it finalizes',
    ],
    deviates:
      'An update that finalizes the header at which our store stands already is forwarded, too, where none that finalizes it was: the same header may have come before by a request, or too early to be forwarded.',
  },
  {
    id: 'lc/optimistic/newer',
    section: '`light_client_optimistic_update`',
    level: 'MUST',
    rule: 'Ignored unless it attests a later slot than any forwarded one.',
    tests: [
      'test/light-client/gossip/follow-gossip.test.ts > an optimistic update on gossip > is not forwarded twice for one header, however many signed it',
      'test/light-client/gossip/gossip-rules.test.ts > the gossip rules for light-client updates > take an optimistic update only for a newer attested header',
    ],
  },
  {
    id: 'lc/optimistic/not-early',
    section: '`light_client_optimistic_update`',
    level: 'MUST',
    rule: 'Ignored before the sync messages of its signature slot are due, less 500 ms.',
    tests: [
      'test/light-client/gossip/follow-gossip.test.ts > an optimistic update on gossip > is not forwarded before it is due, but processed; it is forwarded when it comes again in time',
      'test/light-client/gossip/gossip-rules.test.ts > the gossip rules for light-client updates > hold an update back until a third of its signature slot has passed, less the clock disparity',
    ],
  },
  {
    id: 'lc/optimistic/valid',
    section: '`light_client_optimistic_update`',
    level: 'MUST',
    rule: 'Rejected when it is invalid.',
    tests: [
      'test/light-client/verification/validate-update.test.ts > verdictOf() > blames the sender for invalid data alone',
      'test/devnet/node.test.ts > a devnet as a beacon node over TCP > sends every update by gossip in its slot, across a fork, and forwards no forgery',
    ],
    deviates: 'As for finality updates: those not useful are ignored, not rejected.',
  },
  {
    id: 'lc/optimistic/advances-or-matches',
    section: '`light_client_optimistic_update`',
    level: 'MUST',
    rule: 'Ignored unless it advances our optimistic header, or matches the finality update forwarded last.',
    tests: [
      'test/light-client/gossip/follow-gossip.test.ts > an optimistic update on gossip > is not forwarded where the store has a newer head by a request',
      'test/light-client/gossip/follow-gossip.test.ts > an optimistic update on gossip > is forwarded where it matches the finality update that was forwarded last',
      'test/light-client/gossip/gossip-rules.test.ts > the gossip rules for light-client updates > forward an optimistic update that the store stands at, or that matches the finality update forwarded last',
    ],
    deviates: 'As for finality updates: where our store stands at its header already, one is forwarded once.',
  },
  {
    id: 'lc/gossip/process-ignored',
    section: 'Global topics',
    level: 'SHOULD',
    rule: 'What is ignored is processed all the same.',
    tests: [
      'test/light-client/spec-process.test.ts > an update from gossip > moves the heads, although it came too early to be forwarded',
    ],
  },
  {
    id: 'lc/gossip/subscribe',
    section: 'Light clients',
    level: 'SHOULD',
    rule: 'Both topics are joined, and all that comes is validated.',
    tests: [
      'test/bootnode/bootnode.test.ts > a bootnode > serves one address from which a client starts and follows',
      'test/bootnode/many-clients.test.ts > fifty Node clients on one bootnode > each get every optimistic update that the beacon node published, in order, and verify it',
    ],
  },
  {
    id: 'lc/gossip/context',
    section: 'Global topics',
    level: 'states',
    rule: 'The digest is that of the attested header’s epoch, not of the signature’s.',
    tests: [
      'test/gossip/signature-slot-digest.test.ts > an update attested in the last slot before %s, under the digest of its signature slot > is rejected where it is neither the digest of its attested nor of its signature slot',
      'test/ssz/light-client/light-client-codec.test.ts > the fork of light-client objects > follows from the digest that a %s was sent under',
      'test/ssz/light-client/light-client-codec.test.ts > the fork of light-client objects > is refused with `context_unknown` when the digest is none of the chain’s, or not that of the object’s slot',
    ],
  },
]

const reqresp: readonly Rule[] = [
  {
    id: 'lc/bootstrap/one-field',
    section: 'GetLightClientBootstrap',
    level: 'MUST',
    rule: 'The request is a root, without a container.',
    tests: ['test/reqresp/spec-wire.test.ts > a message of one field > is that field alone: %s'],
  },
  {
    id: 'lc/bootstrap/unavailable',
    section: 'GetLightClientBootstrap',
    level: 'SHOULD',
    rule: 'Code 3 for a block whose bootstrap is not there.',
    tests: [
      'test/light-client/spec-serving.test.ts > a node that serves light-client data > answers with code 3 what it does not have',
      'test/devnet/node.test.ts > a devnet as a beacon node over TCP > answers the light-client methods, and refuses what it does not have',
    ],
  },
  {
    id: 'lc/updates/container',
    section: 'LightClientUpdatesByRange',
    level: 'MUST',
    rule: 'The request is a container of first period and count.',
    tests: ['test/ssz/network-messages.test.ts > network messages > lay out a request of updates by range'],
  },
  {
    id: 'lc/updates/chunks',
    section: 'LightClientUpdatesByRange',
    level: 'MUST',
    rule: 'The answer is any number of chunks, an update in each.',
    tests: [
      'test/reqresp/round-trip.test.ts > over %s > light-client updates by range: every chunk under the digest of its own fork',
      'test/reqresp/request/request-faults.test.ts > request() over %s > takes a close without any answer for a complete answer of nothing, but not for a single chunk',
    ],
  },
  {
    id: 'lc/updates/earliest-known',
    section: 'LightClientUpdatesByRange',
    level: 'MUST',
    rule: 'At least the earliest known update of the range is in the answer.',
    tests: [
      'test/light-client/spec-serving.test.ts > a node that serves light-client data > answers the earliest update that it has, however far the range begins before that',
      'test/light-client/spec-serving.test.ts > a node that serves light-client data > answers nothing from beyond a range',
      'test/light-client/spec-serving.test.ts > a node that serves light-client data > begins a range with the earliest update that it has, and goes on in order to the first gap',
    ],
  },
  {
    id: 'lc/updates/consecutive',
    section: 'LightClientUpdatesByRange',
    level: 'MUST',
    rule: 'Updates come in the order of their periods, without gaps.',
    tests: [
      'test/light-client/spec-serving.test.ts > a node that serves light-client data > begins a range with the earliest update that it has, and goes on in order to the first gap',
    ],
  },
  {
    id: 'lc/updates/at-most',
    section: 'LightClientUpdatesByRange',
    level: 'MUST NOT',
    rule: 'No more than 128 updates, nor than were asked for, are sent; more are not read.',
    tests: [
      'test/light-client/spec-serving.test.ts > a node that serves light-client data > sends no more updates than were asked for, and never more than 128',
      'test/reqresp/request/request-faults.test.ts > request() over %s > stops reading at the last chunk that was asked for, however many are sent',
      'test/light-client/sync/sync-plan.test.ts > nextSyncStep() > never asks for the past, for nothing, or for more than a request may carry',
    ],
  },
  {
    id: 'lc/finality-update/unavailable',
    section: 'GetLightClientFinalityUpdate',
    level: 'SHOULD',
    rule: 'Code 3 where there is none.',
    tests: [
      'test/light-client/spec-serving.test.ts > a node that serves light-client data > answers with code 3 what it does not have',
    ],
  },
  {
    id: 'lc/optimistic-update/unavailable',
    section: 'GetLightClientOptimisticUpdate',
    level: 'SHOULD',
    rule: 'Code 3 where there is none.',
    tests: [
      'test/light-client/spec-serving.test.ts > a node that serves light-client data > answers with code 3 what it does not have',
    ],
  },
  {
    id: 'lc/serving/advertise',
    section: 'Light clients',
    level: 'SHOULD',
    rule: 'Who serves light-client data offers its methods to peers.',
    tests: [
      'test/gossip/libp2p-regressions.test.ts > a method that is served only after peers connected > is known to them, and can be asked for',
    ],
  },
  {
    id: 'lc/status/genesis',
    section: 'Light clients',
    level: 'SHOULD',
    rule: 'With little data, Status is that of genesis.',
    tests: [
      'test/network/handshake.test.ts > the handshake > tells our own Status: genesis at first, then what was set',
    ],
    deviates:
      'Before the bootstrap our Status names slot 0 and zero roots: the root of the genesis block is in no configuration. Afterwards it names the newest verified finalized block, with nothing before it available, since some nodes send those away that stay at genesis.',
  },
]

export const lightClientP2p: SpecDocument = {
  spec: 'altair/light-client/p2p-interface.md',
  rules: [...gossip, ...reqresp],
  outside: [
    { what: 'comparing updates with the locally computed ones', why: 'for full nodes.' },
    { what: 'broadcasting updates as a member of the sync committee', why: 'a duty of validators.' },
    { what: 'Status of hybrid peers', why: 'there is no full node in here.' },
  ],
}

/** These three say only which containers an object of an epoch has. */
export const lightClientP2pLater: readonly SpecDocument[] = (['capella', 'deneb', 'electra', 'gloas'] as const).map(
  (fork) => ({
    spec: `${fork}/light-client/p2p-interface.md`,
    rules: [
      {
        id: `lc/${fork}/containers`,
        section: 'Global topics; Messages',
        level: 'states',
        rule: `Objects of the epochs of this fork have its containers, over gossip and Req/Resp.`,
        tests: [
          'test/gossip/every-fork.test.ts > %s > has objects of its epochs in its containers, by gossip and by request',
          'test/ssz/light-client/light-client-codec.test.ts > the fork of light-client objects > is that of the containers in force',
          'test/ssz/light-client/light-client-codec.test.ts > light-client objects > survive the round trip: $fork $kind',
        ],
      },
    ],
  }),
)
