import type { MessageStream, Stream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { LamparaError } from '../../errors/index.ts'
import type { Budgets, ConnectionBudget } from '../../limits/budgets.ts'
import type { LevelCause } from '../../limits/limits.ts'
import { limitWords } from '../../limits/words.ts'

/** A frame with so many bytes of data costs its sender as much as it costs us: it is free. */
const FREE_BYTES = 1024

// Yamux' header: types, and flags.
const WINDOW_UPDATE = 1
const PING = 2
const SYN = 1

// mplex' message types.
const NEW_STREAM = 0
const MESSAGE_TYPES = new Set([1, 2])

/** So many bytes that we send allow the peer one window update that costs it nothing: it answers what it reads with one. */
const BYTES_PER_UPDATE = 256
/** Window updates that may be due at once. */
const MAX_UPDATES_DUE = 65_536

/** What yamux and mplex have, though their interfaces do not say so. */
interface Inner {
  /** Yamux. */
  handleFrame?(frame: {
    readonly header: {
      readonly type: number
      readonly flag: number
      readonly streamID: number
      readonly length: number
    }
  }): void
  /** mplex. */
  handleMessage?(message: {
    readonly id: number
    readonly type: number
    readonly data?: { readonly byteLength: number }
  }): void
  /** Streams that the peer opens before the upgrade is over. */
  maxEarlyStreams?: number
  readonly decoder?: { readonly buffer?: Measured; readonly _buffer?: Measured }
}

interface Measured {
  readonly byteLength: number
}

/** What every stream of libp2p's making has. */
interface Buffered {
  readonly readBufferLength?: number
  readonly writeBufferLength?: number
}

type LimitedMuxer = StreamMuxer & Inner

const budgetOf = new WeakMap<object, ConnectionBudget>()

/** The budget that a connection's muxer has. */
export function budgetOfMuxer(muxer: StreamMuxer): ConnectionBudget | undefined {
  return budgetOf.get(muxer)
}

/**
 * Charges each frame that arrives to the budget of its connection, and ends the connection that is beyond it.
 *
 * libp2p's muxers have no such limits. Yamux answers every ping, keeps the answers while the peer does not read, opens and
 * resets as many streams a second as the peer likes, and collects a frame of up to 4 GiB before it looks at the window. mplex
 * stops reading from a peer that is too fast, but leaves the connection open.
 */
export function withLimits<Components>(
  create: (components: Components) => StreamMuxerFactory,
  budgets: Budgets,
): (components: Components) => StreamMuxerFactory {
  return (components) => {
    const factory = create(components)
    const createStreamMuxer = factory.createStreamMuxer.bind(factory)
    factory.createStreamMuxer = (connection) => limitMuxer(createStreamMuxer(connection), connection, budgets)
    return factory
  }
}

/** Starts the budget of a connection, whose streams the muxer has. */
export function openMuxerBudget(muxer: StreamMuxer, connection: MessageStream, budgets: Budgets): ConnectionBudget {
  const budget = budgets.open({
    measure: (cause) => measure(muxer, connection, cause),
    abort(cause) {
      connection.abort(new LamparaError('peer_disconnected', `Disconnected: the peer ${limitWords(cause)}`))
    },
  })
  budgetOf.set(muxer, budget)
  connection.addEventListener('close', () => budget.close(), { once: true })
  return budget
}

function limitMuxer(muxer: LimitedMuxer, connection: MessageStream, budgets: Budgets): StreamMuxer {
  const budget = openMuxerBudget(muxer, connection, budgets)
  const send = connection.send.bind(connection)
  let updatesDue = 0
  connection.send = (data) => {
    updatesDue = Math.min(MAX_UPDATES_DUE, updatesDue + data.byteLength / BYTES_PER_UPDATE)
    const more = send(data)
    if (!more) budget.hold('unsent_bytes', unsent(connection))
    return more
  }
  const hasStream = (id: string): boolean => muxer.streams.some((stream) => stream.id === id)
  // libp2p ends a connection with more than ten and counts nothing: our limit comes before.
  muxer.maxEarlyStreams = Number.MAX_SAFE_INTEGER
  const { handleFrame, handleMessage } = muxer
  if (handleFrame !== undefined) {
    muxer.handleFrame = (frame) => {
      const { type, flag, streamID, length } = frame.header
      const bytes = type === 0 ? length : 0
      const isDue = type === WINDOW_UPDATE && flag === 0 && updatesDue >= 1
      if (isDue) updatesDue--
      else if (!budget.charge('frames', costOf(bytes, bytes === 0 || hasStream(`${streamID}`)))) return
      if (type === PING && !budget.charge('pings')) return
      if (streamID !== 0 && (flag & SYN) !== 0 && !budget.charge('streams')) return
      handleFrame.call(muxer, frame)
    }
  } else if (handleMessage !== undefined) {
    muxer.handleMessage = (message) => {
      const { id, type, data } = message
      const known = !MESSAGE_TYPES.has(type) || hasStream(`${(type & 1) === 1 ? 'i' : 'r'}${id}`)
      if (!budget.charge('frames', costOf(data?.byteLength ?? 0, known))) return
      if (type === NEW_STREAM && !budget.charge('streams')) return
      handleMessage.call(muxer, message)
    }
    const abort = muxer.abort.bind(muxer)
    muxer.abort = (error) => {
      abort(error)
      connection.abort(error)
    }
  } else {
    throw new LamparaError('internal', `Cannot limit ${muxer.protocol}: the muxer of libp2p is not as it was`)
  }
  // What arrives may stay in the muxer until it is a whole frame.
  connection.addEventListener('message', () => {
    budget.hold('unread_bytes', partial(muxer))
  })
  return muxer
}

/** Data of streams that are closed already costs as many frames as it has kilobytes. */
function costOf(bytes: number, known: boolean): number {
  const size = bytes / FREE_BYTES
  return known ? Math.max(0, 1 - size) : Math.max(1, size)
}

function measure(muxer: LimitedMuxer, connection: MessageStream, cause: LevelCause): number {
  const buffers: readonly (Stream & Buffered)[] = muxer.streams
  if (cause === 'unsent_bytes') {
    return buffers.reduce((sum, { writeBufferLength = 0 }) => sum + writeBufferLength, unsent(connection))
  }
  return buffers.reduce((sum, { readBufferLength = 0 }) => sum + readBufferLength, partial(muxer))
}

function partial({ decoder }: Inner): number {
  return (decoder?.buffer ?? decoder?._buffer)?.byteLength ?? 0
}

/** What waits in noise, and in the socket below it. */
function unsent(connection: MessageStream): number {
  const { writeBufferLength = 0, stream } = connection as MessageStream & Buffered & { readonly stream?: Buffered }
  return writeBufferLength + (stream?.writeBufferLength ?? 0)
}
