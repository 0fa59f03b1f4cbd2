import { parseArgs } from 'node:util'
import { messageOf } from '../../errors/index.ts'
import type { Head, LightClientOptions } from '../../light-client/types.ts'
import { dataDirHelp, dataDirOptions } from '../options/data-dir.ts'
import { networkTargetHelp, networkTargetOptions, readNetworkTarget } from '../options/network-target.ts'
import { joinAddressOf, peerHelp, peerOptions, readPeerOptions } from '../options/peer-options.ts'
import { usageError } from '../options/usage.ts'
import { numberValue } from '../options/values.ts'

const DAY_MS = 86_400_000

/** What `lampara follow` was asked. */
export interface FollowOptions {
  readonly client: LightClientOptions
  readonly kinds: readonly Head['kind'][]
  /** Ends after so many heads. */
  readonly limit: number
  readonly json: boolean
  /** Where to persist things. */
  readonly dataDir: string | undefined
}

export const followHelp = `Follows the chain and prints each verified head as a line.

Usage: lampara follow [--join URL | --bootnode ADDRESS | --peer ADDRESS | --enr ENR | --list FILE] [OPTIONS]

${networkTargetHelp}
${peerHelp}
${dataDirHelp}
  --kind KIND          optimistic, finalized or both. Default: both
  --heads N            end after N heads
  --min-participation SHARE    share of the committee that must have signed, 0 to 1. Default: two thirds
  --max-checkpoint-age DAYS    how old the checkpoint may be. Default: 14
  --json               print one JSON object a line
  --help               print this

Ctrl-C ends it.`

/** Understands the arguments. @throws LamparaError `invalid_argument`; as `fetchJoinDocument()` */
export async function parseFollowOptions(
  argv: readonly string[],
  signal: AbortSignal,
  warn: (line: string) => void,
): Promise<FollowOptions | 'help'> {
  const values = parsed(argv)
  if (values.help) return 'help'
  const { checkpoint, clock, ...place } = await readNetworkTarget(
    'follow',
    { ...values, join: joinAddressOf(values) },
    signal,
  )
  const participation = values['min-participation']
  const age = values['max-checkpoint-age']
  return {
    client: {
      chain: place.chain,
      checkpoint,
      clock,
      ...(await readPeerOptions('follow', values, place, warn)),
      ...(participation && {
        minParticipation: numberValue('follow', '--min-participation', participation, { min: 0, max: 1 }),
      }),
      ...(age && {
        maxCheckpointAgeMs: numberValue('follow', '--max-checkpoint-age', age, { min: 0, max: 36_500 }) * DAY_MS,
      }),
    },
    kinds: kindsOf(values.kind),
    limit: values.heads
      ? numberValue('follow', '--heads', values.heads, { min: 1, max: Number.MAX_SAFE_INTEGER, integer: true })
      : Number.POSITIVE_INFINITY,
    json: values.json,
    dataDir: values['data-dir'],
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        ...networkTargetOptions,
        ...peerOptions,
        ...dataDirOptions,
        kind: { type: 'string', default: 'both' },
        heads: { type: 'string' },
        'min-participation': { type: 'string' },
        'max-checkpoint-age': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw usage(messageOf(error))
  }
}

function kindsOf(kind: string): readonly Head['kind'][] {
  if (kind === 'both') return ['optimistic', 'finalized']
  if (kind === 'optimistic' || kind === 'finalized') return [kind]
  throw usage(`--kind "${kind}" is not optimistic, finalized or both`)
}

function usage(what: string) {
  return usageError('follow', what)
}
