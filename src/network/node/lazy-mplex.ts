import type { MultiaddrConnection, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import type { MplexInit, mplex } from '@libp2p/mplex'

const MPLEX = '/mplex/6.7.0'

let present: typeof mplex | undefined

/** Brings in mplex' code. */
export async function loadMplex(): Promise<void> {
  present = (await import('../deferred.ts')).mplex
}

/**
 * mplex whose code comes late: some beacon nodes speak nothing else, but a page meets those through tunnels alone, which
 * bring it along. Anybody else who speaks only mplex is missed at the first dial, and met at the next.
 */
export function lazyMplex(init: MplexInit): () => StreamMuxerFactory {
  return () => {
    let factory: StreamMuxerFactory | undefined
    return {
      protocol: MPLEX,
      createStreamMuxer(connection: MultiaddrConnection): StreamMuxer {
        if (present === undefined) {
          loadMplex().catch(() => {})
          throw new Error('mplex is being loaded: dial again')
        }
        factory ??= present(init)()
        return factory.createStreamMuxer(connection)
      },
    }
  }
}
