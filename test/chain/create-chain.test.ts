import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import {
  chainToConfig,
  chainToGenesis,
  createChain,
  type ForkName,
  forkAtEpoch,
  forkDigests,
  type GenesisValues,
  mainnet,
  mainnetPreset,
  minimalPreset,
  type Preset,
  sepolia,
} from '../../src/chain/index.ts'
import { isLamparaError, LamparaError, type LamparaErrorCode } from '../../src/errors/index.ts'
import { fixtures } from '../kit/fixtures.ts'

type Values = Record<string, unknown>

const genesis: GenesisValues = {
  genesisValidatorsRoot: `0x${'4b'.repeat(32)}`,
  genesisTime: 1_606_824_023,
}
/** A small configuration that is whole. */
const config: Values = {
  PRESET_BASE: 'minimal',
  CONFIG_NAME: 'testing',
  GENESIS_FORK_VERSION: '0x00000001',
  ALTAIR_FORK_VERSION: '0x01000001',
  ALTAIR_FORK_EPOCH: 0,
  BELLATRIX_FORK_VERSION: '0x02000001',
  BELLATRIX_FORK_EPOCH: 4,
  SECONDS_PER_SLOT: 6,
}

function failure(values: unknown, from: GenesisValues | undefined = genesis): LamparaError {
  try {
    createChain(values as Values, from)
  } catch (error) {
    if (error instanceof LamparaError) return error
    throw error
  }
  throw new Error('createChain() accepted it')
}

function expectFailure(code: LamparaErrorCode, key: string, values: unknown, from?: GenesisValues): void {
  const error = failure(values, from)
  expect(error).toMatchObject({ code, details: { key } })
  expect(error.message).toMatch(/^Cannot create chain: /)
  expect(error.message).toContain(key)
}

describe.skipIf(!fixtures.available)('createChain() with published configurations', () => {
  const yaml = (path: string, options = {}): Values => parse(fixtures.text(path), options) as Values
  const files = fixtures.available
    ? [
        ...fixtures.walk('networks', 'config.yaml'),
        ...fixtures.walk('consensus-spec-tests', 'config.yaml'),
        'networks/consensus-specs/mainnet.yaml',
        'networks/consensus-specs/minimal.yaml',
      ]
    : []

  it.each(files)('reads %s the same with numbers, bigints and texts', (file) => {
    const expected = createChain(yaml(file), genesis)
    expect(expected.preset.name).toBe(yaml(file).PRESET_BASE)
    expect(createChain(yaml(file, { intAsBigInt: true }), genesis)).toEqual(expected)
    expect(createChain(yaml(file, { schema: 'failsafe' }), genesis)).toEqual(expected)
    expect(createChain(chainToConfig(expected) as Values, chainToGenesis(expected))).toEqual(expected)
  })

  it('finds files', () => {
    expect(files.length).toBeGreaterThanOrEqual(6)
  })

  it("makes mainnet of the specification's own file, and a mainnet that ends with Electra of the older one", () => {
    const genesisOf = (chain: typeof mainnet) => chainToGenesis(chain)
    expect(createChain(yaml('networks/consensus-specs/mainnet.yaml'), genesisOf(mainnet))).toEqual(mainnet)
    const old = createChain(yaml('networks/mainnet/config.yaml'), genesisOf(mainnet))
    expect(old).toEqual({ ...mainnet, forks: mainnet.forks.filter((fork) => fork.name !== 'fulu'), blobSchedule: [] })
    expect(forkDigests(old).at(-1)?.digest).toBe('0xad532ceb')
    const oldSepolia = createChain(yaml('networks/sepolia/config.yaml'), genesisOf(sepolia))
    expect(oldSepolia.forks).toEqual(sepolia.forks.slice(0, 6))
  })

  it('has the presets of the specification', () => {
    const names: Record<string, keyof Preset> = {
      SYNC_COMMITTEE_SIZE: 'syncCommitteeSize',
      EPOCHS_PER_SYNC_COMMITTEE_PERIOD: 'epochsPerSyncCommitteePeriod',
      MIN_SYNC_COMMITTEE_PARTICIPANTS: 'minSyncCommitteeParticipants',
      UPDATE_TIMEOUT: 'updateTimeout',
    }
    for (const preset of [mainnetPreset, minimalPreset]) {
      const values = yaml(`networks/consensus-specs/presets/${preset.name}/altair.yaml`)
      for (const [key, name] of Object.entries(names)) expect(preset[name]).toBe(values[key])
    }
  })
})

