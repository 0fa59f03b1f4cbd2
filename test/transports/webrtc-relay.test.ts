import { createLibp2p } from 'libp2p'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createCircuitRelay, defaultRelayLimits } from '../../src/bootnode/circuit-relay.ts'
import { libp2pOptions } from '../../src/network/index.ts'
import type { Network, NetworkOptions } from '../../src/network/types.ts'
import { protocols } from '../../src/reqresp/index.ts'
import { systemClock } from '../../src/streams/clock.ts'
import { webRtc } from '../../src/webrtc/index.ts'
import { cleanUpAfterEach, startNetwork, testChain, untilPeers } from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()

async function startRelay(limits = defaultRelayLimits) {
  const circuit = await createCircuitRelay(limits, systemClock)
  const listen = ['/ip4/127.0.0.1/tcp/0/ws']
  const relay = await startNetwork({ chain, role: 'relay', listen, services: { circuitRelay: circuit.service } })
  return { relay, circuit }
}

/** As deaf as a page, but for WebRTC. */
function startMeeting(relay: Network, options: Partial<NetworkOptions> = {}): Promise<Network> {
  return startNetwork({
    chain,
    bootnodes: [...relay.addresses],
    allowPrivateAddresses: true,
    transports: { only: ['websocket'], add: [webRtc()] },
    ...options,
  })
}

/** A network that can be met, and the one address that it has. */
async function startMet(relay: Network): Promise<{ readonly network: Network; readonly address: string }> {
  const network = await startMeeting(relay, { listen: ['/webrtc'] })
  await expect.poll(() => network.addresses, { timeout: 45_000 }).toHaveLength(1)
  return { network, address: network.addresses[0]! }
}

it('two nodes meet over a relay, count as peers by their own connection alone, and keep it without the relay', async () => {
  const { relay, circuit } = await startRelay()
  const { network: met, address } = await startMet(relay)
  expect(address).toBe(`${relay.addresses[0]}/p2p-circuit/webrtc/p2p/${met.peerId}`)
  expect(circuit.counts).toEqual({ reservations: 1, connected: 0, refused: 0 })
  const dialer = await startMeeting(relay)
  await untilPeers(dialer, 1)
  await dialer.connect(address)
  await untilPeers(met, 2)
  expect(dialer.peers.map((peer) => peer.address).toSorted()).toEqual([relay.addresses[0], address].toSorted())
  expect(met.peers.map((peer) => peer.address)).toContain(`/webrtc/p2p/${dialer.peerId}`)
  expect(circuit.counts).toEqual({ reservations: 1, connected: 1, refused: 0 })
  await relay.stop()
  await expect.poll(() => [dialer.peers.length, met.peers.length], { timeout: 45_000 }).toEqual([1, 1])
  const ping = (from: Network, peer: string) => from.reqresp.request(protocols.ping, 0n, { peer }).single()
  await expect(ping(dialer, met.peerId)).resolves.toEqual(expect.any(BigInt))
  await expect(ping(met, dialer.peerId)).resolves.toEqual(expect.any(BigInt))
  expect(met.addresses).toEqual([])
})

it('what two nodes met over is closed once they are peers', async () => {
  const { relay } = await startRelay()
  const { network: met, address } = await startMet(relay)
  const transports = { only: ['websocket'], add: [webRtc()] } as const
  const libp2p = await createLibp2p(await libp2pOptions({ chain, allowPrivateAddresses: true, transports }))
  onTestFinished(async () => libp2p.stop())
  const limited = vi.fn()
  libp2p.addEventListener('connection:open', ({ detail }) => void (detail.limits && limited()))
  const dialer = await startNetwork({ chain, bootnodes: [...relay.addresses], libp2p })
  await untilPeers(dialer, 1)
  await dialer.connect(address)
  expect(limited).toHaveBeenCalledOnce()
  await expect.poll(() => libp2p.getConnections().map(({ limits }) => limits)).toEqual([undefined, undefined])
  expect(dialer.peers.map(({ id }) => id).toSorted()).toEqual([relay.peerId, met.peerId].toSorted())
})

it('a node without `/webrtc` in `listen` takes no place at the relay', async () => {
  const { relay, circuit } = await startRelay()
  const dialer = await startMeeting(relay)
  await untilPeers(dialer, 1)
  const address = `${relay.addresses[0]}/p2p-circuit/webrtc/p2p/${dialer.peerId}`
  const other = await startMeeting(relay)
  await expect(other.connect(address)).rejects.toMatchObject({ code: 'dial_failed' })
  expect(dialer.addresses).toEqual([])
  expect(circuit.counts).toEqual({ reservations: 0, connected: 0, refused: 0 })
})

it('a relay refuses anyone who asks too often, and counts it', async () => {
  const { relay, circuit } = await startRelay({ ...defaultRelayLimits, burst: 1 })
  const { address } = await startMet(relay)
  const [first, second] = await Promise.all([startMeeting(relay), startMeeting(relay)])
  onTestFinished(() => second.stop())
  await first.connect(address)
  await expect(second.connect(address)).rejects.toMatchObject({ code: 'dial_failed' })
  expect(circuit.counts).toMatchObject({ connected: 1, refused: 1 })
})
