import type { SeedSystem } from './types.ts'

export const nimbus: SeedSystem = {
  name: 'Nimbus',
  rules: [
    {
      id: 'nimbus/1',
      does: 'Half a minute after the start one bootstrap connection must have come about.',
      at: ['src/network/limits/enforce-limits.ts'],
      tests: [
        'test/network/manager.test.ts > half a minute after the start > it is told whether anybody was reached: %s',
        'test/network/events.test.ts > the events of a network > how its start went, half a minute after, once, with nobody to dial, too',
      ],
    },
    {
      id: 'nimbus/2',
      does: 'Twenty dials at once, a minute each; discovery every 5 s while peers are lacking; a warning when a quarter of the wanted is there.',
      at: ['src/peers/dialing/candidate-dialer.ts', 'src/peers/dialing/fill-address-book.ts'],
      tests: [
        'test/peers/dialing/candidate-dialer.test.ts > dialing candidates > dials no more at once than allowed',
        'test/peers/simulation/beacon-nodes.test.ts > among beacon nodes as they are > is not for a whole slot without somebody to hear heads from, although all send it away after half a minute, seed %s',
        'test/peers/simulation/swarm.test.ts > five hundred nodes with churn reach their target and keep it, knowing three seeds at first',
        'test/light-client/status/compute-status.test.ts > assess() > is connecting before the first peer and disconnected after the last, with the reason',
      ],
      deviates:
        'eight dials at once, ten seconds each: our targets are a tenth. There is no log to warn in; the status and the list of peers tell.',
    },
    {
      id: 'nimbus/3',
      does: 'Half as many again as wanted are let in; of those too many a fifth goes at a time.',
      at: ['src/network/limits/peer-limits.ts', 'src/peers/limits/prune.ts'],
      tests: [
        'test/network/manager-limits.test.ts > limits > let some more in than may stay, but no more than its clients into a relay',
        'test/peers/limits/prune.test.ts > peers beyond the limits > are a fifth of the limit at the most',
        'test/network/manager-limits.test.ts > a network that is full > lets a newcomer in, and then disconnects one with the words that it has too many peers',
      ],
      deviates: 'a tenth more is let in, so that newcomers have a chance.',
    },
    {
      id: 'nimbus/4',
      does: 'Not dialed again before: 5 min after a timeout, a day after another network, 10 min after a shutdown, an hour after a low score, 1 min after a loss.',
      at: ['src/peers/dialing/retry-delay.ts', 'src/peers/persistent/back-off.ts'],
      tests: [
        'test/peers/dialing/candidate-dialer.test.ts > dialing candidates > leaves alone for ten minutes anyone who said that it has too many peers, and for half a day anyone who banned it',
        'test/peers/dialing/candidate-dialer.test.ts > dialing candidates > dials a lost peer again after a minute when the connection had held',
        'test/peers/dialing/candidate-dialer.test.ts > dialing candidates > leaves a peer that offers nothing it needs, and does not come back within the day',
        'test/peers/persistent/back-off.test.ts > waits before dialing again > are long at once for a peer of another network, 30 s for such a bootnode',
      ],
    },
    {
      id: 'nimbus/5',
      does: 'Status both ways; refused are a finalized epoch after the head, a head ahead of the clock, another digest, another block at the same finality.',
      at: [
        'src/peers/handshake/handshake.ts',
        'src/peers/handshake/relevance.ts',
        'src/light-client/status/local-status.ts',
      ],
      tests: [
        'test/network/handshake.test.ts > the handshake > makes both sides count each other over tcp',
        'test/network/handshake.test.ts > the handshake > asks a dialer that sends none after five seconds',
        'test/peers/rules.test.ts > a Status > whose head lies in an epoch before the one that it finalized is not',
        'test/peers/rules.test.ts > a Status > ahead of our clock by a slot is relevant, and further ahead is a matter of clocks, not of networks',
        'test/peers/rules.test.ts > a Status > with another fork digest is not, in words',
        'test/peers/rules.test.ts > a Status > that finalized another block in the same epoch is not relevant',
        'test/light-client/status/local-status.test.ts > the Status of a node that has verified a finalized block > is relevant to peers: block of slot %i',
      ],
    },
    {
      id: 'nimbus/6',
      does: 'Scores from 300 at first to 1000 at most, out below 0: less for poor, invalid and missing answers, more for good ones. Peers are borrowed by score, then by speed.',
      at: [
        'src/peers/scoring/score.ts',
        'src/peers/scoring/peer-scores.ts',
        'src/peers/scoring/select.ts',
        'src/reqresp/request/response-times.ts',
      ],
      tests: [
        'test/peers/scoring/score.test.ts > the score book > bans at once for a fatal penalty, however good the peer was',
        'test/peers/scoring/score.test.ts > the score book > keeps scores within ±100, and is not moved by a clock that is set back',
        'test/peers/rules.test.ts > choosing a peer to ask > takes a good score for some slowness, and how the method was answered for more than pings',
        'test/peers/rules.test.ts > choosing a peer to ask > prefers those that have not failed lately, then the quickest, among those that offer a version',
        'test/reqresp/request/response-times.test.ts > the measured speed of a peer > is a moving mean of first byte and bandwidth',
      ],
      deviates: 'from −100 to 100, fading to 0, a ban at −50; what is asked goes to speed first.',
    },
    {
      id: 'nimbus/7',
      does: 'Metadata asked for every half hour, three failures and out. Trimmed are those of least use to the topics, never direct peers, never newcomers.',
      at: ['src/peers/handshake/metadata.ts', 'src/peers/handshake/ping-loop.ts', 'src/peers/limits/peer-value.ts'],
      tests: [
        'test/network/handshake.test.ts > the handshake > asks for metadata, and again when a ping of either side tells another sequence number, once each',
        'test/peers/handshake/ping-loop.test.ts > pings > give a peer up after two in a row without an answer',
        'test/peers/limits/peer-value.test.ts > peers to disconnect > is anyone who offers nothing, before anyone who has a bad score, before anyone who serves',
        'test/peers/limits/peer-value.test.ts > peers to disconnect > is nobody persistent, nobody in its first minute, and not the last that offers what is needed',
      ],
      deviates: 'metadata is asked for when a ping reports a change; unanswered pings are what gives a peer up.',
    },
    {
      id: 'nimbus/8',
      does: 'A budget of requests for each peer and twice that for all; who goes beyond it waits and is not refused.',
      at: ['src/reqresp/limits/rate-limit.ts', 'src/reqresp/reqresp.ts'],
      tests: [
        'test/reqresp/respond/serve.test.ts > limits > delay what exceeds the quota of a method, rather than refuse it',
        'test/reqresp/respond/serve.test.ts > limits > delay what exceeds the quota of all peers together, though each keeps to its own',
      ],
    },
    {
      id: 'nimbus/9',
      does: 'Two peers are asked for light-client data at once and the first progress counts; forced updates only after a long stall; the newest finalized header and a committee for each period are stored, so that a restart needs no bootstrap; topics joined when synced, and kept an epoch across a fork; another fork’s context is rejected.',
      at: [
        'src/light-client/follower.ts',
        'src/reqresp/request/failover.ts',
        'src/light-client/verification/force-update.ts',
        'src/light-client/resume/persist-resume-point.ts',
        'src/gossip/registry/rotation.ts',
      ],
      tests: [
        'test/reqresp/request/hedging.test.ts > a request that names no peer > is put to the next best as well when no first byte comes in time, and takes the answer that comes first',
        'test/light-client/sync/request-from-peers.test.ts > asking several peers > asks two at once, the quickest among them',
        'test/light-client/verification/forged-committee.test.ts > a committee whose aggregate key is not the sum of its keys > cannot advance a period by a forced update',
        'test/light-client/resume.test.ts > a light client with a storage > goes on after a restart from what it verified, though nobody has its checkpoint any more',
        'test/gossip/registry/rotation.test.ts > topics rotate > by joining an epoch before a fork and leaving two epochs after, blob-parameter forks alike',
        'test/reqresp/request/request-faults.test.ts > request() over %s > refuses an object under the digest of another fork',
      ],
      deviates:
        'stored is the committee of the finalized header’s own period, which is what goes on from there; there is no forced update.',
    },
    {
      id: 'nimbus/10',
      does: 'A record is compatible with the same digest and the same next fork, or with a next version higher than ours.',
      at: ['src/discovery/peer-exchange/read-records.ts', 'src/network/discovery/fork-compatibility.ts'],
      tests: [
        'test/network/discovery/fork-compatibility.test.ts > a network > that has half of the peers it wants dials nobody who expects another fork than the one that is near',
        'test/network/discovery/discv5.test.ts > discv5 > passes over nodes of another network',
        'test/discovery/spec-fork-id.test.ts > a peer whose record expects another fork than ours > is dialed all the same, and no fault of who reported it',
      ],
      deviates:
        'the digest decides: one that expects another fork is a peer until that fork, as the specification has it. Only while it is near is such a one not dialed.',
    },
  ],
}
