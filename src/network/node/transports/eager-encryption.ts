import type { MessageStream, MultiaddrConnection, Transport, Upgrader } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { LamparaError } from '../../../errors/index.ts'
import type { Libp2pTransport } from '../../../platform/transports.ts'

/** multistream-select's lines for noise, which the proposal and its acceptance alike consist of. */
const NEGOTIATION = Uint8Array.from([...line('/multistream/1.0.0'), ...line('/noise')])

/** What connections of libp2p's making have beside their interface. */
interface Receiving {
  /** Takes what arrived. */
  onData?(bytes: Uint8Array | Uint8ArrayList): void
}

/**
 * Lets noise begin with the proposal of noise, instead of a round trip later: whoever dials a beacon node knows that it speaks
 * nothing else.
 *
 * libp2p's upgrader proposes and waits. Here its proposal is answered at once in the peer's stead, and the peer's own answer
 * is taken away and compared when it comes: any other ends the connection. Noise proves the peer's identity as before. Transports
 * that bring their own encryption are left alone. To be deleted once js-libp2p negotiates lazily.
 */
export function withEagerEncryption(create: Libp2pTransport): Libp2pTransport {
  return (components) => {
    const transport: Transport = create(components)
    const dial = transport.dial.bind(transport)
    transport.dial = (address, options) => dial(address, { ...options, upgrader: eagerUpgrader(options.upgrader) })
    return transport
  }
}

function eagerUpgrader(upgrader: Upgrader): Upgrader {
  const upgradeOutbound: Upgrader['upgradeOutbound'] = (connection, options) => {
    if (!(options && 'skipEncryption' in options && options.skipEncryption)) acceptAtOnce(connection)
    return upgrader.upgradeOutbound(connection, options)
  }
  return new Proxy(upgrader, {
    get(target, name) {
      const value: unknown = name === 'upgradeOutbound' ? upgradeOutbound : Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Answers the first thing that is sent, where it is the proposal, and takes the peer's answer out of what arrives. */
function acceptAtOnce(connection: MultiaddrConnection & Receiving): void {
  const { onData } = connection
  if (onData === undefined) return
  const send = connection.send.bind(connection)
  connection.send = (data) => {
    connection.send = send
    if (!isNegotiation(data)) return send(data)
    connection.onData = withoutAnswer(connection, onData.bind(connection))
    const more = send(data)
    connection.push(NEGOTIATION)
    return more
  }
}

function withoutAnswer(
  connection: MessageStream & Receiving,
  onData: (bytes: Uint8Array | Uint8ArrayList) => void,
): (bytes: Uint8Array | Uint8ArrayList) => void {
  const answer = new Uint8ArrayList()
  return (bytes) => {
    answer.append(bytes)
    const known = answer.subarray(0, Math.min(answer.byteLength, NEGOTIATION.length))
    if (!known.every((byte, at) => byte === NEGOTIATION[at])) {
      connection.abort(new LamparaError('dial_failed', 'Cannot encrypt the connection: the peer does not speak noise'))
    } else if (answer.byteLength >= NEGOTIATION.length) {
      connection.onData = onData
      if (answer.byteLength > NEGOTIATION.length) onData(answer.sublist(NEGOTIATION.length))
    }
  }
}

function isNegotiation(data: Uint8Array | Uint8ArrayList): boolean {
  const bytes = data.subarray()
  return bytes.length === NEGOTIATION.length && bytes.every((byte, at) => byte === NEGOTIATION[at])
}

function line(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(`${text}\n`)
  return Uint8Array.from([bytes.length, ...bytes])
}
