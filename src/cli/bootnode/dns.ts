import { parseArgs } from 'node:util'
import { fetchJoinDocument, parsePeerAddress } from '../../discovery/index.ts'
import { messageOf } from '../../errors/index.ts'
import { exitStatus } from '../exit-status.ts'
import type { CliIo } from '../io.ts'
import { usageError } from '../options/usage.ts'
import { numberValue } from '../options/values.ts'

const COMMAND = 'bootnode dns'
/** A TXT record is of strings of up to 255 bytes (RFC 1035, section 3.3). */
const MAX_STRING = 255

const dnsHelp = `Prints the DNS records by which a fleet of bootnodes is found under one name, as lines of a zone file.

Usage: lampara bootnode dns --name NAME [--join URL | --address ADDRESS] [OPTIONS]

  --name NAME          the name, relay.example say. Clients are given /dnsaddr/NAME
  --join URL           a bootnode's join document, whose addresses are listed; may be repeated
  --address ADDRESS    multiaddr of a bootnode, with /p2p/…; may be repeated
  --ttl SECONDS        how long resolvers may remember them. Default: 300
  --help               print this`

/**
 * `lampara bootnode dns`: prints dnsaddr records (multiformats/multiaddr, protocols/DNSADDR.md).
 *
 * @returns 0
 * @throws LamparaError `invalid_argument`; as `fetchJoinDocument()`
 */
export async function runDns(argv: readonly string[], io: CliIo): Promise<number> {
  const { help, name, ttl, join = [], address = [] } = parsed(argv)
  if (help) {
    io.stdout(dnsHelp)
    return exitStatus.ok
  }
  if (name === undefined || !isName(name)) throw usageError(COMMAND, `--name "${name ?? ''}" is not a DNS name`)
  if (join.length + address.length === 0) throw usageError(COMMAND, 'give bootnodes with --join or --address')
  const seconds = numberValue(COMMAND, '--ttl', ttl, { min: 0, max: 604_800, integer: true })
  for (const text of address) {
    try {
      parsePeerAddress(text)
    } catch (error) {
      throw usageError(COMMAND, `--address: ${messageOf(error)}`)
    }
  }
  const documents = await Promise.all(join.map((url) => fetchJoinDocument(url, { signal: io.signal })))
  const all = new Set([...address, ...documents.flatMap(({ bootnodes }) => bootnodes)])
  for (const each of all) io.stdout(dnsaddrLine(name, seconds, each))
  return exitStatus.ok
}

function dnsaddrLine(name: string, seconds: number, address: string): string {
  const value = `dnsaddr=${address}`.replace(/["\\]/g, '\\$&')
  const strings = value.match(new RegExp(`.{1,${MAX_STRING}}`, 'g')) ?? []
  return `_dnsaddr.${name.replace(/\.$/, '')}. ${seconds} IN TXT ${strings.map((text) => `"${text}"`).join(' ')}`
}

function isName(text: string): boolean {
  return text.length <= 244 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\.?$/i.test(text)
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        name: { type: 'string' },
        join: { type: 'string', multiple: true },
        address: { type: 'string', multiple: true },
        ttl: { type: 'string', default: '300' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw usageError(COMMAND, messageOf(error))
  }
}
