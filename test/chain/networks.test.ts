import { genesisData, hoodiChainConfig, mainnetChainConfig, sepoliaChainConfig } from '@lodestar/config/networks'
import { describe, expect, it } from 'vitest'
import { createChain, forkDigests, hoodi, mainnet, sepolia, toHex } from '../../src/chain/index.ts'
import { fixtures } from '../kit/fixtures.ts'

const networks = [
  { chain: mainnet, lodestar: mainnetChainConfig },
  { chain: sepolia, lodestar: sepoliaChainConfig },
  { chain: hoodi, lodestar: hoodiChainConfig },
]

describe.each(networks)('$chain.name', ({ chain, lodestar }) => {
  it("agrees with Lodestar's configuration, which was written by others", () => {
    const values = Object.entries(lodestar).map(([key, value]) => {
      if (value instanceof Uint8Array) return [key, toHex(value)]
      return [key, value === Number.POSITIVE_INFINITY ? 2n ** 64n - 1n : value]
    })
    const name = chain.name as 'mainnet' | 'sepolia' | 'hoodi'
    const { genesisTime, genesisValidatorsRoot } = genesisData[name]
    const theirs = createChain(Object.fromEntries(values), {
      genesisTime,
      genesisValidatorsRoot: genesisValidatorsRoot as `0x${string}`,
    })
    // Lodestar's release knows no date for Gloas yet.
    const forks = chain.forks.filter((fork) => fork.name !== 'gloas')
    expect({ ...chain, forks }).toEqual(theirs)
  })
})

describe.skipIf(!fixtures.available)('networks', () => {
  it('agree with the recorded fork schedules and genesis validators roots', () => {
    const index = fixtures.json('light-client/index.json') as {
      genesis_validators_root: Record<string, string>
      fork_schedule: Record<string, { fork: string; version: string; epoch: number }[]>
    }
    for (const { chain } of networks) {
      expect(chain.genesisValidatorsRoot).toBe(index.genesis_validators_root[chain.name])
      const recorded = index.fork_schedule[chain.name]!.map(({ fork, ...rest }) => ({ name: fork, ...rest }))
      expect(chain.forks.filter((fork) => fork.name !== 'gloas')).toEqual(recorded)
    }
  })

  it('have no digest in common', () => {
    const digests = networks.flatMap(({ chain }) => forkDigests(chain).map((entry) => entry.digest))
    expect(new Set(digests).size).toBe(digests.length)
  })
})
