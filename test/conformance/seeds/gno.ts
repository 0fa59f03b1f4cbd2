import type { SeedSystem } from './types.ts'

export const gno: SeedSystem = {
  name: 'Tendermint2 of gno',
  rules: [
    {
      id: 'gno/1',
      does: 'A queue of dials by the time when they are due, above that of libp2p; 3 s to dial; passed over are ourselves, the connected, and those beyond the limit.',
      at: [
        'src/peers/dialing/candidate-dialer.ts',
        'src/peers/address-book/quality.ts',
        'src/peers/connections/dial.ts',
      ],
      tests: [
        'test/peers/address-book/address-book.test.ts > the address book > does not give one back before its cool-down is over',
        'test/peers/dialing/candidate-dialer.test.ts > dialing candidates > never dials itself',
        'test/peers/dialing/candidate-dialer.test.ts > dialing candidates > reaches its target, and no more than it',
        'test/peers/simulation/attacks.test.ts > an honest peer stays connected > where eight of ten doors open and then nobody says a word',
      ],
      deviates:
        'those due are drawn by chance, by the tables of the address book: a queue goes in an order that an attacker can foresee. Ten seconds to dial, and after two the slot is given to another.',
    },
    {
      id: 'gno/2',
      does: 'Redials after 1 s, twice as long each time up to ten minutes, a tenth more or less; forgotten once connected.',
      at: [
        'src/peers/persistent/persistent-peers.ts',
        'src/peers/persistent/back-off.ts',
        'src/peers/dialing/retry-delay.ts',
      ],
      tests: [
        'test/peers/persistent/back-off.test.ts > waits before dialing again > double from 1 s and stop at 30 s, however many attempts failed',
        'test/peers/persistent/back-off.test.ts > waits before dialing again > are none after a connection that had held, which starts afresh',
        'test/peers/persistent/persistent-peers.test.ts > keeping peers > dials at once, and for ever with growing waits',
      ],
      deviates:
        'static peers are waited for 30 s at the most, since a user waits, too; others from half a minute to an hour.',
    },
    {
      id: 'gno/3',
      does: '40 peers in and 10 out; private ones are never reported.',
      at: ['src/network/limits/peer-limits.ts', 'src/peers/address-book/address-book.ts'],
      tests: [
        'test/network/manager-limits.test.ts > limits > reserve room for peers that we dial',
        'test/network/manager-limits.test.ts > a private peer is never advertised',
        'test/peers/address-book/address-book.test.ts > the address book > keeps a private peer private, whichever peer reports it',
      ],
    },
    {
      id: 'gno/4',
      does: 'One peer by chance is asked for others every 3 s, and reports 30 at most that can be dialed; a thousand are kept, the oldest go; saved at once or not at all, a damaged file set aside; dialed at the start.',
      at: [
        'src/discovery/peer-exchange/exchange-source.ts',
        'src/peers/address-book/persistent-book.ts',
        'src/platform/persisted-value.ts',
      ],
      tests: [
        'test/discovery/peer-exchange/peer-exchange.test.ts > answering peer exchange > tells only of peers of the digest asked for that the asker can reach, and never of itself',
        'test/peers/address-book/address-book.test.ts > an address book under attack > has a bound, however many addresses it learns of',
        'test/peers/address-book/persistent-book.test.ts > the stored address book > is set aside when it is damaged, reported, and started again',
        'test/platform/node.test.ts > storage in files > leaves no temporary file behind, whether a write succeeds or fails',
        'test/network/discovery/start-discovery.test.ts > discovery > remembers across a restart whom it had reached',
      ],
      deviates: 'each peer is asked once a minute at the most, and only while candidates are wanted.',
    },
    {
      id: 'gno/5',
      does: 'Events when a peer connects and disconnects, with the reason; subscriptions by type. To be added: dials that fail, bans, the result of the start.',
      at: ['src/network/event-hub.ts', 'src/network/limits/enforce-limits.ts'],
      tests: [
        'test/peers/connections/connections.test.ts > a peer that was met > is reported as connected and disconnected once, with the reason',
        'test/network/events.test.ts > listening to events > is to the types asked for, or to all',
        'test/network/events.test.ts > the events of a network > a dial of a %s peer that fails: where, and why',
        'test/network/events.test.ts > the events of a network > a ban: of whom, why, and until when',
        'test/network/events.test.ts > the events of a network > how its start went, half a minute after, once, with nobody to dial, too',
      ],
    },
    {
      id: 'gno/6',
      does: 'Faults: a queue whose first item is due later spins the processor; 1 s doubled without a bound; persistent peers blocked by the limit; answers unasked or too long are taken; modules that must know peers to send.',
      at: [
        'src/peers/dialing/candidate-dialer.ts',
        'src/peers/persistent/back-off.ts',
        'src/discovery/peer-exchange/messages.ts',
        'src/reqresp/request/failover.ts',
      ],
      tests: [
        'test/peers/simulation/beacon-nodes.test.ts > among beacon nodes as they are > is not spun by a world in which nobody is there, and finds everybody when they come back',
        'test/peers/persistent/back-off.test.ts > waits before dialing again > double from 1 s and stop at 30 s, however many attempts failed',
        'test/peers/limits/prune.test.ts > peers beyond the limits > do not come from unconditional and persistent peers, which do not count either',
        'test/discovery/peer-exchange/peer-exchange.test.ts > the messages of peer exchange > are refused with `ssz_invalid` where they are malformed, and never otherwise',
        'test/reqresp/request/request-endings.test.ts > a request that names no peer > goes to the peer that the selection gives for its protocol ids, older versions included',
      ],
    },
    {
      id: 'gno/7',
      does: 'Bootnodes are known entries that report peers and need not follow the chain.',
      at: ['src/bootnode/create-bootnode.ts', 'src/network/discovery/peer-exchange.ts'],
      tests: [
        'test/devnet/discv5.test.ts > a devnet with discv5 > and three nodes of its chain find each other by the record of a bootnode that is of no chain of theirs',
        'test/network/discovery/start-discovery.test.ts > discovery > finds a second peer through the first, and lives on when the first one dies',
        'test/browser/second-bootnode.test.ts > a page finds a second bootnode through the first, and follows on when the first one dies',
      ],
      deviates:
        'ours follows the chain as a light client, so that pages have something to connect to that serves them.',
    },
  ],
}