describe('createChain()', () => {
  it('leaves out forks that are far in the future, however a parser rounds it, or not mentioned', () => {
    const far = [18446744073709551615n, '18446744073709551615', Number('18446744073709551615'), '0xffffffffffffffff']
    for (const epoch of far) {
      const chain = createChain({ ...config, BELLATRIX_FORK_EPOCH: epoch }, genesis)
      expect(chain.forks.map((fork) => fork.name)).toEqual(['phase0', 'altair'])
    }
    const { BELLATRIX_FORK_EPOCH: _, ...without } = config
    expect(createChain(without, genesis).forks).toHaveLength(2)
    expect(createChain({ ...config, BELLATRIX_FORK_EPOCH: null }, genesis).forks).toHaveLength(2)
  })

  it('reads a version that a YAML parser took for a number', () => {
    const chain = createChain({ ...config, GENESIS_FORK_VERSION: 0x90000069, ALTAIR_FORK_VERSION: 0 }, genesis)
    expect(chain.forks.slice(0, 2).map((fork) => fork.version)).toEqual(['0x90000069', '0x00000000'])
  })

  it('reads the slot duration from either key, and refuses two that disagree', () => {
    const { SECONDS_PER_SLOT: _, ...without } = config
    expect(createChain({ ...without, SLOT_DURATION_MS: '250' }, genesis).slotDurationMs).toBe(250)
    expect(createChain({ ...without, SECONDS_PER_SLOT: '12' }, genesis).slotDurationMs).toBe(12_000)
    expect(createChain({ ...config, SLOT_DURATION_MS: 6000 }, genesis).slotDurationMs).toBe(6000)
    expectFailure('config_invalid', 'SLOT_DURATION_MS', { ...config, SLOT_DURATION_MS: 12_000 })
    expectFailure('config_incomplete', 'SLOT_DURATION_MS', without)
    for (const bad of [0, -1, 1e15, '6.5']) {
      expectFailure('config_invalid', 'SECONDS_PER_SLOT', { ...config, SECONDS_PER_SLOT: bad })
    }
  })

  it('takes the genesis time as the Beacon API gives it, in seconds', () => {
    expect(createChain(config, { ...genesis, genesisTime: '1606824023' }).genesisTimeMs).toBe(1_606_824_023_000)
    for (const genesisTime of [-1, 1.5, 1_606_824_023_000, 'soon']) {
      expectFailure('config_invalid', 'genesisTime', config, { ...genesis, genesisTime })
    }
  })

  it('says `config_incomplete` without genesis, and for each key that it needs', () => {
    expect(() => createChain(config)).toThrow(expect.toSatisfy((error) => isLamparaError(error, 'config_incomplete')))
    expectFailure('config_incomplete', 'genesisValidatorsRoot', config, { genesisTime: 1 } as unknown as GenesisValues)
    const noTime = { genesisValidatorsRoot: genesis.genesisValidatorsRoot } as unknown as GenesisValues
    expectFailure('config_incomplete', 'genesisTime', config, noTime)
    for (const key of ['PRESET_BASE', 'GENESIS_FORK_VERSION', 'ALTAIR_FORK_VERSION', 'BELLATRIX_FORK_VERSION']) {
      const { [key]: _, ...without } = config
      expectFailure('config_incomplete', key, without)
    }
  })

  it('names a fork that is missing before one that is scheduled', () => {
    const { ALTAIR_FORK_EPOCH: _, ...without } = config
    expectFailure('config_incomplete', 'ALTAIR_FORK_EPOCH', without)
    expectFailure('config_invalid', 'BELLATRIX_FORK_EPOCH', { ...config, ALTAIR_FORK_EPOCH: 2n ** 64n - 1n })
  })

  it('refuses forks that are out of order', () => {
    expectFailure('config_invalid', 'BELLATRIX_FORK_EPOCH', { ...config, ALTAIR_FORK_EPOCH: 5 })
    expect(createChain({ ...config, ALTAIR_FORK_EPOCH: 4 }, genesis).forks).toHaveLength(3)
  })

  it.each([-1, 1.5, Number.NaN, 2 ** 53, '-1', '', ' 1', '1e3', '0x', '1'.repeat(400), {}, [], true])(
    'refuses %j as an epoch',
    (epoch) => {
      expectFailure('config_invalid', 'ALTAIR_FORK_EPOCH', { ...config, ALTAIR_FORK_EPOCH: epoch })
    },
  )

  it('refuses an epoch beyond the last one there is, or that a number cannot hold', () => {
    for (const epoch of [2n ** 64n, '18446744073709551616', 2n ** 53n, '9007199254740992', 2 ** 64 + 4096]) {
      expectFailure('config_invalid', 'ALTAIR_FORK_EPOCH', { ...config, ALTAIR_FORK_EPOCH: epoch })
    }
  })

  it.each(['0x0100', '0x0100000000', '01000001', '0x0100000g', '', -1, 2 ** 32, 1.5, [], '1'])(
    'refuses %j as a version',
    (version) => {
      expectFailure('config_invalid', 'ALTAIR_FORK_VERSION', { ...config, ALTAIR_FORK_VERSION: version })
    },
  )

  it('refuses a genesis validators root of another length', () => {
    const genesisValidatorsRoot = '0x4b' as const
    expectFailure('config_invalid', 'genesisValidatorsRoot', config, { ...genesis, genesisValidatorsRoot })
  })

  it('refuses a preset that it does not know, and one that the configuration contradicts', () => {
    expectFailure('config_invalid', 'PRESET_BASE', { ...config, PRESET_BASE: 'gnosis' })
    expectFailure('config_invalid', 'SLOTS_PER_EPOCH', { ...config, SLOTS_PER_EPOCH: '32' })
    expect(createChain({ ...config, SLOTS_PER_EPOCH: '8', SYNC_COMMITTEE_SIZE: 32 }, genesis).name).toBe('testing')
  })

  it('refuses names that could not be part of a path or a key', () => {
    for (const name of ['', '../x', 'a b', 'x'.repeat(65), 7, {}]) {
      expectFailure('config_invalid', 'CONFIG_NAME', { ...config, CONFIG_NAME: name })
    }
    const { CONFIG_NAME: _, ...without } = config
    expect(createChain(without, genesis).name).toBe('custom')
  })

  it('orders the blob schedule, and drops entries that never come', () => {
    const schedule = [
      { EPOCH: '300', MAX_BLOBS_PER_BLOCK: '21' },
      { EPOCH: 2n ** 64n - 1n, MAX_BLOBS_PER_BLOCK: 99 },
      { EPOCH: 100, MAX_BLOBS_PER_BLOCK: 15, other: 1 },
    ]
    expect(createChain({ ...config, BLOB_SCHEDULE: schedule }, genesis).blobSchedule).toEqual([
      { epoch: 100, maxBlobsPerBlock: 15 },
      { epoch: 300, maxBlobsPerBlock: 21 },
    ])
    expect(createChain({ ...config, BLOB_SCHEDULE: [] }, genesis).blobSchedule).toEqual([])
  })

  it('refuses a blob schedule that is malformed, naming the entry', () => {
    const withSchedule = (schedule: unknown) => ({ ...config, BLOB_SCHEDULE: schedule })
    const good = { EPOCH: 1, MAX_BLOBS_PER_BLOCK: 2 }
    expectFailure('config_invalid', 'BLOB_SCHEDULE', withSchedule('[]'))
    expectFailure('config_invalid', 'BLOB_SCHEDULE', withSchedule({ EPOCH: 1 }))
    expectFailure('config_invalid', 'BLOB_SCHEDULE', withSchedule([good, good]))
    expectFailure('config_invalid', 'BLOB_SCHEDULE[1]', withSchedule([good, null]))
    expectFailure('config_incomplete', 'BLOB_SCHEDULE[0].EPOCH', withSchedule([{ MAX_BLOBS_PER_BLOCK: 2 }]))
    expectFailure('config_incomplete', 'BLOB_SCHEDULE[0].MAX_BLOBS_PER_BLOCK', withSchedule([{ EPOCH: 2 }]))
    expectFailure('config_invalid', 'BLOB_SCHEDULE[0].EPOCH', withSchedule([{ ...good, EPOCH: -2 }]))
    expectFailure(
      'config_invalid',
      'BLOB_SCHEDULE[0].MAX_BLOBS_PER_BLOCK',
      withSchedule([{ ...good, MAX_BLOBS_PER_BLOCK: 'many' }]),
    )
  })

  it('needs MAX_BLOBS_PER_BLOCK_ELECTRA from Fulu on, since digests depend on it', () => {
    const withFulu: Values = { ...config }
    for (const [i, name] of ['CAPELLA', 'DENEB', 'ELECTRA', 'FULU'].entries()) {
      withFulu[`${name}_FORK_EPOCH`] = 5 + i
      withFulu[`${name}_FORK_VERSION`] = `0x0${3 + i}000001`
    }
    expectFailure('config_incomplete', 'MAX_BLOBS_PER_BLOCK_ELECTRA', withFulu)
    const chain = createChain({ ...withFulu, MAX_BLOBS_PER_BLOCK_ELECTRA: '9' }, genesis)
    expect(forkAtEpoch(chain, 8).name).toBe('fulu' satisfies ForkName)
  })

  it('reads when sync-committee messages are due, in basis points', () => {
    const chain = createChain({ ...config, SYNC_MESSAGE_DUE_BPS: 4000 }, genesis)
    expect(chain.syncMessageDueBps).toEqual({ altair: 4000, gloas: 2500 })
    expectFailure('config_invalid', 'SYNC_MESSAGE_DUE_BPS', { ...config, SYNC_MESSAGE_DUE_BPS: 10_001 })
  })

  it.each([null, undefined, 'config', 7, []])('refuses %j as a configuration', (value) => {
    expect(failure(value).code).toBe('config_invalid')
  })

  it('gives a chain or a coded error, whatever the values are', () => {
    const keys = Object.keys(config).concat('BLOB_SCHEDULE', 'SLOT_DURATION_MS', 'MAX_BLOBS_PER_BLOCK_ELECTRA')
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.anything({ withBigInt: true, withNullPrototype: true }),
        (key, value) => {
          try {
            const chain = createChain({ ...config, [key]: value }, genesis)
            expect(createChain(chainToConfig(chain), chainToGenesis(chain))).toEqual(chain)
          } catch (error) {
            expect(isLamparaError(error)).toBe(true)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('chainToConfig()', () => {
  it('survives JSON, and names no whole seconds where there are none', () => {
    for (const chain of [mainnet, sepolia, { ...mainnet, slotDurationMs: 250 }]) {
      const spec = JSON.parse(JSON.stringify(chainToConfig(chain))) as Values
      expect(createChain(spec, chainToGenesis(chain))).toEqual(chain)
      expect('SECONDS_PER_SLOT' in spec).toBe(chain.slotDurationMs === 12_000)
    }
  })
  it('refuses a genesis that no configuration can express', () => {
    expect(() => chainToGenesis({ ...mainnet, genesisTimeMs: 1_700_000_000_500 })).toThrow(
      expect.toSatisfy((error) => isLamparaError(error, 'invalid_argument')),
    )
  })
})
