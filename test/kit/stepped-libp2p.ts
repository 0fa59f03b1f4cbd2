import type { Connection, Libp2p, Stream } from '@libp2p/interface'

/** What the request/response behaviour needs of a node. */
type Node = Pick<Libp2p, 'getConnections' | 'getProtocols' | 'handle' | 'unhandle'>

/** Counts the steps of an exchange and does something at one of them. */
export interface Stepper {
  /** Tells that something happened. */
  readonly step: () => void
  /** Begins to count again: the action comes so many microtasks after the step of that number, the first being 0. */
  arm(at: number, ticks: number, action: () => void): void
  /** Steps since then. */
  readonly steps: number
}

/** Makes a stepper that does nothing yet. */
export function createStepper(): Stepper {
  let steps = 0
  let at = -1
  let ticks = 0
  let action = (): void => {}
  const after = (left: number): void => (left === 0 ? action() : queueMicrotask(() => after(left - 1)))
  return {
    step() {
      if (steps++ === at) after(ticks)
    },
    arm(nextAt, nextTicks, nextAction) {
      steps = 0
      at = nextAt
      ticks = nextTicks
      action = nextAction
    },
    get steps() {
      return steps
    },
  }
}

/** A node that tells each step of each stream: asked for, opened, written to, half closed, read from, ended. */
export function steppedNode(libp2p: Libp2p, step: () => void): Node {
  return {
    getConnections: (peer) => libp2p.getConnections(peer).map((connection) => steppedConnection(connection, step)),
    getProtocols: () => libp2p.getProtocols(),
    unhandle: (ids) => libp2p.unhandle(ids),
    handle: (id, handler, options) =>
      libp2p.handle(
        id,
        (stream, connection) => {
          watch(stream, step)
          const handled = handler(stream, connection)
          step()
          return handled
        },
        options,
      ),
  }
}

type Opening = (...args: never[]) => Promise<Stream> | Stream

function steppedConnection(connection: Connection, step: () => void): Connection {
  const muxerOf = ({ muxer }: Connection & { readonly muxer?: object }): object | undefined => muxer
  return new Proxy(connection, {
    get(target, name) {
      if (name === 'newStream') return stepped(target.newStream.bind(target), step)
      if (name !== 'muxer') return Reflect.get(target, name)
      const muxer = muxerOf(target)
      return (
        muxer &&
        new Proxy(muxer, {
          get(inner, key) {
            const value: unknown = Reflect.get(inner, key)
            return key === 'createStream' ? stepped((value as Opening).bind(inner), step) : value
          },
        })
      )
    },
  })
}

function stepped<Open extends Opening>(open: Open, step: () => void): Open {
  const opening = async (...args: Parameters<Open>): Promise<Stream> => {
    step()
    const stream = await open(...args)
    watch(stream, step)
    step()
    return stream
  }
  return opening as Open
}

function watch(stream: Stream, step: () => void): void {
  const send = stream.send.bind(stream)
  stream.send = (data) => {
    const more = send(data)
    step()
    return more
  }
  const close = stream.close.bind(stream)
  stream.close = async (options) => {
    const closing = close(options)
    step()
    await closing
    step()
  }
  // After the reader, which is there first: a listener alone would take the bytes away from it.
  const listen = stream.addEventListener.bind(stream)
  let reading = false
  stream.addEventListener = (...args: Parameters<typeof listen>) => {
    listen(...args)
    if (args[0] !== 'message' || reading) return
    reading = true
    for (const type of ['message', 'remoteCloseWrite', 'end', 'close'] as const) listen(type, step)
  }
}
