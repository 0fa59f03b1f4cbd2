import type { Connection, Listener, MultiaddrConnection, StreamMuxerFactory, Upgrader } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isDirect, isDirectListen, isRelayed, isRelayedListen } from '../../src/webrtc/addresses.ts'
import { detectRemoteClose } from '../../src/webrtc/connections/detect-remote-close.ts'
import { withBoundedHandshakes } from '../../src/webrtc/connections/handshake-limit.ts'
import { retryDial } from '../../src/webrtc/connections/retry-dial.ts'
import { withStaleStunFilter } from '../../src/webrtc/connections/stale-stun-filter.ts'
import { untilFirstClosed } from '../../src/webrtc/connections/wait-connected.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

const PEER = '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'
const HASH = 'uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ'

afterEach(() => void vi.unstubAllGlobals())

describe('what WebRTC takes for its own', () => {
  it.each([
    [`/ip4/192.0.2.1/udp/9001/webrtc-direct/certhash/${HASH}`, 'dials directly'],
    [`/ip6/2001:db8::1/udp/9001/webrtc-direct/certhash/${HASH}/certhash/${HASH}/p2p/${PEER}`, 'dials directly'],
    ['/ip4/0.0.0.0/udp/9001/webrtc-direct', 'listens directly'],
    [`/dns4/node.example/tcp/443/tls/ws/p2p/${PEER}/p2p-circuit/webrtc/p2p/${PEER}`, 'dials over a relay'],
    [`/ip4/192.0.2.1/tcp/9000/ws/p2p/${PEER}/p2p-circuit/webrtc`, 'dials over a relay'],
    ['/webrtc', 'listens over a relay'],
    [`/ip4/192.0.2.1/tcp/9000/ws/p2p/${PEER}/p2p-circuit/p2p/${PEER}`, ''],
    [`/ip4/192.0.2.1/tcp/9000/ws/p2p/${PEER}`, ''],
    ['/ip4/192.0.2.1/udp/9001/quic-v1', ''],
    [`/webrtc/p2p/${PEER}`, ''],
  ])('%s: %s', (text, what) => {
    const address = multiaddr(text)
    const uses = {
      'dials directly': isDirect(address),
      'listens directly': isDirectListen(address),
      'dials over a relay': isRelayed(address),
      'listens over a relay': isRelayedListen(address),
    }
    expect(Object.entries(uses).flatMap(([name, holds]) => (holds ? [name] : []))).toEqual(what === '' ? [] : [what])
  })
})

describe('connecting in attempts', () => {
  const connection = { abort: () => {} } as unknown as Connection

  it('starts again when an attempt stalls, and releases it should it come through after all', async () => {
    const clock = createFakeClock()
    const abort = vi.fn()
    const first = Promise.withResolvers<Connection>()
    const signals: AbortSignal[] = []
    const connecting = retryDial(
      (signal) => {
        signals.push(signal)
        return signals.length === 1 ? first.promise : Promise.resolve(connection)
      },
      new AbortController().signal,
      clock,
    )
    await clock.advance(2_499)
    expect(signals).toHaveLength(1)
    await clock.advance(1)
    await expect(connecting).resolves.toBe(connection)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    first.resolve({ abort } as unknown as Connection)
    await vi.waitFor(() => expect(abort).toHaveBeenCalledOnce(), { timeout: 45_000 })
  })

  it('gives the third attempt what time there is, and rejects with the reason of the signal', async () => {
    const clock = createFakeClock()
    const attempt = vi.fn(() => new Promise<Connection>(() => {}))
    const controller = new AbortController()
    const connecting = retryDial(attempt, controller.signal, clock)
    connecting.catch(() => {})
    for (let turn = 0; turn < 10; turn++) await clock.advance(2_500)
    expect(attempt).toHaveBeenCalledTimes(3)
    controller.abort(new Error('enough'))
    await expect(connecting).rejects.toThrow('enough')
  })

  it('does not start again when an attempt is refused', async () => {
    const attempt = vi.fn(() => Promise.reject(new Error('no reservation')))
    const signal = new AbortController().signal
    await expect(retryDial(attempt, signal, createFakeClock())).rejects.toThrow('no reservation')
    expect(attempt).toHaveBeenCalledOnce()
  })
})

