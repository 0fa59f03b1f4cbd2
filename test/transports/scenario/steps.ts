import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { closeConnection } from '../../../src/peers/connections/dial.ts'
import { systemClock } from '../../../src/streams/clock.ts'
import { scenarioProtocols } from './protocols.ts'
import { count, KIB, MIB } from './streams.ts'

/** Where a scenario dials. Plain data: it crosses from Node into a page. */
export interface ScenarioAddresses {
  /** Where the listening side is, with `/p2p/…`. */
  readonly address: string
  /** An address of the same kind where nobody ever answers, with the listening side's `/p2p/…`. */
  readonly silent: string
  /** A peer id that nobody there has. */
  readonly stranger: string
  /** The peer that leads there, where one does: connections to it are left out. */
  readonly via?: string
}

/** What a scenario runs on: the dialing side, in Node or in a page. */
export interface ScenarioContext extends ScenarioAddresses {
  readonly libp2p: Libp2p & { readonly services: { readonly lampara: ScenarioDialer } }
}

interface ScenarioDialer {
  dial(address: ReturnType<typeof multiaddr>, signal: AbortSignal): Promise<Connection>
}

/** Something that must hold over a transport. */
export interface Scenario {
  readonly name: string
  run(context: ScenarioContext): Promise<void>
}

/** What is carried where much is carried. */
export const TOTAL = 20 * MIB
/** For a dial, or a stream to be agreed on: a machine may have much else to do. */
const PATIENCE_MS = 45_000

export function assert(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`Expected ${what}`)
}

/** The connections of the dialing side, but for those to the peer that leads there, and relayed ones. */
export function connectionsOf({ libp2p, via }: Pick<ScenarioContext, 'libp2p' | 'via'>): readonly Connection[] {
  return libp2p
    .getConnections()
    .filter(({ remotePeer, limits }) => remotePeer.toString() !== via && limits === undefined)
}

export async function dial({ libp2p, address }: ScenarioContext, to = address): Promise<Connection> {
  return libp2p.services.lampara.dial(multiaddr(to), AbortSignal.timeout(PATIENCE_MS))
}

/** Closes as a network does: in good order, or by force where that takes more than a second. */
export function part(connection: Connection): Promise<void> {
  return closeConnection(connection, systemClock)
}

export function open(connection: Connection, name: keyof typeof scenarioProtocols): Promise<Stream> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  return connection.newStream(scenarioProtocols[name], { maxOutboundStreams: 200, signal })
}

/** Sends some bytes and sees them come back. */
export async function echo(connection: Connection, bytes = KIB): Promise<void> {
  const stream = await open(connection, 'echo')
  const message = new Uint8Array(bytes).map((_, index) => index * 31 + bytes)
  const came: number[] = []
  const counter = count(stream, (data) => came.push(...data))
  stream.send(message)
  await stream.close()
  await counter.ended
  assert(came.length === bytes && came.every((value, index) => value === message[index]), `${bytes} bytes back`)
}

export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}
