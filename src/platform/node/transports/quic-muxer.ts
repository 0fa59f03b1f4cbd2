import type { Stream, StreamMuxerFactory } from '@libp2p/interface'

/** What is used here of the add-on's connection and its streams. */
interface NativeConnection {
  inboundStream(): Promise<NativeStream>
  outboundStream(): Promise<NativeStream>
}
interface NativeStream {
  id(): string
  read(bytes: number): Promise<unknown>
}

/** What libp2p tells a stream of when it is to deliver no more, or again. */
interface Pausable {
  sendPause(): void
  sendResume(): void
}

/**
 * Mends two things of `@chainsafe/libp2p-quic` 2.1.1.
 *
 * A paused stream stops reading, so that QUIC's own flow control holds the sender back: as it comes, it reads on regardless, and
 * is reset once four megabytes wait in it. And a connection that ends takes all of its streams along: as it comes, it passes over
 * every second one, since the list shrinks while it goes through it, and anyone who reads from those waits for ever.
 */
export function patchQuicMuxer(factory: StreamMuxerFactory): StreamMuxerFactory {
  const connection = connectionOf(factory)
  if (connection === undefined) return factory
  const gates = new Map<string, Gate>()
  for (const name of ['inboundStream', 'outboundStream'] as const) {
    const next = connection[name].bind(connection)
    connection[name] = async () => {
      const native = await next()
      const gate = createGate()
      const read = native.read.bind(native)
      native.read = async (bytes) => {
        await gate.opened()
        return read(bytes)
      }
      gates.set(native.id(), gate)
      return native
    }
  }

  function attach(stream: Stream): void {
    const gate = gates.get(stream.id)
    if (gate === undefined) return
    const pausable = stream as Stream & Pausable
    pausable.sendPause = gate.close
    pausable.sendResume = gate.open
    stream.addEventListener(
      'close',
      () => {
        gates.delete(stream.id)
        // Whatever reads then sees the end.
        gate.open()
      },
      { once: true },
    )
  }

  const createStreamMuxer = factory.createStreamMuxer.bind(factory)
  factory.createStreamMuxer = (over) => {
    const muxer = createStreamMuxer(over)
    const createStream = muxer.createStream.bind(muxer)
    muxer.createStream = async (options) => {
      const stream = await createStream(options)
      attach(stream)
      return stream
    }
    const abort = muxer.abort.bind(muxer)
    muxer.abort = (error) => {
      for (const stream of [...muxer.streams]) stream.abort(error)
      abort(error)
    }
    muxer.addEventListener('stream', ({ detail }) => attach(detail))
    return muxer
  }
  return factory
}

function connectionOf(factory: StreamMuxerFactory): NativeConnection | undefined {
  const { init } = factory as StreamMuxerFactory & { readonly init?: { readonly connection?: NativeConnection } }
  return init?.connection
}

interface Gate {
  opened(): Promise<void> | undefined
  close(): void
  open(): void
}

function createGate(): Gate {
  let shut: PromiseWithResolvers<void> | undefined
  return {
    opened: () => shut?.promise,
    close() {
      shut ??= Promise.withResolvers<void>()
    },
    open() {
      shut?.resolve()
      shut = undefined
    },
  }
}
