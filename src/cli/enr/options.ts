import { parseArgs } from 'node:util'
import type { Chain } from '../../chain/index.ts'
import { messageOf } from '../../errors/index.ts'
import { chainOptions, readChainOption } from '../options/chain-option.ts'
import { usageError } from '../options/usage.ts'
import { numberValue } from '../options/values.ts'

/** What `lampara enr` was asked. */
export type EnrOptions =
  | { readonly action: 'decode'; readonly records: readonly string[]; readonly json: boolean }
  | { readonly action: 'verify'; readonly records: readonly string[]; readonly json: boolean; readonly chain: Chain }
  | {
      readonly action: 'make'
      readonly json: boolean
      readonly chain: Chain
      readonly keyFile: string
      readonly seq: bigint
      readonly ip?: string
      readonly ports: { readonly tcp?: number; readonly udp?: number; readonly quic?: number }
      readonly multiaddrs: readonly string[]
    }

export const enrHelp = `Makes, reads and checks signed node records (EIP-778).

Usage: lampara enr decode RECORD|FILE… [--json]
       lampara enr verify RECORD|FILE… [--chain CHAIN] [--json]
       lampara enr make --key FILE [OPTIONS]

  decode               print what a record says; its signature is checked
  verify               also check that it is of the chain, by the fork digest in force
  make                 sign a record and print it

A FILE is a list of records, as YAML or one a line.

  --chain CHAIN        mainnet, sepolia, hoodi, or the path of a config.yaml. Default: mainnet
  --genesis-root ROOT  with a config.yaml: the genesis validators root, 0x… (32 bytes)
  --genesis-time TIME  with a config.yaml: the genesis time in unix seconds
  --key FILE           private key, 64 hex digits; made, and readable by you alone, where there is no such file
  --ip ADDRESS         IPv4 address at which the node is reached
  --tcp PORT, --udp PORT, --quic PORT
  --multiaddr ADDRESS  an address that the others have no words for, a secure WebSocket's say; may be repeated
  --seq N              sequence number, to grow with each change. Default: 1
  --json               print one JSON object a line
  --help               print this

Exit status: 0; 1 when a record is invalid or of another chain; 2 when the command was not understood.`

/** Understands the arguments. @throws LamparaError `invalid_argument`, naming the argument */
export async function parseEnrOptions(argv: readonly string[]): Promise<EnrOptions | 'help'> {
  const { values, positionals } = parsed(argv)
  if (values.help) return 'help'
  const [action, ...records] = positionals
  const { json } = values
  if (action === 'make') {
    if (records.length > 0) throw usageError('enr', `make takes no "${records[0]}"`)
    if (values.key === undefined) throw usageError('enr', 'name the file of the private key with --key')
    return {
      action,
      json,
      chain: await chainOf(values),
      keyFile: values.key,
      seq: BigInt(numberOf('--seq', values.seq ?? '1', Number.MAX_SAFE_INTEGER)),
      ...(values.ip === undefined ? {} : { ip: ipOf(values.ip) }),
      ports: portsOf(values),
      multiaddrs: values.multiaddr ?? [],
    }
  }
  if (action !== 'decode' && action !== 'verify') {
    throw usageError('enr', action === undefined ? 'say decode, verify or make' : `there is no "${action}"`)
  }
  if (records.length === 0) throw usageError('enr', 'give a record, or a file of them')
  return action === 'decode' ? { action, json, records } : { action, json, records, chain: await chainOf(values) }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...chainOptions,
        key: { type: 'string' },
        ip: { type: 'string' },
        tcp: { type: 'string' },
        udp: { type: 'string' },
        quic: { type: 'string' },
        multiaddr: { type: 'string', multiple: true },
        seq: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw usageError('enr', messageOf(error))
  }
}

type Values = ReturnType<typeof parsed>['values']

const chainOf = (values: Values): Promise<Chain> =>
  readChainOption('enr', { ...values, chain: values.chain ?? 'mainnet' })

function numberOf(option: string, text: string, max: number): number {
  return numberValue('enr', option, text, { min: 1, max, integer: true })
}

function portsOf(values: Values): { tcp?: number; udp?: number; quic?: number } {
  const ports: { tcp?: number; udp?: number; quic?: number } = {}
  for (const name of ['tcp', 'udp', 'quic'] as const) {
    const text = values[name]
    if (text !== undefined) ports[name] = numberOf(`--${name}`, text, 65_535)
  }
  return ports
}

function ipOf(text: string): string {
  const parts = text.split('.')
  if (parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return text
  throw usageError('enr', `--ip "${text}" is no IPv4 address`)
}
