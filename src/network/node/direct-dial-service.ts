import type {
  Connection,
  ConnectionGater,
  Libp2pEvents,
  MessageStream,
  PrivateKey,
  Startable,
  StreamMuxer,
  TypedEventTarget,
  Upgrader,
} from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { listen } from '../../streams/listen.ts'
import { budgetOfMuxer, openMuxerBudget } from './limited-muxer.ts'
import type { NodeDependencies } from './node-dependencies.ts'

/** What the service takes of libp2p's components. */
interface Components {
  readonly privateKey: PrivateKey
  readonly connectionGater: ConnectionGater
  readonly upgrader: Upgrader
  readonly events: TypedEventTarget<Libp2pEvents>
  readonly transportManager: {
    dial(address: Multiaddr, options: { readonly signal: AbortSignal }): Promise<Connection>
  }
}

/** What a network needs of its libp2p node and can have only from within. */
export interface DirectDialService extends Startable {
  readonly dependencies: NodeDependencies
  readonly components: Components
  /** Dials one address. @throws whatever the transport throws; the signal's reason */
  dial(address: Multiaddr, signal: AbortSignal): Promise<Connection>
}

/**
 * A libp2p service that a network works through. It dials one address and no other: libp2p's own queue makes all dials to a
 * peer one, which tries the addresses in turn, and a silent one holds up those after it for seconds.
 */
export function directDialService(parts: NodeDependencies): (components: Components) => DirectDialService {
  return (components) => {
    let stopListening = (): void => {}
    return {
      dependencies: parts,
      components,
      start() {
        stopListening = listen<Libp2pEvents>(components.events, {
          'connection:open': ({ detail }) => identifyBudget(detail, parts),
        })
        parts.budgets.start()
      },
      stop() {
        stopListening()
        parts.budgets.stop()
        parts.inbound?.gate.stop()
      },
      async dial(address, signal) {
        const { connectionGater, transportManager } = components
        if (await connectionGater.denyDialMultiaddr?.(address)) throw new Error('the address may not be dialed')
        signal.throwIfAborted()
        return transportManager.dial(address, { signal })
      },
    }
  }
}

/** Tells a connection's budget whose it is. QUIC has streams of its own, and no muxer that could charge them: they are charged here. */
function identifyBudget(connection: Connection, { budgets }: NodeDependencies): void {
  const { muxer, maConn } = connection as unknown as { readonly muxer?: StreamMuxer; readonly maConn: MessageStream }
  if (muxer === undefined) return
  let budget = budgetOfMuxer(muxer)
  if (budget === undefined) {
    const opened = openMuxerBudget(muxer, maConn, budgets)
    muxer.addEventListener('stream', () => void opened.charge('streams'))
    budget = opened
  }
  budget.identify(connection.remotePeer.toString())
}
