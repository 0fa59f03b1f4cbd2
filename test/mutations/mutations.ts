/** A rule of the light client taken out of use, and the tests that must notice. */
export interface Mutation {
  readonly rule: string
  readonly file: string
  /** Text that stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** Test files of which one at least must fail. */
  readonly tests: readonly string[]
}

const attacks = 'test/adversary/attacks.test.ts'
const twoThirds = 'test/light-client/two-thirds.test.ts'
const board = 'test/light-client/head-board.test.ts'
const asking = 'test/light-client/request-from-peers.test.ts'
const rules = 'test/light-client/gossip-rules.test.ts'
const quorum = 'test/light-client/checkpoint-quorum.test.ts'
const status = 'test/light-client/assess.test.ts'

const specGossip = 'test/gossip/spec-gossip.test.ts'
const everyFork = 'test/gossip/every-fork.test.ts'
const serving = 'test/light-client/spec-serving.test.ts'
const recorded = 'test/light-client/follow-recorded.test.ts'

/** Every guard by which heads cannot be faked, frozen or held back, and rules of the conformance table that a pure test alone showed. */
export const mutations: readonly Mutation[] = [
  {
    rule: 'the store takes nothing below two thirds',
    file: 'src/light-client/verified-store.ts',
    find: 'if (!hasSupermajority(object.value.syncAggregate)) {',
    replace: 'if (false) {',
    tests: [twoThirds],
  },
  {
    rule: 'updates below two thirds are not processed when a peer sends them',
    file: 'src/light-client/receive-update.ts',
    find: 'const strong = hasSupermajority(syncAggregate)',
    replace: 'const strong = true',
    tests: [attacks, 'test/light-client/receive-update.test.ts'],
  },
  {
    rule: 'two thirds are two thirds, and not a third',
    file: 'src/light-client/verification/update.ts',
    find: 'return participantsOf(aggregate) * 3 >= aggregate.syncCommitteeBits.bitLen * 2',
    replace: 'return participantsOf(aggregate) * 3 >= aggregate.syncCommitteeBits.bitLen',
    tests: [twoThirds, attacks],
  },
  {
    rule: 'what is known or older costs no signature check',
    file: 'src/light-client/verified-store.ts',
    find: 'if (!always && addsNothing(',
    replace: 'if (false && addsNothing(',
    tests: [twoThirds],
  },
  {
    rule: 'better evidence of a header replaces worse',
    file: 'src/light-client/verified-store.ts',
    find: 'return proves(header) && participation > known.participation ? { ...known, participation } : known',
    replace: 'return known',
    tests: [twoThirds],
  },
  {
    rule: 'one peer causes eight signature checks a slot at most',
    file: 'src/light-client/receive-update.ts',
    find: 'if (taken >= CHECKS_PER_SLOT) {',
    replace: 'if (false) {',
    tests: ['test/light-client/receive-update.test.ts'],
  },
  {
    rule: 'an early update waits for its slot',
    file: 'src/light-client/receive-update.ts',
    find: 'if (ahead <= EARLY_SLOTS) waitForSlot(update, peer, process)',
    replace: '',
    tests: ['test/light-client/receive-update.test.ts'],
  },
  {
    rule: 'a penalty waits until the committee that it rests on is checked',
    file: 'src/light-client/receive-update.ts',
    find: 'if (verified.committeesChecked || ',
    replace: 'if (true || ',
    tests: ['test/light-client/receive-update.test.ts'],
  },
  {
    rule: 'a penalty is dropped with the committee that proved forged',
    file: 'src/light-client/receive-update.ts',
    find: 'if (rollbacks === asOf && !signal.aborted)',
    replace: 'if (!signal.aborted)',
    tests: ['test/light-client/receive-update.test.ts'],
  },
  {
    rule: 'an answer counts by what it does to the plan',
    file: 'src/light-client/fetcher.ts',
    find: 'if (!changed || planKey(plan()) === before) return false',
    replace: 'if (!changed) return false',
    tests: [attacks],
  },
  {
    rule: 'several peers are asked at once',
    file: 'src/light-client/request-from-peers.ts',
    find: 'const PARALLEL = 2',
    replace: 'const PARALLEL = 1',
    tests: [asking],
  },
  {
    rule: 'another peer is asked when an answer brings nothing',
    file: 'src/light-client/request-from-peers.ts',
    find: 'else if (!start() && running.size === 0) over.resolve()',
    replace: 'else over.resolve()',
    tests: [asking, attacks],
  },
  {
    rule: 'another peer is asked when nothing comes for two seconds',
    file: 'src/light-client/request-from-peers.ts',
    find: '    cancelHedge = clock.setTimer(() => {\n      start()',
    replace: '    cancelHedge = clock.setTimer(() => {',
    tests: [asking],
  },
  {
    rule: 'peers of other paths are asked first',
    file: 'src/light-client/request-from-peers.ts',
    find: 'const drawn = fresh.length > 0 ? fresh : pool',
    replace: 'const drawn = pool',
    tests: [asking],
  },
  {
    rule: 'range limits of peers are learned by halving',
    file: 'src/light-client/range-limits.ts',
    find: 'count: Math.floor(asked / 2)',
    replace: 'count: asked',
    tests: ['test/light-client/range-limits.test.ts', attacks],
  },
  {
    rule: 'what nobody could answer is asked again of a new peer at once',
    file: 'src/light-client/retries.ts',
    find: 'return peers.some(({ id }) => !asked.has(id)) && asked.size < MAX_PEERS',
    replace: 'return false',
    tests: ['test/light-client/retries.test.ts'],
  },
  {
    rule: 'gossip: not early',
    file: 'src/light-client/gossip-rules.ts',
    find: 'return receivedAtMs < slotClock.syncMessageDueMs(update.value.signatureSlot) - MAXIMUM_GOSSIP_CLOCK_DISPARITY_MS',
    replace: 'return false',
    tests: [rules, 'test/light-client/follow-gossip.test.ts'],
  },
  {
    rule: 'gossip: not early is asked before forwarding',
    file: 'src/light-client/follow-gossip.ts',
    find: '!isTooEarly(update, slotClock, receivedAtMs) && ',
    replace: '',
    tests: ['test/light-client/follow-gossip.test.ts'],
  },
  {
    rule: 'gossip: newer than what was forwarded',
    file: 'src/light-client/follow-gossip.ts',
    find: ' && !isRepeated(update, forwarded)',
    replace: '',
    tests: ['test/light-client/follow-gossip.test.ts'],
  },
  {
    rule: 'gossip: advances the store, or matches the finality update forwarded last',
    file: 'src/light-client/follow-gossip.ts',
    find: 'const verdict = verdictAfterProcessing(update, verified, forwarded)',
    replace: "const verdict = 'accept' as Verdict",
    tests: ['test/light-client/follow-gossip.test.ts'],
  },
  {
    rule: 'gossip: what is forwarded is verified, though it is known',
    file: 'src/light-client/follow-gossip.ts',
    find: '{ always: forwards }',
    replace: '{}',
    tests: ['test/light-client/follow-gossip.test.ts'],
  },
  {
    rule: 'gossip: nothing below two thirds is forwarded',
    file: 'src/light-client/gossip-rules.ts',
    find: "if (!hasTwoThirds(update)) return 'ignore'",
    replace: '',
    tests: [rules],
  },
  {
    rule: 'two headers of one slot are a conflict',
    file: 'src/light-client/conflicts.ts',
    find: 'return optimisticConflict(attested) ?? leavesBranch(state, attested)',
    replace: 'return leavesBranch(state, attested)',
    tests: [twoThirds],
  },
  {
    rule: 'two finalized headers of one checkpoint are a conflict',
    file: 'src/light-client/conflicts.ts',
    find: 'if (conflict !== undefined) return conflict\n',
    replace: '',
    tests: [twoThirds],
  },
  {
    rule: 'contested finality moves only along what descends from it',
    file: 'src/light-client/conflicts.ts',
    find: "if (conflict.kind === 'finalized') finalityContested = true",
    replace: '',
    tests: [twoThirds],
  },
  {
    rule: 'a conflict names the sender of both headers',
    file: 'src/light-client/follower.ts',
    find: 'if (sender !== undefined) agreement.note(sender, [other.root])',
    replace: '',
    tests: ['test/light-client/conflict.test.ts'],
  },
  {
    rule: 'a conflict is told once',
    file: 'src/light-client/follower.ts',
    find: "if (isNew) network.emit({ type: 'conflict', ...conflict })",
    replace: "network.emit({ type: 'conflict', ...conflict })",
    tests: ['test/light-client/conflict.test.ts'],
  },
  {
    rule: 'a head is shown from so many independent paths on',
    file: 'src/light-client/head-board.ts',
    find: 'if (agreement.paths < options.minAgreement) {',
    replace: 'if (false) {',
    tests: [board],
  },
  {
    rule: 'a head may be confirmed after the next one has come',
    file: 'src/light-client/head-board.ts',
    find: 'const MAX_RECENT = 8',
    replace: 'const MAX_RECENT = 1',
    tests: [board],
  },
  {
    rule: 'a peer that confirms a head that is not the newest is heard',
    file: 'src/light-client/receive-update.ts',
    find: 'options.onHeaders(peer, rootsOf(update).filter(options.isVerified))',
    replace: '',
    tests: [attacks],
  },
  {
    rule: 'a peer that does not answer holds up no confirmation',
    file: 'src/light-client/fetcher.ts',
    find: 'const asking = { maxPeers: length, parallel: MAX_PARALLEL, complete: enough, signal: limit.signal }',
    replace: 'const asking = { maxPeers: length, complete: () => false, signal }',
    tests: [attacks],
  },
  {
    rule: 'a quorum of providers does not wait for the slowest',
    file: 'src/light-client/checkpoint.ts',
    find: '(most >= quorum && most > (second?.count ?? 0) + left)',
    replace: 'false',
    tests: [quorum],
  },
  {
    rule: 'being quick does not decide where others could still equal a quorum',
    file: 'src/light-client/checkpoint.ts',
    find: 'most > (second?.count ?? 0) + left',
    replace: 'true',
    tests: [quorum],
  },
  {
    rule: 'many peers on one path are one',
    file: 'src/light-client/agreement.ts',
    find: 'if (known.paths.size < MAX_PATHS) known.paths.add(path)',
    replace: 'if (known.paths.size < MAX_PATHS) known.paths.add(peer)',
    tests: ['test/light-client/agreement.test.ts'],
  },
  {
    rule: 'a head is not told twice',
    file: 'src/light-client/head-board.ts',
    find: '    board.replace({',
    replace: '    board.set({',
    tests: [board],
  },
  {
    rule: 'the finalized header grows too old while running',
    file: 'src/light-client/fetcher.ts',
    find: 'const error = slot === undefined ? undefined : ageError(slot,',
    replace: 'const error = slot !== undefined ? undefined : ageError(0,',
    tests: ['test/light-client/age.test.ts'],
  },
  {
    rule: 'providers are asked for a newer checkpoint where peers cannot lead on',
    file: 'src/light-client/follower.ts',
    find: '} else if (fetcher.stuck) await renew()',
    replace: '}',
    tests: ['test/light-client/age.test.ts'],
  },
  {
    rule: 'a head ahead of the clock is not "following"',
    file: 'src/light-client/assess.ts',
    find: '(behind > stalledAfterSlots || behind < 0)',
    replace: 'behind > stalledAfterSlots',
    tests: [status],
  },
  {
    rule: 'a peer that holds heads back is named',
    file: 'src/light-client/assess.ts',
    find: '...evidenceReason(situation),',
    replace: '',
    tests: [status],
  },
  {
    rule: 'conformance: two thirds on gossip are more than two thirds',
    file: 'src/light-client/gossip-rules.ts',
    find: 'return bits.getTrueBitIndexes().length * 3 > bits.bitLen * 2',
    replace: 'return bits.getTrueBitIndexes().length * 3 > bits.bitLen',
    tests: [rules],
  },
  {
    rule: 'conformance: topics are joined an epoch ahead',
    file: 'src/gossip/rotation.ts',
    find: 'const JOIN_EPOCHS_BEFORE = 1',
    replace: 'const JOIN_EPOCHS_BEFORE = 0',
    tests: [everyFork],
  },
  {
    rule: 'conformance: topics are left two epochs after',
    file: 'src/gossip/rotation.ts',
    find: 'const LEAVE_EPOCHS_AFTER = 2',
    replace: 'const LEAVE_EPOCHS_AFTER = 1',
    tests: [everyFork],
  },
  {
    rule: 'conformance: Gloas has its own containers on the wire',
    file: 'src/ssz/light-client-forks.ts',
    find: "gloas: 'gloas'",
    replace: "gloas: 'electra'",
    tests: [everyFork, 'test/ssz/light-client-codec.test.ts'],
  },
  {
    rule: 'conformance: messages of unknown topics are rejected',
    file: 'src/gossip/guard.ts',
    find: "if (unknown > 0 && !charge(id, 'gossip_malformed', unknown)) return false",
    replace: '',
    tests: [specGossip],
  },
  {
    rule: 'conformance: message ids have 20 bytes',
    file: 'src/gossip/guard.ts',
    find: ' || namesOtherIds(rpc)',
    replace: '',
    tests: [specGossip],
  },
  {
    rule: 'conformance: ids of IWANT have 20 bytes',
    file: 'src/gossip/guard.ts',
    find: 'control?.iwant, ',
    replace: '',
    tests: [specGossip],
  },
  {
    rule: 'conformance: gossipsub has the parameters of the specification',
    file: 'src/gossip/router.ts',
    find: '...gossipParameters(chain, role, scoreOf),',
    replace: '...(gossipParameters(chain, role, scoreOf) && {}),',
    tests: [specGossip],
  },
  {
    rule: 'conformance: a relay sends to all of its clients',
    file: 'src/gossip/parameters.ts',
    find: 'floodPublish: true',
    replace: 'floodPublish: false',
    tests: [specGossip],
  },
  {
    rule: 'conformance: message ids are those of the specification on the wire',
    file: 'src/gossip/router.ts',
    find: 'msgIdFn: ({ topic, data }) => idOf(topic, data)',
    replace: 'msgIdFn: ({ data }) => idOf("", data)',
    tests: [specGossip],
  },
  {
    rule: 'conformance: a range begins with the earliest known update',
    file: 'src/light-client/verified-data.ts',
    find: '    firstPeriod: (from) => firstFrom(updates.keys(), from),\n',
    replace: '',
    tests: [serving],
  },
  {
    rule: 'conformance: nothing from beyond a range is answered',
    file: 'src/light-client/serve.ts',
    find: 'count - (first - startPeriod)',
    replace: 'count',
    tests: [serving],
  },
  {
    rule: 'conformance: lengths are read over 64 bits',
    file: 'src/wire/varint.ts',
    find: '  return value\n',
    replace: '  return BigInt(Number(value))\n',
    tests: ['test/wire/varint.test.ts'],
  },
  {
    rule: 'conformance: a request that is over is reset',
    file: 'src/reqresp/ask-peer.ts',
    find: 'else reset(stream, error)',
    replace: 'else letGo(stream, clock)',
    tests: ['test/reqresp/request-endings.test.ts'],
  },
  {
    rule: 'conformance: the own period is asked for while its next committee is unknown',
    file: 'src/light-client/sync-plan.ts',
    find: 'const committeeMissing = !position.nextSyncCommitteeKnown && finalizedPeriod === optimisticPeriod',
    replace: 'const committeeMissing = false',
    tests: ['test/light-client/sync-plan.test.ts', 'test/light-client/spec-process.test.ts'],
  },
  {
    rule: 'conformance: the Status names the verified checkpoint',
    file: 'src/light-client/follower.ts',
    find: '    network.setStatus(localStatusOf(chain, finalized, heads.optimistic.value ?? finalized))\n',
    replace: '',
    tests: [recorded],
  },
  {
    rule: 'conformance: nothing is forced: without a proof of finality nothing becomes final',
    file: 'src/light-client/verification/process-update.ts',
    find: '    isFinalityUpdate(update) &&\n    periodOfSlot(chain, attestedHeader',
    replace: '    periodOfSlot(chain, attestedHeader',
    tests: [twoThirds],
  },
]
