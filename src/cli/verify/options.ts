import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { parse as parseYaml } from 'yaml'
import { type Chain, createChain, fromHex, type Hex, hoodi, mainnet, sepolia } from '../../chain/index.ts'
import { isLamparaError, LamparaError, messageOf } from '../../errors/index.ts'

/** What `lampara verify` was asked. */
export interface VerifyOptions {
  readonly chain: Chain
  /** The beacon block root that is trusted. */
  readonly checkpoint: Hex
  readonly paths: readonly string[]
  readonly json: boolean
}

export const verifyHelp = `Checks light-client files offline and prints the heads that they prove.

Usage: lampara verify FILES|FOLDER --checkpoint ROOT [OPTIONS]

  --checkpoint ROOT    the beacon block root to trust, 0x… (32 bytes); one of the files is its bootstrap
  --chain CHAIN        mainnet, sepolia, hoodi, or the path of a config.yaml. Default: mainnet
  --genesis-root ROOT  with a config.yaml: the genesis validators root, 0x… (32 bytes)
  --genesis-time TIME  with a config.yaml: the genesis time in unix seconds. Default: 0, which changes no verdict
  --json               print one JSON object
  --help               print this

Reads bootstraps, updates, finality updates and optimistic updates as the Beacon API's JSON (bare, under "data", or in
lists), as SSZ, and as the Beacon API's stream of updates. Of a folder, files of other kinds are left aside.
Objects are applied in the order of their signature slots, the clock one slot past each.

Exit status: 0; 1 when anything was rejected; 2 when nothing could be read, the checkpoint's bootstrap is not among the
files, or the command was not understood.`

const named: Readonly<Record<string, Chain>> = { mainnet, sepolia, hoodi }

/**
 * Understands the arguments, and reads the configuration file where one is named.
 *
 * @throws LamparaError `invalid_argument`, naming the argument
 */
export async function parseVerifyOptions(argv: readonly string[]): Promise<VerifyOptions | 'help'> {
  const { values, positionals } = parsed(argv)
  if (values.help) return 'help'
  if (positionals.length === 0) throw usage('name files or a folder')
  if (values.checkpoint === undefined) throw usage('give the block root to trust with --checkpoint')
  return {
    checkpoint: rootOf('--checkpoint', values.checkpoint),
    chain: await chainOf(values.chain, values['genesis-root'], values['genesis-time']),
    paths: positionals,
    json: values.json,
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        checkpoint: { type: 'string' },
        chain: { type: 'string', default: 'mainnet' },
        'genesis-root': { type: 'string' },
        'genesis-time': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw usage(messageOf(error))
  }
}

async function chainOf(chain: string, genesisRoot = '', genesisTime = '0'): Promise<Chain> {
  if (Object.hasOwn(named, chain)) return named[chain]!
  let config: unknown
  try {
    config = parseYaml(await readFile(chain, 'utf8'))
  } catch (error) {
    throw usage(`--chain "${chain}" is neither ${Object.keys(named).join(', ')} nor a config.yaml: ${messageOf(error)}`)
  }
  if (genesisRoot === '') throw usage('a config.yaml needs --genesis-root')
  try {
    return createChain(config as Record<string, unknown>, {
      genesisValidatorsRoot: rootOf('--genesis-root', genesisRoot),
      genesisTime,
    })
  } catch (error) {
    if (!isLamparaError(error)) throw error
    throw usage(`--chain "${chain}": ${error.message}`)
  }
}

function rootOf(option: string, text: string): Hex {
  try {
    fromHex(text, 32)
  } catch {
    throw usage(`${option} "${text}" is not 0x and 64 hex digits`)
  }
  return text.toLowerCase() as Hex
}

function usage(what: string): LamparaError {
  return new LamparaError('invalid_argument', `${what}. Try: lampara verify --help`)
}
