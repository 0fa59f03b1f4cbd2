import type { Discv5 } from '@chainsafe/discv5'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { LamparaError } from '../../../errors/index.ts'
import type { Candidate, Discv5Node, Discv5Options } from '../../candidate-source.ts'
import { bootstrapRecords } from './bootstrap-records.ts'
import { loadDiscv5 } from './load-discv5.ts'
import type { UdpAddress } from './udp-address.ts'
import { type Walker, walk } from './walk.ts'

/** The library's own limit of 60 s would keep a small network's lookups waiting for its dead nodes. */
const LOOKUP_MS = 10_000
/** Lookups in one turn of the source. */
const LOOKUPS = 8

/**
 * Starts discv5 over UDP (phase0/p2p-interface.md, "The discovery domain: discv5"): a source that looks up random targets.
 *
 * @throws LamparaError as `Platform.startDiscv5`
 */
export async function startDiscv5(options: Discv5Options): Promise<Discv5Node> {
  const [{ Discv5 }, { openUdp }] = await Promise.all([loadDiscv5(), import('./udp-transport.ts')])
  const bootstrap = options.bootEnrs ?? bootstrapRecords(options.chainName)
  if (options.bootEnrs === undefined && bootstrap.length + options.known.length === 0) {
    const reason = `${options.chainName} has no published bootnodes: name records to begin with, or peers`
    throw new LamparaError('bootnodes_missing', `Cannot start discv5: ${reason}`)
  }
  const { address, service } = await openUdp(options.listen ?? '/ip4/0.0.0.0/udp/0', {
    nodeId: () => discv5.enr.nodeId,
    mayContact: options.mayContact,
  })
  const discv5 = Discv5.create({
    enr: options.record,
    privateKey: privateKeyFromRaw(options.privateKey),
    // Of no meaning beside a transport, but asked for.
    bindAddrs: { ip4: service.bindAddrs[0]! },
    transport: service,
    config: { lookupTimeout: LOOKUP_MS },
  })
  tellAddress(discv5.enr, address)
  leaveRoom(discv5.enr)
  for (const record of [...bootstrap, ...options.known]) discv5.addEnr(record)
  await discv5.start()

  const walker: Walker<ReturnType<Discv5['kadValues']>[number]> = {
    kadValues: () => discv5.kadValues(),
    findRandomNode: () => discv5.findRandomNode(),
    onDiscovered(listener) {
      discv5.on('discovered', listener)
      return () => discv5.off('discovered', listener)
    },
  }

  async function* candidates(signal: AbortSignal): AsyncGenerator<Candidate> {
    const seen = new Set<string>()
    for await (const enr of walk(walker, LOOKUPS, signal)) {
      const record = enr.encodeTxt()
      const candidate = seen.has(record) ? undefined : options.read(record)
      seen.add(record)
      if (candidate !== undefined) yield candidate
    }
  }

  return {
    source: { name: 'discv5', candidates: ({ signal }) => candidates(signal) },
    get record() {
      return discv5.enr.encodeTxt()
    },
    setPairs(pairs) {
      for (const [key, value] of pairs) {
        if (String(discv5.enr.kvs.get(key)) !== String(value)) discv5.enr.set(key, value)
      }
    },
    stop: () => discv5.stop(),
  }
}

/** Puts the address into the record. An IP address that it names already is the one at which others reach the node. */
function tellAddress(enr: Discv5['enr'], { family, host, port }: UdpAddress): void {
  if (family === 'ip4') enr.udp = port
  else enr.udp6 = port
  const ip = family === 'ip4' ? 'ip' : 'ip6'
  if (!UNSPECIFIED.test(host)) enr[ip] ??= host
}

/**
 * Others tell us how they see our address, which grows the record. When it has grown too long, the package fails in the midst of
 * a handshake, where nobody could catch it. Addresses that the other keys have no words for take the most room.
 */
function leaveRoom(enr: Discv5['enr']): void {
  let bytes = Number.POSITIVE_INFINITY
  try {
    bytes = enr.encode().length
  } catch {
    // It is too long already.
  }
  if (bytes > MAX_BYTES - ROOM_BYTES) enr.delete('multiaddrs')
}

/** Those of EIP-778, of which the package leaves one. */
const MAX_BYTES = 299
/** An IPv6 address and its port, with their keys. */
const ROOM_BYTES = 30

/** All interfaces, which is not an address to be reached at. */
const UNSPECIFIED = /^(0\.0\.0\.0|[0:]+)$/
