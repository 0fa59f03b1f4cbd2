import { describe, expect, it } from 'vitest'
import { chainToConfig, chainToGenesis, createChain, mainnet, sepolia } from '../../src/chain/index.ts'
import { sameChain } from '../../src/chain/same-chain.ts'

const again = createChain(chainToConfig(mainnet), chainToGenesis(mainnet))

describe('two chain values', () => {
  it('are one chain where they were made twice of the same configuration', () => {
    expect(again).not.toBe(mainnet)
    expect(sameChain(mainnet, again)).toBe(true)
  })

  it.each([
    ['another network', sepolia],
    ['another genesis', { ...again, genesisValidatorsRoot: `0x${'11'.repeat(32)}` as const }],
    ['another genesis time', { ...again, genesisTimeMs: again.genesisTimeMs + 1 }],
    ['a fork later', { ...again, forks: again.forks.map((fork, at) => (at === 3 ? { ...fork, epoch: 9 } : fork)) }],
    ['a fork less', { ...again, forks: again.forks.slice(0, -1) }],
    ['another blob schedule', { ...again, blobSchedule: [] }],
  ])('differ by %s', (_what, other) => {
    expect(sameChain(mainnet, other)).toBe(false)
  })
})
