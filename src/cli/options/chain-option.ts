import { parse as parseYaml } from 'yaml'
import { type Chain, createChain, hoodi, mainnet, sepolia } from '../../chain/index.ts'
import { isLamparaError, messageOf } from '../../errors/index.ts'
import { readUpTo } from './read-up-to.ts'
import { usageError } from './usage.ts'
import { rootValue } from './values.ts'

/** Mainnet's has 10 KB. The YAML parser's time grows with the square of the number of keys: a second for as much. */
const MAX_BYTES = 64 * 1024

const named: Readonly<Record<string, Chain>> = { mainnet, sepolia, hoodi }

/** The option values that name a chain. */
export interface ChainValues {
  /** mainnet, sepolia, hoodi, or the path of a config.yaml. */
  readonly chain: string
  readonly 'genesis-root'?: string | undefined
  readonly 'genesis-time'?: string | undefined
}

/** How `parseArgs` is to read them. */
export const chainOptions = {
  chain: { type: 'string' },
  'genesis-root': { type: 'string' },
  'genesis-time': { type: 'string' },
} as const

/**
 * The chain that the options name: a built-in one, or one from a configuration file with its genesis.
 *
 * @throws LamparaError `invalid_argument`, naming the option
 */
export async function readChainOption(command: string, values: ChainValues): Promise<Chain> {
  const { chain } = values
  if (Object.hasOwn(named, chain)) return named[chain]!
  let config: unknown
  try {
    config = parseYaml(await readUpTo(chain, MAX_BYTES))
  } catch (error) {
    const names = Object.keys(named).join(', ')
    throw usageError(command, `--chain "${chain}" is neither ${names} nor a config.yaml: ${messageOf(error)}`)
  }
  if (values['genesis-root'] === undefined) throw usageError(command, 'a config.yaml needs --genesis-root')
  // Recorded objects tell their own slots; whatever goes by the clock would take 1970 for the genesis.
  if (values['genesis-time'] === undefined && command !== 'verify') {
    throw usageError(command, 'a config.yaml needs --genesis-time')
  }
  try {
    return createChain(config as Record<string, unknown>, {
      genesisValidatorsRoot: rootValue(command, '--genesis-root', values['genesis-root']),
      genesisTime: values['genesis-time'] ?? '0',
    })
  } catch (error) {
    if (!isLamparaError(error)) throw error
    throw usageError(command, `--chain "${chain}": ${messageOf(error)}`)
  }
}
