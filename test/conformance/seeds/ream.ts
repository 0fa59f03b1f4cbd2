import type { SeedSystem } from './types.ts'

export const ream: SeedSystem = {
  name: 'Ream',
  rules: [
    {
      id: 'ream/1',
      does: 'One configuration for discovery, gossip and the data folder; bootnodes as the published ones, none, records, multiaddrs or a file.',
      at: [
        'src/network/bootstrap-list.ts',
        'src/discovery/bootstrap-list/bootstrap-list.ts',
        'src/network/discovery/default-discv5.ts',
      ],
      tests: [
        'test/network/bootstrap-list.test.ts > a network with a bootstrap list > connects to its peers, by record, by address, and by a name that DNS knows',
        'test/discovery/bootstrap-list/bootstrap-list.test.ts > a bootstrap list > reads %s as a YAML parser does, and each record verifies',
        'test/light-client/default-discv5.test.ts > a light client in Node with nobody named > finds a peer to follow from the bootnodes that are published for its chain',
        'test/network/discovery/start-discovery.test.ts > discovery > dials nobody where no peers are wanted',
      ],
    },
    {
      id: 'ream/2',
      does: 'A request ends in a response, the end of the stream, a timeout or a disconnect.',
      at: ['src/reqresp/request/response-stream.ts', 'src/reqresp/timeouts.ts'],
      tests: [
        'test/reqresp/round-trip.test.ts > over %s > light-client updates by range: every chunk under the digest of its own fork',
        'test/reqresp/request/request-faults.test.ts > request() over %s > gives up on a %s peer with `%s`',
        'test/reqresp/aborts.test.ts > over %s, at every step > of a request > the end of the connection ends it with `peer_disconnected`',
      ],
    },
    {
      id: 'ream/3',
      does: 'Few connections in the handshake, 5 in and 16 out; one for each peer; Noise, yamux, identify; ten seconds to upgrade.',
      at: [
        'src/network/node/libp2p-config.ts',
        'src/network/limits/inbound-limits.ts',
        'src/peers/connections/resolve-duplicate-connection.ts',
      ],
      tests: [
        'test/peers/limits/inbound-gate.test.ts > the gate for inbound connections > lets nobody hold the door open: unfinished handshakes of one network group are few',
        'test/peers/dialing/candidate-dialer.test.ts > dialing candidates > dials no more at once than allowed',
        'test/network/handshake.test.ts > two connections to one peer > become one when each dialed the other, and gossip goes on over it',
        'test/network/spec-transport.test.ts > a node > agrees on Noise alone, over multistream-select 1.0',
      ],
      deviates:
        '50 in, ten of them from one network group, 8 out; five seconds to upgrade; mplex, too, since most beacon nodes know nothing else.',
    },
    {
      id: 'ream/4',
      does: 'A peer is connecting, connected, disconnecting or disconnected, and only a matching Status connects it; direction, record, Status, metadata, last seen. Pings every 300 s, stale after 360 s.',
      at: ['src/peers/manager/lifecycle.ts', 'src/peers/manager/peer-registry.ts', 'src/peers/handshake/ping-loop.ts'],
      tests: [
        "test/peers/manager/lifecycle.test.ts > a peer's states > lead to counting by a connection, a matching Status and identify, and by nothing less, in each of all six-step lives",
        "test/peers/manager/lifecycle.test.ts > a peer's states > are shown as four, of which only one means that the peer is ready",
        'test/network/manager.test.ts > every peer > is reported while it is dialed, when it counts, and after it left, with why',
        'test/network/manager.test.ts > every peer > comes with its record where one is known',
        'test/peers/handshake/ping-loop.test.ts > pings > give a peer up after two in a row without an answer',
      ],
      deviates: 'pings every 15 or 20 s: a page learns by nothing else that its network is gone.',
    },
    {
      id: 'ream/5',
      does: 'Anyone who dials sends Status and Ping; another sequence number has the metadata asked for.',
      at: [
        'src/peers/handshake/handshake.ts',
        'src/peers/handshake/ping-and-status.ts',
        'src/peers/handshake/metadata.ts',
      ],
      tests: [
        'test/peers/connections/connections.test.ts > a peer that was met > is sent our Status in the very turn in which we dialed it, and is not kept waiting for anything',
        'test/peers/handshake/ping-loop.test.ts > pings > go out at once to a peer that we dialed, then regularly, until it is gone',
        'test/network/handshake.test.ts > the handshake > asks for metadata, and again when a ping of either side tells another sequence number, once each',
      ],
    },
    {
      id: 'ream/6',
      does: 'Discovery by random lookups of 16, for nodes of the same digest that have TCP, or are on a subnet; a record with eth2, attnets, syncnets, cgc and nfd.',
      at: [
        'src/platform/node/discv5/start-discv5.ts',
        'src/discovery/peer-exchange/read-records.ts',
        'src/network/discovery/local-enr.ts',
      ],
      tests: [
        'test/network/discovery/discv5.test.ts > discv5 > lets three nodes find each other that know of one bootnode only',
        'test/network/discovery/discv5.test.ts > discv5 > passes over nodes of another network',
        'test/network/discovery/discv5.test.ts > discv5 > reports the next digest as soon as it is in force',
      ],
      deviates:
        'any transport that we have will do, not TCP alone; a light client is on no subnet and looks for none. What of cgc and nfd is asked for says [conformance](conformance.md).',
    },
    {
      id: 'ream/7',
      does: 'Ten seconds for each chunk, five to read a request, fifteen for all of it; a bound on chunks; two requests of a protocol at once.',
      at: ['src/reqresp/timeouts.ts', 'src/reqresp/limits/request-queue.ts', 'src/reqresp/reqresp.ts'],
      tests: [
        'test/reqresp/fault-matrix.test.ts > over %s > a requester > gives up with `chunk_timeout` on a peer that sends each byte in time, but not the chunk',
        'test/reqresp/fault-matrix.test.ts > over %s > a responder > refuses with code 1 a peer that sends each byte in time, but not the request',
        'test/reqresp/request/request-faults.test.ts > request() over %s > stops reading at the last chunk that was asked for, however many are sent',
        'test/reqresp/request/request-endings.test.ts > requests at once > never are more than two of a method with one peer; the others follow in the order of asking',
        'test/reqresp/respond/serve.test.ts > limits > answer at most two requests of a peer and method at once, the others in turn',
      ],
    },
    {
      id: 'ream/8',
      does: 'Lean mode: QUIC; bootnodes redialed after 20 to 30 s; Status every 4 s; a peer that is slow five times in a row is banned for half an hour while others are left.',
      at: [
        'src/platform/node/transports/transports.ts',
        'src/peers/persistent/back-off.ts',
        'src/peers/scoring/peer-scores.ts',
        'src/reqresp/request/failover.ts',
      ],
      tests: [
        'test/transports/node.test.ts > has QUIC where its add-on is installed',
        'test/peers/persistent/back-off.test.ts > waits before dialing again > follow what beacon nodes remember of peers that they sent away, and are 30 s for a bootnode',
        'test/peers/scoring/score.test.ts > the score book > bans at −50, for half an hour, and tells only the penalty that did it',
        'test/reqresp/request/hedging.test.ts > a request that names no peer > is put to the next best as well when no first byte comes in time, and takes the answer that comes first',
      ],
      deviates:
        'a slow peer is asked less and its requests are hedged, and each timeout costs it score; Status every five minutes, as other nodes tolerate it.',
    },
    {
      id: 'ream/9',
      does: 'Faults: optimistic updates dropped but for one; one context digest for all forks; Goodbye never sent; both versions of Status read as one; no light-client methods.',
      at: [
        'src/light-client/gossip/gossip-rules.ts',
        'src/reqresp/protocols/codecs.ts',
        'src/peers/connections/disconnect.ts',
        'src/reqresp/protocols/versions.ts',
      ],
      tests: [
        'test/light-client/gossip/gossip-rules.test.ts > the gossip rules for light-client updates > take an optimistic update only for a newer attested header',
        'test/reqresp/round-trip.test.ts > over %s > light-client updates by range: every chunk under the digest of its own fork',
        'test/network/lifecycle.test.ts > stopping > says goodbye to all, ends every stream, and may be asked for twice at once',
        'test/reqresp/round-trip.test.ts > with a peer that speaks an older version > status falls back to version 1, without the field that it lacks',
        'test/light-client/spec-serving.test.ts > a node that serves light-client data > begins a range with the earliest update that it has, and goes on in order to the first gap',
      ],
    },
  ],
}
