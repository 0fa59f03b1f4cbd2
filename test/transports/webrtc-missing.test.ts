import { expect, it, vi } from 'vitest'
import { createNetwork } from '../../src/network/index.ts'
import { webRtc, webRtcDirect } from '../../src/webrtc/index.ts'
import { testChain } from '../kit/network.ts'

vi.mock('@libp2p/webrtc', () => {
  throw new Error("Cannot find package '@libp2p/webrtc'")
})

it.each([
  { name: 'webRtcDirect()', add: [webRtcDirect()], listen: ['/ip4/127.0.0.1/udp/0/webrtc-direct'] },
  { name: 'webRtc()', add: [webRtc()], listen: ['/webrtc'] },
])('a network with $name says what to install where the package is missing', async ({ add, listen }) => {
  await expect(createNetwork({ chain: testChain(), listen, transports: { add } })).rejects.toMatchObject({
    code: 'runtime_unsupported',
    message: expect.stringContaining('npm install @libp2p/webrtc'),
  })
})
