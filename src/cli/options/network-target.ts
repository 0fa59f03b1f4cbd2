import type { Chain, Hex } from '../../chain/index.ts'
import { apiUrl } from '../../discovery/index.ts'
import { messageOf } from '../../errors/index.ts'
import type { Checkpoint } from '../../light-client/types.ts'
import { readJoin } from '../../network/index.ts'
import type { NetworkOptions } from '../../network/types.ts'
import { type Clock, systemClock } from '../../streams/clock.ts'
import { type ChainValues, chainOptions, readChainOption } from './chain-option.ts'
import { usageError } from './usage.ts'
import { rootValue } from './values.ts'

/** How `parseArgs` is to read the options that say which network to join. */
export const networkOptions = {
  ...chainOptions,
  join: { type: 'string' },
} as const

/** The same, with what to trust there. */
export const networkTargetOptions = {
  ...networkOptions,
  checkpoint: { type: 'string' },
  'checkpoint-provider': { type: 'string', multiple: true },
} as const

/** The options that say which network to join, for the help. */
export const networkHelp = `  --join URL           a bootnode's or devnet's address: chain, addresses, checkpoint and clock come from its join document
  --chain CHAIN        mainnet, sepolia, hoodi, or the path of a config.yaml. Default: mainnet, or what --join names
  --genesis-root ROOT  with a config.yaml: the genesis validators root, 0x… (32 bytes)
  --genesis-time TIME  with a config.yaml: the genesis time in unix seconds`

/** The same, with what to trust there. */
export const networkTargetHelp = `${networkHelp}
  --checkpoint ROOT    the beacon block root to trust, 0x… (32 bytes). With --join its hint is trusted unless this is given
  --checkpoint-provider URL   a Beacon API to ask for its finalized root; repeat it, and all must agree`

/** A network to join. */
export interface NetworkLocation {
  readonly chain: Chain
  /** Addresses that the join document named. */
  readonly addresses: readonly string[]
  /** Node records that it named. */
  readonly enrs: readonly string[]
  readonly clock: Clock
  readonly clockOffsetMs: number
  /** The join document, to be read again. */
  readonly joined?: NetworkOptions['joined']
}

/** A network to join, and what to trust there. */
export interface NetworkTarget extends NetworkLocation {
  readonly checkpoint: Checkpoint
}

/** The values of `networkOptions`. */
export interface NetworkLocationValues extends Partial<ChainValues> {
  readonly join?: string | undefined
}

/** The values of `networkTargetOptions`. */
export interface NetworkTargetValues extends NetworkLocationValues {
  readonly checkpoint?: string | undefined
  readonly 'checkpoint-provider'?: readonly string[] | undefined
}

/**
 * Finds out what to join.
 *
 * @throws LamparaError `invalid_argument`, naming the option; as `fetchJoinDocument()`
 */
export async function readNetworkTarget(
  command: string,
  values: NetworkTargetValues,
  signal: AbortSignal,
): Promise<NetworkTarget> {
  const { hint, ...place } = await joinNetwork(command, values, signal)
  return { ...place, checkpoint: checkpointOf(command, values, hint) }
}

/** Finds out which network to join, with nothing to trust there. @throws as `readNetworkTarget()` */
export async function readNetworkLocation(
  command: string,
  values: NetworkLocationValues,
  signal: AbortSignal,
): Promise<NetworkLocation> {
  const { hint: _, ...place } = await joinNetwork(command, values, signal)
  return place
}

async function joinNetwork(
  command: string,
  values: NetworkLocationValues,
  signal: AbortSignal,
): Promise<NetworkLocation & { readonly hint: Hex | undefined }> {
  const read = values.join === undefined ? undefined : await readJoin({ join: values.join, signal })
  const joined = read?.options.joined?.facts
  if (joined !== undefined && values.chain !== undefined && values.chain !== joined.chain.name) {
    throw usageError(command, `--chain "${values.chain}" is not the chain of ${values.join}, ${joined.chain.name}`)
  }
  const chain = joined?.chain ?? (await readChainOption(command, { ...values, chain: values.chain ?? 'mainnet' }))
  return {
    chain,
    addresses: joined?.bootnodes ?? [],
    enrs: joined?.enrs ?? [],
    hint: read?.checkpoint,
    clock: read?.options.clock ?? systemClock,
    clockOffsetMs: joined?.clockOffsetMs ?? 0,
    ...(read?.options.joined && { joined: read.options.joined }),
  }
}

function checkpointOf(command: string, values: NetworkTargetValues, hint: string | undefined): Checkpoint {
  const providers = values['checkpoint-provider'] ?? []
  if (values.checkpoint !== undefined && providers.length > 0) {
    throw usageError(command, 'give either --checkpoint or --checkpoint-provider')
  }
  if (values.checkpoint !== undefined) return rootValue(command, '--checkpoint', values.checkpoint)
  for (const provider of providers) {
    try {
      apiUrl(provider, '')
    } catch (error) {
      throw usageError(command, `--checkpoint-provider: ${messageOf(error)}`)
    }
  }
  if (providers.length > 0) return { providers }
  if (hint !== undefined) return rootValue(command, '--join', hint)
  throw usageError(command, 'give the block root to trust with --checkpoint')
}
