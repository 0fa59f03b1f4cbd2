import type { SpecDocument } from '../types.ts'
import { phase0Discovery } from './phase0-discovery.ts'
import { phase0Gossip } from './phase0-gossip.ts'
import { phase0Methods } from './phase0-methods.ts'
import { phase0Network } from './phase0-network.ts'
import { phase0Reqresp } from './phase0-reqresp.ts'

export const phase0: SpecDocument = {
  spec: 'phase0/p2p-interface.md',
  rules: [...phase0Network, ...phase0Gossip, ...phase0Reqresp, ...phase0Methods, ...phase0Discovery],
  outside: [
    {
      what: 'TCP and QUIC in a page, or in Node where the optional QUIC add-on does not load',
      why: 'a page has neither, and reaches the network through bootnodes; without the add-on Node has TCP.',
    },
    {
      what: 'reachable listening addresses, inbound traffic through a NAT',
      why: 'for anyone who runs a node; a page never listens.',
    },
    {
      what: 'BeaconBlocksByRange, BeaconBlocksByRoot and the keeping and backfilling of blocks',
      why: 'a light client has no blocks, does not offer the methods, and says in Status that it has none.',
    },
    {
      what: 'aggregates, attestations and their subnets, the subscription to subnets by node id',
      why: 'duties of full nodes and validators; without a state none of these could be checked.',
    },
    {
      what: 'the conditions of beacon_block, voluntary_exit, proposer_slashing and attester_slashing',
      why: 'they need a state. We take these topics, mark what comes as unverified, and forward nothing.',
    },
    { what: 'message ids of phase0', why: 'there were no light clients before Altair, whose ids replace them.' },
    { what: 'the record of a bootnode before genesis', why: 'every chain that we know has begun, or is a devnet.' },
  ],
}
