import type { SeedSystem } from './types.ts'

export const cometbft: SeedSystem = {
  name: 'CometBFT 0.34',
  rules: [
    {
      id: 'cometbft/1',
      does: 'One second to dial, three for the handshake, five for filters; a second connection to an address is refused; anyone who answers must be who was dialed.',
      at: [
        'src/peers/connections/dial.ts',
        'src/peers/connections/connection-gater.ts',
        'src/network/node/libp2p-config.ts',
      ],
      tests: [
        'test/network/lifecycle.test.ts > connecting > fails in words where nobody listens, where another peer does, and where no transport leads',
        'test/peers/connections/connection-gater.test.ts > the gater > refuses banned peers at each door',
        'test/peers/rules.test.ts > a peer > with two connections keeps the same one on both sides when each dialed the other',
      ],
      deviates:
        'ten seconds in all, the next address of a peer a quarter of a second after the last: a page dials across TLS and tunnels.',
    },
    {
      id: 'cometbft/2',
      does: 'Why a peer was refused is one of few reasons: twice there, filtered, not who it says, ourselves, not compatible.',
      at: ['src/errors/codes.ts', 'src/peers/connections/disconnect.ts', 'src/peers/manager/peer-registry.ts'],
      tests: [
        'test/network/events.test.ts > the events of a network > a dial of a %s peer that fails: where, and why',
        'test/network/events.test.ts > the events of a network > a %s peer of another network',
        'test/network/manager.test.ts > every peer > is reported while it is dialed, when it counts, and after it left, with why',
        'test/peers/rules.test.ts > a peer > that dialed twice has its first connection tried before the second is refused',
      ],
    },
    {
      id: 'cometbft/3',
      does: 'A bounded description of each node; compatible are the same network and version with one channel in common.',
      at: [
        'src/peers/handshake/relevance.ts',
        'src/peers/handshake/handshake.ts',
        'src/network/discovery/start-discovery.ts',
      ],
      tests: [
        'test/network/handshake.test.ts > the handshake > refuses a peer of another chain on both sides, and parts with goodbye 1',
        'test/peers/connections/connections.test.ts > a peer that was met > counts as soon as identify has told, with an agent of a bounded length',
        'test/network/discovery/start-discovery.test.ts > discovery > leaves a discovered peer that offers nothing of what is wanted',
      ],
    },
    {
      id: 'cometbft/4',
      does: 'One dial for each peer; 40 peers in and 10 out, persistent ones apart, unconditional ones past both; dials at the start shuffled, up to 3 s apart.',
      at: [
        'src/network/limits/peer-limits.ts',
        'src/peers/dialing/candidate-dialer.ts',
        'src/peers/limits/prune.ts',
        'src/peers/limits/inbound-gate.ts',
      ],
      tests: [
        'test/network/lifecycle.test.ts > starting > dials a peer once, although it is one to keep and asked for at the same moment',
        'test/peers/limits/prune.test.ts > peers beyond the limits > do not come from unconditional and persistent peers, which do not count either',
        'test/peers/limits/inbound-gate.test.ts > the gate for inbound connections > lets an unconditional peer in when it is full, and still nobody else',
        'test/network/manager-limits.test.ts > limits > reserve room for peers that we dial',
      ],
      deviates: 'dials are up to a quarter of a second apart: the first head is waited for.',
    },
    {
      id: 'cometbft/5',
      does: 'Persistent peers are redialed twenty times every 5 to 8 s, then ten times ever later, then given up. libp2p gives up after five.',
      at: ['src/peers/persistent/persistent-peers.ts', 'src/peers/persistent/back-off.ts'],
      tests: [
        'test/peers/persistent/persistent-peers.test.ts > keeping peers > dials at once, and for ever with growing waits',
        'test/network/lifecycle.test.ts > a bootnode that dies and comes back > is told by the status, dialed again over tcp, and heard again',
      ],
      deviates: 'for ever, 30 s apart at the most: who closes a laptop for a night wants it to work in the morning.',
    },
    {
      id: 'cometbft/6',
      does: 'Each part of a node learns of a peer before it starts, once it is there, and when it is gone; it leaves the set of peers last.',
      at: ['src/peers/connections/connections.ts', 'src/peers/manager/create-peer-manager.ts'],
      tests: [
        'test/peers/connections/connections.test.ts > a peer that was met > is reported as connected and disconnected once, with the reason',
        "test/peers/manager/lifecycle.test.ts > a peer's states > end when the connection is lost, whatever came before",
        'test/peers/connections/connections.test.ts > a peer that was met > is forgotten by the peer store, but only once it is long gone',
        'test/gossip/libp2p-regressions.test.ts > what is known of a peer > is kept while it is connected, however long, and gossip forgets it once it leaves',
      ],
      deviates:
        'no part learns of peers: request/response and gossip hang on libp2p, and nobody above them holds a connection.',
    },
    {
      id: 'cometbft/7',
      does: 'Packets of several channels take turns by priority and what was sent; pings every 60 s, 45 s to answer; 5 MB/s; a send that cannot wait is tried and let be.',
      at: [
        'src/reqresp/limits/request-queue.ts',
        'src/reqresp/limits/rate-limit.ts',
        'src/reqresp/limits/outbound-rate-limit.ts',
        'src/gossip/gossipsub/stream-health.ts',
      ],
      tests: [
        'test/reqresp/limits/request-queue.test.ts > the priority of a request > decides among those that wait, and the order of asking among equals',
        'test/reqresp/limits/request-queue.test.ts > the priority of a request > keeps nobody waiting for ever: fewer than 32 later ones pass a low one, fewer than eight a normal one',
        'test/reqresp/units.test.ts > a quota > lets a burst of its tokens pass, then one every windowMs/tokens',
        'test/gossip/libp2p-regressions.test.ts > a listener that does not read > is released once its buffer is full, so that it can come back and hear',
        'test/tunnel/bandwidth-limiter.test.ts > a pacer > shares speed evenly between clients, however many tunnels each has',
      ],
      deviates:
        'the muxer has the packets: priority and pace are those of requests, and speed is bounded where we carry the bytes of others, in the tunnel.',
    },
    {
      id: 'cometbft/8',
      does: 'While peers are lacking, each new peer is asked for others, and one by chance, every 30 s; asking more often than every 10 s, or answering unasked, is a ban for a day; 32 to 250 addresses, 23 % of the book.',
      at: [
        'src/discovery/peer-exchange/exchange-source.ts',
        'src/discovery/peer-exchange/answer-exchange.ts',
        'src/peers/dialing/fill-address-book.ts',
        'src/peers/dialing/admit-candidate.ts',
      ],
      tests: [
        'test/discovery/peer-exchange/peer-exchange.test.ts > peers as a source of peers > asks each once a minute, and says who told',
        'test/discovery/peer-exchange/peer-exchange.test.ts > answering peer exchange > reports no more than were asked for',
        'test/discovery/peer-exchange/peer-exchange.test.ts > records that a peer reports > %s',
        'test/network/discovery/start-discovery.test.ts > discovery > bans a peer that reports forged records',
        'test/peers/dialing/candidate-dialer.test.ts > filling the address book > takes no more than a third of what it knows from one source',
      ],
      deviates:
        '30 signed records at the most, and no more often than once a minute; an answer unasked cannot be, since each belongs to a request, and who asks too often waits.',
    },
    {
      id: 'cometbft/9',
      does: 'Addresses in 256 new and 64 old buckets of 64, by range; in four new ones at the most; new ones drawn more often the more peers there are; bad after a week unseen, three failures and never reached, or ten in a week; not judged for a minute; saved every two.',
      at: [
        'src/peers/address-book/address-book.ts',
        'src/peers/address-book/buckets.ts',
        'src/peers/address-book/quality.ts',
        'src/peers/address-book/persistent-book.ts',
      ],
      tests: [
        'test/peers/address-book/address-book.test.ts > an address book under attack > keeps what was reached from being displaced by what is only reported',
        'test/peers/address-book/address-book.test.ts > an address book under attack > lets one source fill no more than an eighth of it',
        'test/peers/address-book/address-book.test.ts > the address book > tolerates one that was reached before through ten failures in a week',
        'test/peers/address-book/address-book.test.ts > the address book > forgets anyone who was not heard of for a week',
        'test/peers/address-book/persistent-book.test.ts > the stored address book > is written every two minutes when something changed, and only then',
        'test/peers/simulation/attacks.test.ts > an honest peer stays connected > where liars report ten thousand addresses at which nobody is',
      ],
      deviates:
        'those reached before are drawn seven times in ten and more, however many others were reported: in the simulation an attacker that reported 500 had every slot for an hour at a time.',
    },
    {
      id: 'cometbft/10',
      does: 'Each failed dial doubles the wait; more than sixteen are a bad mark for a day, after which the peer is taken up again. Banned, own, private and unroutable addresses are refused.',
      at: [
        'src/peers/dialing/retry-delay.ts',
        'src/peers/address-book/quality.ts',
        'src/peers/connections/connection-gater.ts',
        'src/peers/connections/private-address.ts',
      ],
      tests: [
        'test/peers/dialing/candidate-dialer.test.ts > dialing candidates > dials ever more seldom at a world in which nobody answers',
        'test/peers/dialing/candidate-dialer.test.ts > dialing candidates > gives up for a day on anyone who could not be reached three times, while others can be',
        'test/peers/address-book/address-book.test.ts > the address book > gives up on one that was never reached after three attempts, and takes it up again when it is reported again and reached',
        'test/network/discovery/start-discovery.test.ts > discovery > does not dial into the private network that an unknown peer reports',
        'test/peers/connections/connection-gater.test.ts > the gater > dials private addresses only where they were named, with or without the peer id, or are allowed',
      ],
      deviates: 'a bad mark comes after three failures already; none comes while nobody at all is connected.',
    },
    {
      id: 'cometbft/11',
      does: 'A seed crawls every 30 s, each peer once in two minutes, answers and disconnects, reports those reached in seven of ten, and lets peers go after 28 h.',
      at: ['src/peers/limits/crawl.ts', 'src/network/discovery/peer-exchange.ts'],
      tests: [
        'test/peers/limits/crawl.test.ts > a seed > reaches every peer that it learns of, and holds no more than it wants',
        'test/peers/limits/crawl.test.ts > a seed > reaches everyone again within seven hours, those that it holds included',
        'test/peers/limits/crawl.test.ts > a seed > no longer counts as reached anyone who has gone',
        'test/network/manager.test.ts > a seed advertises those that it reached within a day, and no others',
      ],
      deviates:
        'it reports those alone that it reached; those who ask may stay, since the seed serves them the chain as well.',
    },
    {
      id: 'cometbft/12',
      does: 'A measure of trust of what is now, what was in two weeks, and how it falls.',
      at: ['src/peers/scoring/score.ts', 'src/peers/scoring/peer-scores.ts', 'src/peers/limits/peer-value.ts'],
      tests: [
        'test/peers/scoring/score.test.ts > the score book > lets scores fade by half in ten minutes',
        'test/peers/limits/peer-value.test.ts > peers to disconnect > spares the fifth that has been there longest and is useful, however much others offer',
      ],
      deviates:
        'a score that fades, and slots for those that have been of use longest: a light client has its peers for minutes, not weeks. What is remembered longer is in the address book.',
    },
    {
      id: 'cometbft/13',
      does: 'Asks the router for a port by UPnP.',
      dropped: 'a light client need not be dialed, and should not open the network of its user.',
    },
  ],
}
