import type { SpecDocument } from '../types.ts'

const blocks = {
  what: 'the methods for blocks',
  why: 'a light client serves no blocks.',
} as const

export const bellatrix: SpecDocument = {
  spec: 'bellatrix/p2p-interface.md',
  rules: [
    {
      id: 'bellatrix/gossip/transition',
      section: 'Transitioning the gossip',
      level: 'states',
      rule: 'Topics change at this fork as they did at Altair.',
      tests: [
        'test/gossip/every-fork.test.ts > %s > has its topics joined an epoch before it, and those before it left two epochs after',
        'test/chain/digest.test.ts > fork digests > are those of mainnet, with one for each blob-parameter fork',
      ],
    },
  ],
  outside: [
    { what: 'the conditions of beacon_block', why: 'they need a state and an execution client.' },
    { what: 'no penalty for invalid payloads over Req/Resp', why: 'a light client asks for no blocks.' },
    blocks,
  ],
}

export const capella: SpecDocument = {
  spec: 'capella/p2p-interface.md',
  rules: [
    {
      id: 'capella/gossip/transition',
      section: 'Transitioning the gossip',
      level: 'states',
      rule: 'Topics change at this fork as they did at Altair.',
      tests: [
        'test/gossip/every-fork.test.ts > %s > has its topics joined an epoch before it, and those before it left two epochs after',
        'test/chain/digest.test.ts > fork digests > are those of mainnet, with one for each blob-parameter fork',
      ],
    },
  ],
  outside: [
    {
      what: 'bls_to_execution_change and its conditions',
      why: 'they need a state. We take the topic, mark what comes as unverified, and forward nothing.',
    },
    blocks,
  ],
}

export const deneb: SpecDocument = {
  spec: 'deneb/p2p-interface.md',
  rules: [
    {
      id: 'deneb/gossip/transition',
      section: 'Transitioning the gossip',
      level: 'states',
      rule: 'Topics change at this fork as they did at Altair.',
      tests: [
        'test/gossip/every-fork.test.ts > %s > has its topics joined an epoch before it, and those before it left two epochs after',
        'test/chain/digest.test.ts > fork digests > are those of mainnet, with one for each blob-parameter fork',
      ],
    },
  ],
  outside: [
    { what: 'blob sidecars: topics, methods, keeping and serving them', why: 'duties of full nodes.' },
    { what: 'blobs from an execution client', why: 'a light client has none.' },
    blocks,
  ],
}

export const electra: SpecDocument = {
  spec: 'electra/p2p-interface.md',
  rules: [],
  outside: [
    { what: 'aggregates and attestations with an index of zero', why: 'duties of full nodes and validators.' },
    { what: 'blob sidecars', why: 'duties of full nodes.' },
    blocks,
  ],
}
