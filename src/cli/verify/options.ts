import { parseArgs } from 'node:util'
import type { Chain, Hex } from '../../chain/index.ts'
import { messageOf } from '../../errors/index.ts'
import { chainOptions, readChainOption } from '../options/chain-option.ts'
import { usageError } from '../options/usage.ts'
import { rootValue } from '../options/values.ts'

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

/**
 * Understands the arguments, and reads the configuration file where one is named.
 *
 * @throws LamparaError `invalid_argument`, naming the argument
 */
export async function parseVerifyOptions(argv: readonly string[]): Promise<VerifyOptions | 'help'> {
  const { values, positionals } = parsed(argv)
  if (values.help) return 'help'
  if (positionals.length === 0) throw usageError('verify', 'name files or a folder')
  if (values.checkpoint === undefined) throw usageError('verify', 'give the block root to trust with --checkpoint')
  return {
    checkpoint: rootValue('verify', '--checkpoint', values.checkpoint),
    chain: await readChainOption('verify', { ...values, chain: values.chain ?? 'mainnet' }),
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
        ...chainOptions,
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw usageError('verify', messageOf(error))
  }
}
