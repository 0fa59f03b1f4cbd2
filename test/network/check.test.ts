import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createNetworkOn } from '../../src/network/create-network-on.ts'
import type { Network } from '../../src/network/types.ts'
import { platform } from '../../src/platform/node/index.ts'
import { cleanUpAfterEach, listenOn, nextEvent, startNetwork, testChain, untilPeers } from '../kit/network.ts'
import { type SilentProxy, startSilentProxy } from '../kit/silent-proxy.ts'

cleanUpAfterEach()

const chain = testChain()

/** A client and its bootnode, with a line between them that can go dead without a word, and a way to wake the client. */
async function pair(): Promise<{ client: Network; proxy: SilentProxy; address: string; wake(): void }> {
  const bootnode = await startNetwork({ chain, listen: listenOn.tcp, targetPeers: 0 })
  const port = Number(/tcp\/(\d+)/.exec(bootnode.addresses[0]!)![1])
  const proxy = await startSilentProxy(port)
  onTestFinished(() => proxy.close())
  const address = bootnode.addresses[0]!.replace(`/tcp/${port}`, `/tcp/${proxy.port}`)
  let wake = (): void => {}
  const watchWake = (onWake: () => void): (() => void) => {
    wake = onWake
    return () => {
      wake = () => {}
    }
  }
  const client = await createNetworkOn({ ...platform, watchWake }, { chain, bootnodes: [address], targetPeers: 0 })
  onTestFinished(() => client.stop())
  await untilPeers(client, 1)
  return { client, proxy, address, wake: () => wake() }
}

describe('check()', () => {
  it('drops a connection that is dead without a word, and dials again at once', async () => {
    const { client, proxy } = await pair()
    const lost = nextEvent(client.events(['peer:disconnected']))
    const back = nextEvent(client.events(['peer:connected']))
    proxy.silence()
    expect(await client.check()).toMatchObject({ peers: 0 })
    expect(await lost).toMatchObject({ reason: 'it does not answer' })
    await back
    expect(client.status.peers).toBe(1)
  })

  it('leaves a connection alone that answers, however often it is called', async () => {
    const { client } = await pair()
    const lost = vi.fn()
    void nextEvent(client.events(['peer:disconnected'])).then(lost, () => {})
    for (let round = 0; round < 20; round++)
      expect(await client.check()).toMatchObject({ state: 'connected', peers: 1 })
    expect(lost).not.toHaveBeenCalled()
  })

  it('is done when the platform wakes, and no more once the network has stopped', async () => {
    const { client, proxy, wake } = await pair()
    const lost = nextEvent(client.events(['peer:disconnected']))
    proxy.silence()
    wake()
    expect(await lost).toMatchObject({ reason: 'it does not answer' })
    await client.stop()
    expect(await client.check()).toMatchObject({ state: 'stopped', peers: 0 })
    wake()
  })

  it('is done by connect() to a peer whose connection is half open', async () => {
    const { client, proxy, address } = await pair()
    const before = client.peers[0]!.connectedAtMs
    proxy.silence()
    const peer = await client.connect(address)
    expect(peer.connectedAtMs).toBeGreaterThan(before)
    expect(client.status.peers).toBe(1)
  })
})
