import { mplex } from '@libp2p/mplex'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { describe, expect, it, onTestFinished } from 'vitest'
import { withSafeSend } from '../../../src/network/node/safe-muxer.ts'
import { listenOn } from '../../kit/network.ts'

describe('a connection that closes in the turn in which a stream opens', () => {
  for (const [name, muxer] of Object.entries({ yamux: yamux(), mplex: mplex() })) {
    it(`fails the stream and throws nothing that nobody catches, with ${name}`, async () => {
      const nodes = await Promise.all(
        [[], listenOn.tcp].map((listen) =>
          createLibp2p({
            addresses: { listen: [...listen] },
            transports: [tcp()],
            connectionEncrypters: [noise()],
            streamMuxers: [withSafeSend(muxer)],
          }),
        ),
      )
      onTestFinished(async () => {
        await Promise.all(nodes.map((node) => node.stop()))
      })
      const connection = await nodes[0]!.dial(nodes[1]!.getMultiaddrs())
      const opening = connection.newStream(['/x/1'])
      connection.abort(new Error('gone'))
      // An uncaught error would fail the run.
      await expect(opening).rejects.toThrow()
      expect(connection.status).not.toBe('open')
    })
  }
})