describe('a connection that was agreed on over a relay', () => {
  /** A data channel as far as its end matters. */
  function channelOf(label: string) {
    const channel = Object.assign(new EventTarget(), { label, readyState: 'open' })
    return {
      channel: channel as unknown as RTCDataChannel,
      close() {
        channel.readyState = 'closed'
        channel.dispatchEvent(new Event('close'))
      },
    }
  }

  function agree(connectionState: RTCPeerConnectionState, ...early: readonly { readonly channel: RTCDataChannel }[]) {
    const peerConnection = Object.assign(new EventTarget(), { connectionState })
    const upgradeInbound = vi.fn(async () => {})
    const controller = new AbortController()
    const upgrader = detectRemoteClose({ upgradeInbound } as unknown as Upgrader)
    const upgraded = upgrader.upgradeInbound({ peerConnection } as unknown as MultiaddrConnection, {
      signal: controller.signal,
      muxerFactory: { earlyDataChannels: early } as unknown as StreamMuxerFactory,
    })
    upgraded.catch(() => {})
    return {
      upgraded,
      upgradeInbound,
      abort: (reason: Error) => controller.abort(reason),
      become(state: RTCPeerConnectionState) {
        peerConnection.connectionState = state
        peerConnection.dispatchEvent(new Event('connectionstatechange'))
      },
      open: (channel: RTCDataChannel) =>
        peerConnection.dispatchEvent(Object.assign(new Event('datachannel'), { channel })),
    }
  }

  const aTurn = () => new Promise((resolve) => setTimeout(resolve))

  it('counts once it has come about, and the dialer has closed its first channel', async () => {
    const first = channelOf('init')
    const { upgraded, upgradeInbound, become } = agree('connecting', first, channelOf(''))
    become('connected')
    await aTurn()
    expect(upgradeInbound).not.toHaveBeenCalled()
    first.close()
    await upgraded
    expect(upgradeInbound).toHaveBeenCalledOnce()
  })

  it('waits for a first channel that comes late, too', async () => {
    const first = channelOf('init')
    const { upgraded, open } = agree('connected')
    await aTurn()
    open(first.channel)
    first.close()
    await upgraded
  })

  it('goes on after a second where the dialer leaves its first channel open', async () => {
    const clock = createFakeClock()
    const peerConnection = new EventTarget() as RTCPeerConnection
    const early = { earlyDataChannels: [channelOf('init')] }
    const over = vi.fn()
    const waiting = untilFirstClosed(peerConnection, early, { clock, signal: undefined }).then(over)
    await clock.advance(999)
    expect(over).not.toHaveBeenCalled()
    await clock.advance(1)
    await waiting
  })

  it.each(['failed', 'closed'] as const)('never counts when it is %s first', async (state) => {
    const { upgraded, upgradeInbound, become } = agree('connecting')
    become(state)
    await expect(upgraded).rejects.toThrow(state)
    expect(upgradeInbound).not.toHaveBeenCalled()
  })

  it.each(['new', 'connected'] as const)(
    'is waited for, %s, until the signal aborts, and rejects with its reason',
    async (state) => {
      const { upgraded, upgradeInbound, abort } = agree(state, channelOf('init'))
      await aTurn()
      abort(new Error('enough'))
      await expect(upgraded).rejects.toThrow('enough')
      expect(upgradeInbound).not.toHaveBeenCalled()
    },
  )
})

describe('a listener on WebRTC-direct that has ended a connection', () => {
  function listening() {
    const clock = createFakeClock()
    const listener = withStaleStunFilter({ connections: new Map() } as unknown as Listener, clock)
    const { connections } = listener as unknown as { connections: Map<string, unknown> }
    return { clock, connections }
  }
  const connection = {}

  it('knows its offer for another minute, and then no more', async () => {
    const { clock, connections } = listening()
    expect(connections.get('an offer')).toBeUndefined()
    connections.set('an offer', connection)
    expect(connections.get('an offer')).toBe(connection)
    connections.delete('an offer')
    expect(connections.size).toBe(0)
    await clock.advance(59_999)
    expect(connections.get('an offer')).toBeDefined()
    expect(connections.get('another')).toBeUndefined()
    await clock.advance(1)
    expect(connections.get('an offer')).toBeUndefined()
  })

  it('knows the last 1024 at most', () => {
    const { connections } = listening()
    for (let offer = 0; offer < 1_100; offer++) {
      connections.set(String(offer), connection)
      connections.delete(String(offer))
    }
    const known = Array.from({ length: 1_100 }, (_, offer) => connections.get(String(offer))).filter(Boolean)
    expect(known).toHaveLength(1_024)
    expect(connections.get('1099')).toBeDefined()
  })

  it('goes on as it is where its package holds connections otherwise', () => {
    const listener = { connections: [] } as unknown as Listener
    expect(withStaleStunFilter(listener)).toEqual({ connections: [] })
  })
})

describe('handshakes with those that dial at WebRTC-direct', () => {
  it('begin 64 at a time: beyond that the signal is aborted before anything is set up', () => {
    const given: AbortSignal[] = []
    const components = {
      upgrader: {
        createInboundAbortSignal(signal: AbortSignal) {
          given.push(signal)
          return Object.assign(AbortSignal.any([signal]), { clear: () => {} })
        },
      },
    }
    const { upgrader } = withBoundedHandshakes(components)
    const stopped = new AbortController().signal
    const signals = Array.from({ length: 65 }, () => upgrader.createInboundAbortSignal(stopped))
    expect(signals.map(({ aborted }) => aborted).indexOf(true)).toBe(64)
    for (const signal of signals.slice(0, 3)) signal.clear()
    expect(upgrader.createInboundAbortSignal(stopped).aborted).toBe(false)
    expect(given).toHaveLength(66)
  })
})
