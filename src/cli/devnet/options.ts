import { parseArgs } from 'node:util'
import type { DevnetOptions, ForkSchedule, PersonaName } from '../../devnet/index.ts'
import { devnetForkNames, personaNames } from '../../devnet/index.ts'
import { messageOf } from '../../errors/index.ts'
import { chainOptions, readChainOption } from '../options/chain-option.ts'
import { usageError } from '../options/usage.ts'
import { numberValue } from '../options/values.ts'

const PORT = { min: 0, max: 65_535, integer: true } as const
const WHOLE = { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true } as const
const SHARE = { min: 0, max: 1 } as const

/** What `lampara devnet` was asked. */
export interface DevnetCommandOptions {
  readonly devnet: DevnetOptions
  readonly json: boolean
}

export const devnetHelp = `Starts a signed beacon chain on this machine, to follow and to test with. It listens on 127.0.0.1 only.

Usage: lampara devnet [OPTIONS]

  --preset PRESET      minimal (committee of 32, epochs of 8 slots) or mainnet (512, 32). Default: minimal
  --slot-ms N          slot time in milliseconds, from 50. Default: 2000, or 12000 with the mainnet preset
  --forks SCHEDULE     first epochs of forks: altair:0,capella:2,fulu:4. One left out starts with the next one named, those
                       after the last never. Of ${devnetForkNames.join(', ')}. Default: all at 0
  --blobs SCHEDULE     blob-parameter forks from Fulu on, epoch:most blobs in a block: 6:12,8:15. Default: none
  --participation S    share of the sync committee that signs, 0 to 1. Default: 0.95
  --missed S           share of slots without a block, 0 to 1. Default: 0
  --validators N       of whom committees are drawn. Default: the committee's size
  --seed TEXT          what keys and chances are drawn from. Default: lampara
  --start-slot N       slots that lie behind at the start. Default: four epochs and a slot
  --replay FOLDER      serve recorded Beacon API JSON instead, under its own clock
  --chain CHAIN        with --replay: mainnet, sepolia, hoodi, or the path of a config.yaml. Default: mainnet
  --genesis-root ROOT  with a config.yaml: the genesis validators root, 0x… (32 bytes)
  --genesis-time TIME  with a config.yaml: the genesis time in unix seconds
  --persona NAME       whose behaviour the beacon node has: ${personaNames.join(', ')}. Default: lampara
  --port PORT          TCP port of the beacon node. Default: a free one
  --rest-port PORT     port of the Beacon API and the join document. Default: a free one
  --discv5-port PORT   take part in discv5, on this UDP port or with 0 on a free one. Default: no part
  --boot-enr ENR       the same, beginning with this node record (enr:…); may be repeated
  --json               print one JSON object a line
  --help               print this

Ctrl-C ends it.`

/** Understands the arguments. @throws LamparaError `invalid_argument`, naming the option */
export async function parseDevnetOptions(argv: readonly string[]): Promise<DevnetCommandOptions | 'help'> {
  const values = parsed(argv)
  if (values.help) return 'help'
  const ports = {
    port: numberValue('devnet', '--port', values.port, PORT),
    restPort: numberValue('devnet', '--rest-port', values['rest-port'], PORT),
  }
  const devnet = values.replay === undefined ? madeOptions(values) : await replayOptions(values, values.replay)
  return { devnet: { ...devnet, ...ports, ...personaOf(values.persona), ...discv5Of(values) }, json: values.json }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        ...chainOptions,
        ...madeOnly,
        replay: { type: 'string' },
        port: { type: 'string', default: '0' },
        'rest-port': { type: 'string', default: '0' },
        persona: { type: 'string' },
        'discv5-port': { type: 'string' },
        'boot-enr': { type: 'string', multiple: true },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw usage(messageOf(error))
  }
}

/** Options that a replay has no use for. */
const madeOnly = {
  preset: { type: 'string' },
  'slot-ms': { type: 'string' },
  forks: { type: 'string' },
  blobs: { type: 'string' },
  participation: { type: 'string' },
  missed: { type: 'string' },
  validators: { type: 'string' },
  seed: { type: 'string' },
  'start-slot': { type: 'string' },
} as const

type Values = ReturnType<typeof parsed>

function madeOptions(values: Values): DevnetOptions {
  for (const name of Object.keys(chainOptions) as (keyof typeof chainOptions)[]) {
    if (values[name] !== undefined) throw usage(`--${name} is for --replay only`)
  }
  const number = (name: keyof typeof madeOnly, bounds: Parameters<typeof numberValue>[3]): number | undefined => {
    const text = values[name]
    return text === undefined ? undefined : numberValue('devnet', `--${name}`, text, bounds)
  }
  return {
    preset: presetOf(values.preset),
    slotDurationMs: number('slot-ms', WHOLE),
    forks: values.forks === undefined ? undefined : forksOf(values.forks),
    blobSchedule: values.blobs === undefined ? undefined : blobsOf(values.blobs),
    participation: number('participation', SHARE),
    missedSlots: number('missed', SHARE),
    validators: number('validators', WHOLE),
    seed: values.seed,
    startSlot: number('start-slot', WHOLE),
  }
}

async function replayOptions(values: Values, replay: string): Promise<DevnetOptions> {
  for (const name of Object.keys(madeOnly) as (keyof typeof madeOnly)[]) {
    if (values[name] !== undefined) throw usage(`--${name} has no meaning with --replay`)
  }
  return { replay, chain: await readChainOption('devnet', { ...values, chain: values.chain ?? 'mainnet' }) }
}

function discv5Of(values: Values): Pick<DevnetOptions, 'discv5'> {
  const port = values['discv5-port']
  const bootstrap = values['boot-enr']
  if (port === undefined && bootstrap === undefined) return {}
  return {
    discv5: {
      port: numberValue('devnet', '--discv5-port', port ?? '0', PORT),
      ...(bootstrap === undefined ? {} : { bootEnrs: bootstrap }),
    },
  }
}

function personaOf(name: string | undefined): Pick<DevnetOptions, 'persona'> {
  if (name === undefined) return {}
  if (personaNames.some((known) => known === name)) return { persona: name as PersonaName }
  throw usage(`--persona "${name}" is none of ${personaNames.join(', ')}`)
}

function presetOf(name: string | undefined): 'minimal' | 'mainnet' | undefined {
  if (name === undefined || name === 'minimal' || name === 'mainnet') return name
  throw usage(`--preset "${name}" is neither minimal nor mainnet`)
}

function forksOf(text: string): ForkSchedule {
  const forks: Record<string, number> = {}
  for (const [name, epoch] of pairsOf('--forks', text)) {
    if (!devnetForkNames.some((known) => known === name)) {
      throw usage(`--forks "${name}" is none of ${devnetForkNames.join(', ')}`)
    }
    forks[name] = numberValue('devnet', '--forks', epoch, WHOLE)
  }
  return forks
}

function blobsOf(text: string): { epoch: number; maxBlobsPerBlock: number }[] {
  return pairsOf('--blobs', text).map(([epoch, most]) => ({
    epoch: numberValue('devnet', '--blobs', epoch, WHOLE),
    maxBlobsPerBlock: numberValue('devnet', '--blobs', most, { min: 1, max: 4096, integer: true }),
  }))
}

function pairsOf(option: string, text: string): [string, string][] {
  return text.split(',').map((pair) => {
    const [key, value, ...rest] = pair.trim().split(':')
    if (!key || !value || rest.length > 0) throw usage(`${option} "${pair}" is not two things with a colon between`)
    return [key, value]
  })
}

function usage(what: string) {
  return usageError('devnet', what)
}
