import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { EventEmitter } from 'node:events'
import type { IPMode, ITransportService, TransportEventEmitter } from '@chainsafe/discv5'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { LamparaError, messageOf } from '../../../errors/index.ts'
import { type Discv5Library, loadDiscv5 } from './load-discv5.ts'
import { readUdpAddress, type UdpAddress } from './udp-address.ts'

type Packet = Parameters<ITransportService['send']>[2]

/** A socket that discv5 speaks over. */
export interface UdpTransport {
  /** Where it listens, the port as it is. */
  readonly address: UdpAddress
  /** As the package takes it; stopping it closes the socket. */
  readonly service: ITransportService
}

/** What the socket asks. */
export interface UdpRules {
  /** Our node id in hexadecimal: packets to us are masked with it. */
  nodeId(): string
  /** True for an address with which packets may be exchanged. */
  mayContact(address: string): boolean
}

/**
 * Listens on a UDP address. Instead of the package's own transport: there what goes wrong with a datagram, anyone who sent it, is
 * thrown where nobody can catch it, and so is a port that is taken.
 *
 * With an address that must not be contacted it exchanges nothing in either direction. Anyone who sends a datagram can write any
 * address on it, so that an answer would go where a record may not lead us, too.
 *
 * @throws LamparaError `address_invalid`; `invalid_argument` when the address cannot be listened on
 */
export async function openUdp(address: string, rules: UdpRules): Promise<UdpTransport> {
  const asked = readUdpAddress(address)
  const library = await loadDiscv5()
  const socket = await bind(asked, library.MAX_PACKET_SIZE)
  const bound = { ...asked, port: socket.address().port }
  return { address: bound, service: new UdpService(socket, bound, rules, library) }
}

const Emitter = EventEmitter as new () => TransportEventEmitter

class UdpService extends Emitter implements ITransportService {
  readonly bindAddrs: Multiaddr[]
  readonly ipMode: IPMode
  readonly #socket: Socket
  readonly #rules: UdpRules
  readonly #library: Discv5Library

  constructor(socket: Socket, { family, host, port }: UdpAddress, rules: UdpRules, library: Discv5Library) {
    super()
    this.bindAddrs = [multiaddr(`/${family}/${host}/udp/${port}`)]
    this.ipMode = family === 'ip4' ? { ip4: true, ip6: false } : { ip4: false, ip6: true }
    this.#socket = socket
    this.#rules = rules
    this.#library = library
  }

  async start(): Promise<void> {
    this.#socket.on('message', (bytes, from) => {
      try {
        const address = addressOf(from)
        if (!this.#rules.mayContact(address.toString())) return
        this.emit('packet', address, this.#library.decodePacket(this.#rules.nodeId(), bytes))
      } catch {
        // A datagram that is not one of ours, or whose handling failed: the next may be a good one.
      }
    })
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(resolve))
  }

  /** UDP may lose any datagram: that one could not be sent is no different. */
  async send(to: Multiaddr, toId: string, packet: Packet): Promise<void> {
    const [host, udp] = to.getComponents()
    if (host === undefined || !this.ipMode[host.name as 'ip4' | 'ip6']) return
    if (!this.#rules.mayContact(to.toString())) return
    this.#socket.send(this.#library.encodePacket(toId, packet), Number(udp?.value), host.value, () => {})
  }

  getContactableAddr(enr: Parameters<ITransportService['getContactableAddr']>[0]) {
    return this.#library.getSocketAddressOnENR(enr, this.ipMode)
  }
}

function addressOf({ family, address, port }: RemoteInfo): Multiaddr {
  // The zone of a link-local address means nothing to anyone else.
  return multiaddr(`/${family === 'IPv4' ? 'ip4' : 'ip6'}/${address.replace(/%.*$/, '')}/udp/${port}`)
}

function bind({ family, host, port }: UdpAddress, maxPacketBytes: number): Promise<Socket> {
  const socket = createSocket({
    type: family === 'ip4' ? 'udp4' : 'udp6',
    ipv6Only: family === 'ip6',
    recvBufferSize: 16 * maxPacketBytes,
    sendBufferSize: maxPacketBytes,
  })
  return new Promise((resolve, reject) => {
    socket.once('error', (cause) => {
      socket.close()
      const message = `Cannot listen on ${host}, UDP port ${port}: ${messageOf(cause)}`
      reject(new LamparaError('invalid_argument', message, { cause }))
    })
    socket.bind(port, host, () => {
      socket.removeAllListeners('error')
      // The interface went away, say: what cannot be sent is lost, and peers are looked for by other ways.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}
