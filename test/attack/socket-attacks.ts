import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { LimitCause } from '../../src/limits/limits.ts'

/** Sockets at once. */
const SOCKETS = 500
const PATIENCE_MS = 20_000

/** What sockets do to a node before anybody knows whose they are. */
export interface SocketAttack {
  /** Undefined for what is not counted. */
  readonly cause?: LimitCause
  /** What each socket sends; it reads nothing, and comes again when it is closed. */
  readonly bytes: Uint8Array
}

const upgrade = [
  'GET / HTTP/1.1',
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
]
const request = Buffer.from(`${upgrade.join('\r\n')}\r\n\r\n`)
const MULTISTREAM = Buffer.from('\x13/multistream/1.0.0\n\x07/noise\n', 'latin1')

/** A masked binary frame of a WebSocket; its key is zero. */
function frameOf(payload: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(0x82, 0x80 | payload.length, 0, 0, 0, 0), payload])
}

/** The attacks by sockets, by what they send. */
export const socketAttacks: Readonly<Record<string, SocketAttack>> = {
  'sockets that say nothing': { bytes: new Uint8Array() },
  'sockets that become WebSockets and say nothing more': { cause: 'handshake_failed', bytes: request },
  'handshakes that stop halfway': {
    cause: 'handshake_failed',
    bytes: Buffer.concat([request, frameOf(MULTISTREAM)]),
  },
  'handshakes of junk': {
    cause: 'handshake_failed',
    bytes: Buffer.concat([request, frameOf(MULTISTREAM), frameOf(new Uint8Array(120).fill(7))]),
  },
}

/** Attacks without end. @param say - told how each socket ends */
export async function attackBySockets(
  attack: SocketAttack,
  address: string,
  say: (ending: string) => void,
): Promise<never> {
  const [, host = '', port = ''] = /^\/ip4\/([\d.]+)\/tcp\/(\d+)/.exec(address) ?? []
  const lane = async (): Promise<never> => {
    for (;;) say(await oneSocket(connect(Number(port), host), attack.bytes))
  }
  await Promise.all(Array.from({ length: SOCKETS }, lane))
  throw new Error('It has no end')
}

async function oneSocket(socket: Socket, bytes: Uint8Array): Promise<string> {
  const closed = once(socket, 'close').then(() => 'disconnected')
  closed.catch(() => {})
  try {
    await once(socket, 'connect')
    socket.on('error', () => {})
    socket.resume()
    socket.write(bytes)
    const patience = new Promise<string>((resolve) => setTimeout(resolve, PATIENCE_MS, 'open').unref())
    return await Promise.race([closed, patience])
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 100))
    return 'refused'
  } finally {
    socket.destroy()
  }
}
