import type { Libp2p, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Libp2pTransport } from '../../src/platform/transports.ts'
import { webTransport } from '../../src/webtransport/transport.ts'
import { meetSession, type SessionHost } from '../kit/webtransport-peer/meet-session.ts'
import { count, KIB } from '../transports/scenario/streams.ts'
import { type FakeSession, sessionPair } from './fake-session.ts'

const PROTOCOL = '/test/1'
const OWN = Uint8Array.of(0x12, 0x20, ...new Uint8Array(32).fill(1))
const NEXT = Uint8Array.of(0x12, 0x20, ...new Uint8Array(32).fill(2))
const FOREIGN = Uint8Array.of(0x12, 0x20, ...new Uint8Array(32).fill(3))

const nodes: Libp2p[] = []
afterEach(async () => {
  vi.unstubAllGlobals()
  for (const node of nodes.splice(0)) await node.stop()
})

async function startNode(transport: Libp2pTransport): Promise<Libp2p> {
  const node = await createLibp2p({
    transports: [transport],
    connectionEncrypters: [noise()],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { enabled: false },
  })
  nodes.push(node)
  return node
}

/** A peer that is met by whatever `WebTransport` the dialing side makes. */
interface Asked {
  readonly url: string
  readonly options: WebTransportOptions
  readonly over: Promise<void>
}

describe('dialing by WebTransport', () => {
  let host: SessionHost
  let peer: Libp2p
  let dialer: Libp2p
  const asked: Asked[] = []

  beforeEach(async () => {
    asked.length = 0
    peer = await startNode((components) => {
      host = components
      return { ...webTransport(components), listenFilter: () => [] }
    })
    dialer = await startNode(webTransport)
  })

  /** Has the browser lead to what meets the other end of each session. */
  function lead(meet: (session: FakeSession) => Promise<unknown>, ready: Promise<void> = Promise.resolve()): void {
    vi.stubGlobal('WebTransport', function session(url: string, options: WebTransportOptions) {
      const { ends, over } = sessionPair()
      asked.push({ url, options, over })
      void ready.then(() => meet(ends[1])).catch(() => {})
      return { ...ends[0], ready }
    })
  }

  const remoteAddr = multiaddr('/ip4/192.0.2.2/udp/2/quic-v1/webtransport')
  const meetWith = (certhashes: Uint8Array[]) => (session: FakeSession) =>
    meetSession(session, host, { remoteAddr, certhashes })

  function addressOf(id: { toString(): string }, ...certhashes: Uint8Array[]): Multiaddr {
    const named = certhashes.map((hash) => `/certhash/u${Buffer.from(hash).toString('base64url')}`).join('')
    return multiaddr(`/ip4/192.0.2.1/udp/9001/quic-v1/webtransport${named}/p2p/${id}`)
  }

  it('asks for a session with the certificates that the address names, and carries streams both ways', async () => {
    lead(meetWith([OWN, NEXT]))
    const echo = (stream: Stream): void => {
      const counter = count(stream, (data) => void stream.send(data.slice()))
      void counter.ended.then(() => stream.close())
    }
    await peer.handle(PROTOCOL, echo)
    await dialer.handle(PROTOCOL, echo)
    await dialer.dial(addressOf(peer.peerId, OWN, NEXT))
    for (const [from, to] of [
      [dialer, peer],
      [peer, dialer],
    ] as const) {
      const [connection] = from.getConnections(to.peerId)
      const stream = await connection!.newStream(PROTOCOL)
      const counter = count(stream)
      stream.send(new Uint8Array(KIB))
      await stream.close()
      await counter.ended
      expect(counter.bytes).toBe(KIB)
    }
    expect(asked.map(({ url }) => url)).toEqual(['https://192.0.2.1:9001/.well-known/libp2p-webtransport?type=noise'])
    expect(asked[0]!.options.serverCertificateHashes).toEqual([
      { algorithm: 'sha-256', value: OWN.subarray(2) },
      { algorithm: 'sha-256', value: NEXT.subarray(2) },
    ])
  })

  it('refuses a peer whose certificate is another’s, and ends the session', async () => {
    lead(meetWith([OWN]))
    await expect(dialer.dial(addressOf(peer.peerId, OWN, FOREIGN))).rejects.toMatchObject({ code: 'dial_failed' })
    await asked[0]!.over
    expect(dialer.getConnections()).toEqual([])
  })

  it('refuses a peer with another id, and ends the session', async () => {
    lead(meetWith([OWN]))
    const stranger = await startNode(webTransport)
    await expect(dialer.dial(addressOf(stranger.peerId, OWN))).rejects.toThrow()
    await asked[0]!.over
    expect(dialer.getConnections()).toEqual([])
  })

  it.each([
    ['there is no session yet', new Promise<void>(() => {})],
    ['the peer says nothing', Promise.resolve()],
  ])('ends at once, and with it the session, when it is aborted while %s', async (_when, ready) => {
    const met = Promise.withResolvers<void>()
    lead(async () => met.resolve(), ready)
    const controller = new AbortController()
    const dialing = dialer.dial(addressOf(peer.peerId, OWN), { signal: controller.signal })
    await vi.waitFor(() => expect(asked).toHaveLength(1), { timeout: 45_000 })
    if (_when.includes('says')) await met.promise
    controller.abort(new Error('enough'))
    await expect(dialing).rejects.toThrow()
    await asked[0]!.over
  })

  it('fails with dial_failed when the browser gets no session', async () => {
    lead(async () => {}, Promise.reject(new Error('Opening handshake failed.')))
    await expect(dialer.dial(addressOf(peer.peerId, OWN))).rejects.toMatchObject({
      code: 'dial_failed',
      message: expect.stringContaining('Opening handshake failed.'),
    })
  })
})
