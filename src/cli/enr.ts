import { readFile, stat } from 'node:fs/promises'
import type { Chain } from '../chain/index.ts'
import {
  addressPairs,
  decodeEnr,
  type Enr,
  encodeMultiaddrs,
  forkIdAt,
  forkIdOf,
  forkPairsAt,
  signEnr,
} from '../discovery/enr/index.ts'
import { LamparaError, messageOf } from '../errors/index.ts'
import { describeRecord, recordInWords } from './enr/describe-record.ts'
import { type EnrOptions, enrHelp, parseEnrOptions } from './enr/options.ts'
import { readPrivateKey } from './enr/private-key.ts'
import { exitStatus } from './exit-status.ts'
import type { CliIo } from './io.ts'
import { usageError } from './options/usage.ts'

/** The most that a file of records may have. */
const MAX_FILE_BYTES = 4 * 1024 * 1024

/**
 * `lampara enr`: makes, reads and checks node records.
 *
 * @returns 0; 1 when a record is invalid or of another chain
 * @throws LamparaError `invalid_argument`, `enr_invalid` for one that would be too long
 */
export async function run(argv: string[], io: CliIo): Promise<number> {
  const options = await parseEnrOptions(argv)
  if (options === 'help') {
    io.stdout(enrHelp)
    return exitStatus.ok
  }
  if (options.action === 'make') return make(options, io)
  const texts = (await Promise.all(options.records.map(readRecords))).flat()
  const known = options.action === 'verify' ? [options.chain] : undefined
  let failed = false
  for (const [index, text] of texts.entries()) {
    try {
      const enr = decodeEnr(text)
      if (options.action === 'verify') assertOfChain(enr, options.chain)
      const record = describeRecord(enr, known)
      io.stdout(options.json ? JSON.stringify(record) : `${index === 0 ? '' : '\n'}${recordInWords(record)}`)
    } catch (error) {
      failed = true
      const { code, message } = LamparaError.from(error, 'enr_invalid', 'Cannot read a node record')
      if (options.json) io.stdout(JSON.stringify({ enr: text, code, message }))
      else io.stderr(`lampara enr: ${shortened(text)}: ${message}`)
    }
  }
  return failed ? exitStatus.failure : exitStatus.ok
}

async function make(options: Extract<EnrOptions, { action: 'make' }>, io: CliIo): Promise<number> {
  const { key, made } = await readPrivateKey(options.keyFile)
  if (made) io.stderr(`Made a private key: ${options.keyFile}`)
  const enr = signEnr(key, {
    seq: options.seq,
    pairs: [
      ...addressPairs({ ...(options.ip === undefined ? {} : { ip: options.ip }), ...options.ports }),
      ...forkPairsAt(options.chain, Date.now()),
      ...(options.multiaddrs.length === 0 ? [] : [['multiaddrs', multiaddrsValue(options.multiaddrs)] as const]),
    ],
  })
  io.stdout(options.json ? JSON.stringify(describeRecord(enr, [options.chain])) : enr.text)
  return exitStatus.ok
}

function multiaddrsValue(addresses: readonly string[]): Uint8Array {
  try {
    return encodeMultiaddrs(addresses)
  } catch (error) {
    throw usageError('enr', `--multiaddr: ${messageOf(error)}`)
  }
}

function assertOfChain(enr: Enr, chain: Chain): void {
  const digest = forkIdOf(enr)?.forkDigest
  const wanted = forkIdAt(chain, Date.now()).forkDigest
  if (digest === wanted) return
  const told = digest === undefined ? 'tells no fork digest' : `tells the fork digest ${digest}`
  throw new LamparaError(
    'irrelevant_network',
    `Cannot use ${enr.peerId} on ${chain.name}: it ${told}, in force is ${wanted}`,
  )
}

/** A record as it is given, or those of a file: YAML lists and lines look alike here. */
async function readRecords(given: string): Promise<string[]> {
  if (given.startsWith('enr:')) return [given]
  try {
    const { size } = await stat(given)
    if (size > MAX_FILE_BYTES) throw new Error(`${size} bytes are more than ${MAX_FILE_BYTES}`)
    const found = (await readFile(given, 'utf8'))
      .match(/^[^#\n]*enr:[^\s"',#]+/gm)
      ?.map((line) => line.slice(line.indexOf('enr:')))
    if (found === undefined) throw new Error('it names no record')
    return found
  } catch (error) {
    throw usageError('enr', `"${given}" is neither a record nor a file of them: ${messageOf(error)}`)
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
