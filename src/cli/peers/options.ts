import { parseArgs } from 'node:util'
import { messageOf } from '../../errors/index.ts'
import type { NetworkOptions } from '../../network/types.ts'
import { dataDirHelp, dataDirOptions } from '../options/data-dir.ts'
import { networkHelp, networkOptions, readNetworkLocation } from '../options/network-target.ts'
import { joinAddressOf, peerHelp, peerOptions, readPeerOptions } from '../options/peer-options.ts'
import { usageError } from '../options/usage.ts'
import { numberValue } from '../options/values.ts'

/** What `lampara peers` was asked. */
export interface PeersOptions {
  readonly network: NetworkOptions
  /** Ends after so long. */
  readonly forMs: number
  readonly json: boolean
  /** Where to persist things. */
  readonly dataDir: string | undefined
}

export const peersHelp = `Meets peers of the network, and lists them as they come and go.

Usage: lampara peers [--join URL | --bootnode ADDRESS | --peer ADDRESS | --enr ENR | --list FILE] [OPTIONS]

${networkHelp}
${peerHelp}
${dataDirHelp}
  --target N           how many peers to hold. Default: 10
  --for SECONDS        end after so long
  --json               print one JSON object a line, for each peer that comes, goes, is found or cannot be dialed
  --help               print this

On a terminal the table is drawn again in place. Ctrl-C ends it.`

/** Understands the arguments. @throws LamparaError `invalid_argument`; as `fetchJoinDocument()` */
export async function parsePeersOptions(
  argv: readonly string[],
  signal: AbortSignal,
  warn: (line: string) => void,
): Promise<PeersOptions | 'help'> {
  const values = parsed(argv)
  if (values.help) return 'help'
  const place = await readNetworkLocation('peers', { ...values, join: joinAddressOf(values) }, signal)
  return {
    network: {
      chain: place.chain,
      clock: place.clock,
      ...(await readPeerOptions('peers', values, place, warn)),
      ...(values.target && {
        targetPeers: numberValue('peers', '--target', values.target, { min: 0, max: 1000, integer: true }),
      }),
    },
    forMs: values.for ? numberValue('peers', '--for', values.for, { min: 0, max: 2_000_000 }) * 1000 : Infinity,
    json: values.json,
    dataDir: values['data-dir'],
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        ...networkOptions,
        ...peerOptions,
        ...dataDirOptions,
        target: { type: 'string' },
        for: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw usageError('peers', messageOf(error))
  }
}
