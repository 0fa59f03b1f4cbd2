import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { LamparaError, messageOf } from '../../../errors/index.ts'
import { raceSignal } from '../../../streams/abort.ts'
import type { Candidate, Discv5Node, Discv5Options } from '../../candidate-source.ts'
import { bootstrapRecords } from './bootstrap-records.ts'
import { freeUdpAddress } from './udp-address.ts'

/** The library's own limit of 60 s would keep a small network's lookups waiting for its dead nodes. */
const LOOKUP_MS = 10_000
/** Lookups in one turn of the source. */
const LOOKUPS = 8

/**
 * Starts discv5 over UDP (phase0/p2p-interface.md, "The discovery domain: discv5"): a source that looks up random targets. Our
 * own record follows the forks with it.
 *
 * @throws LamparaError as `Platform.startDiscv5`
 */
export async function startDiscv5(options: Discv5Options): Promise<Discv5Node> {
  const { Discv5 } = await import('@chainsafe/discv5').catch((cause) => {
    throw new LamparaError('runtime_unsupported', `Cannot start discv5: ${messageOf(cause)}`, { cause })
  })
  const bootstrap = options.bootstrap ?? bootstrapRecords(options.chainName)
  if (options.bootstrap === undefined && bootstrap.length + options.known.length === 0) {
    const reason = `${options.chainName} has no published bootnodes: name records to begin with`
    throw new LamparaError('bootnodes_missing', `Cannot start discv5: ${reason}`)
  }
  const { family, port, multiaddr } = await freeUdpAddress(options.listen ?? '/ip4/0.0.0.0/udp/0')
  const discv5 = Discv5.create({
    enr: options.record,
    privateKey: privateKeyFromRaw(options.privateKey),
    bindAddrs: family === 'ip4' ? { ip4: multiaddr } : { ip6: multiaddr },
    config: { lookupTimeout: LOOKUP_MS },
  })
  discv5.enr.udp = port
  for (const record of bootstrap) discv5.addEnr(record)
  for (const record of options.known) {
    try {
      discv5.addEnr(record)
    } catch {
      // A stored record that names no UDP port cannot be in the table.
    }
  }
  await discv5.start()
  let told = String(options.forkId())

  /** Whoever looks for peers by our record must find the digest in force. */
  function followForks(): void {
    const value = options.forkId()
    if (String(value) === told) return
    told = String(value)
    discv5.enr.set('eth2', value)
  }

  async function* candidates(signal: AbortSignal): AsyncGenerator<Candidate> {
    const seen = new Set<string>()
    for (let lookups = 0; lookups < LOOKUPS; lookups++) {
      signal.throwIfAborted()
      followForks()
      // What the routing table has is to be had without asking anybody.
      const found = lookups === 0 ? discv5.kadValues() : await raceSignal(discv5.findRandomNode(), signal)
      for (const enr of found) {
        const record = enr.encodeTxt()
        const candidate = seen.has(record) ? undefined : options.read(record)
        seen.add(record)
        if (candidate !== undefined) yield candidate
      }
    }
  }

  return {
    source: { name: 'discv5', candidates: ({ signal }) => candidates(signal) },
    get record() {
      return discv5.enr.encodeTxt()
    },
    stop: () => discv5.stop(),
  }
}
