import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Libp2p, StreamMuxerFactory } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { onTestFinished } from 'vitest'

/**
 * A peer that says by identify that it speaks gossip, and answers no stream after that: a page whose tab sleeps.
 *
 * @returns resolves once it has been asked who it is
 */
export async function connectSilentPeer(address: string): Promise<Libp2p> {
  let silent = false
  const libp2p = await createLibp2p({
    privateKey: await generateKeyPair('secp256k1'),
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [() => withoutStreams(yamux()(), () => silent)],
    connectionMonitor: { enabled: false },
    services: { identify: identify() },
  })
  onTestFinished(async () => {
    await libp2p.stop()
  })
  await libp2p.handle('/meshsub/1.2.0', () => {})
  const asked = new Promise<void>((resolve) => {
    void libp2p.use('/ipfs/id/1.0.0', (stream, connection, next) => {
      silent = true
      next(stream, connection)
      resolve()
    })
  })
  await libp2p.dial(multiaddr(address))
  await asked
  return libp2p
}

/** A muxer whose incoming streams are taken and left alone while a condition holds. */
function withoutStreams(factory: StreamMuxerFactory, holds: () => boolean): StreamMuxerFactory {
  const create = factory.createStreamMuxer.bind(factory)
  factory.createStreamMuxer = (connection) => {
    const muxer = create(connection)
    const add = muxer.addEventListener.bind(muxer) as (...args: unknown[]) => void
    muxer.addEventListener = ((type: string, listener: (event: unknown) => void, options: unknown) => {
      const filtered = (event: unknown): void => {
        if (!holds()) listener(event)
      }
      add(type, type === 'stream' ? filtered : listener, options)
    }) as typeof muxer.addEventListener
    return muxer
  }
  return factory
}
