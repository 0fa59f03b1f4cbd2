import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { EventEmitter } from 'node:events'
import type { IPMode, ITransportService, TransportEventEmitter } from '@chainsafe/discv5'
import { decodePacket, encodePacket, MAX_PACKET_SIZE } from '@chainsafe/discv5/packet'
import { getSocketAddressOnENR } from '@chainsafe/discv5/util'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { LamparaError, messageOf } from '../../../errors/index.ts'
import { readUdpAddress, type UdpAddress } from './udp-address.ts'

type Packet = Parameters<ITransportService['send']>[2]

/** A socket that discv5 speaks over. */
export interface UdpTransport {
  /** Where it listens, the port as it is. */
  readonly address: UdpAddress
  /** As the package takes it; stopping it closes the socket. */
  readonly service: ITransportService
}

/**
 * Listens on a UDP address. Instead of the package's own transport: there what goes wrong with a datagram, whoever sent it, is
 * thrown where nobody can catch it, and so is a port that is taken.
 *
 * @param nodeId - tells ours, in hexadecimal: packets to us are masked with it
 * @throws LamparaError `address_invalid`; `invalid_argument` when the address cannot be listened on
 */
export async function openUdp(address: string, nodeId: () => string): Promise<UdpTransport> {
  const asked = readUdpAddress(address)
  const socket = await bind(asked)
  const bound = { ...asked, port: socket.address().port }
  return { address: bound, service: new UdpService(socket, bound, nodeId) }
}

const Emitter = EventEmitter as new () => TransportEventEmitter

class UdpService extends Emitter implements ITransportService {
  readonly bindAddrs: Multiaddr[]
  readonly ipMode: IPMode
  readonly #socket: Socket
  readonly #nodeId: () => string

  constructor(socket: Socket, { family, host, port }: UdpAddress, nodeId: () => string) {
    super()
    this.bindAddrs = [multiaddr(`/${family}/${host}/udp/${port}`)]
    this.ipMode = family === 'ip4' ? { ip4: true, ip6: false } : { ip4: false, ip6: true }
    this.#socket = socket
    this.#nodeId = nodeId
  }

  async start(): Promise<void> {
    this.#socket.on('message', (bytes, from) => {
      try {
        this.emit('packet', addressOf(from), decodePacket(this.#nodeId(), bytes))
      } catch {
        // A datagram that is none of ours, or whose handling failed: the next may be a good one.
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
    this.#socket.send(encodePacket(toId, packet), Number(udp?.value), host.value, () => {})
  }

  getContactableAddr(enr: Parameters<ITransportService['getContactableAddr']>[0]) {
    return getSocketAddressOnENR(enr, this.ipMode)
  }
}

function addressOf({ family, address, port }: RemoteInfo): Multiaddr {
  // The zone of a link-local address means nothing to anyone else.
  return multiaddr(`/${family === 'IPv4' ? 'ip4' : 'ip6'}/${address.replace(/%.*$/, '')}/udp/${port}`)
}

function bind({ family, host, port }: UdpAddress): Promise<Socket> {
  const socket = createSocket({
    type: family === 'ip4' ? 'udp4' : 'udp6',
    ipv6Only: family === 'ip6',
    recvBufferSize: 16 * MAX_PACKET_SIZE,
    sendBufferSize: MAX_PACKET_SIZE,
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
