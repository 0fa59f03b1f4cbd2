import { withAbortCleanup } from '../../abort-cleanup.ts'
import type { Libp2pTransport } from '../../transports.ts'
import { patchQuicMuxer } from './quic-muxer.ts'

/** What a peer may send ahead of us on one stream, and on all of a connection. */
const MAX_STREAM_BYTES = 1024 * 1024
const MAX_CONNECTION_BYTES = 16 * MAX_STREAM_BYTES

let loaded: Promise<Libp2pTransport | undefined> | undefined

/** QUIC where its native add-on can be loaded; undefined elsewhere, where TCP does. */
export function loadQuic(): Promise<Libp2pTransport | undefined> {
  loaded ??= import(/* webpackIgnore: true */ /* turbopackIgnore: true */ '@chainsafe/libp2p-quic').then(
    ({ quic }) =>
      withAbortCleanup(quic({ maxStreamData: MAX_STREAM_BYTES, maxConnectionData: MAX_CONNECTION_BYTES }), {
        prepare: ({ muxerFactory, ...options }) =>
          muxerFactory === undefined ? options : { ...options, muxerFactory: patchQuicMuxer(muxerFactory) },
      }),
    () => undefined,
  )
  return loaded
}
