import { describe, expect, it } from 'vitest'
import { explainNoPeers } from '../../src/cli/explain-no-peers.ts'
import { LamparaError } from '../../src/errors/index.ts'
import { createEventHub } from '../../src/network/event-hub.ts'
import type { NetworkStatus } from '../../src/network/types.ts'
import { createWatchable } from '../../src/streams/watchable.ts'
import { createFakeClock, settle } from '../kit/fake-clock.ts'

function explained(hasNetwork = true) {
  const clock = createFakeClock()
  const hub = createEventHub()
  const status = createWatchable<NetworkStatus>({ state: 'connecting', peers: 0 })
  const lines: string[] = []
  const network = { watchStatus: status.watch, events: hub.events }
  const stop = explainNoPeers(network, {
    clock,
    tell: (line) => void lines.push(line),
    hasNetwork: () => hasNetwork,
  })
  return { clock, hub, status, lines, stop }
}

describe('a command without peers', () => {
  it('says within seconds that the machine has no network, and again at intervals', async () => {
    const { clock, lines, stop } = explained(false)
    await clock.advance(5_000)
    expect(lines).toEqual(['No peer for 5 s: this machine has no network address but its loopback'])
    await clock.advance(145_000)
    expect(lines.map((line) => /for (\d+) s/.exec(line)![1])).toEqual(['5', '15', '30', '90', '150'])
    stop()
    await clock.advance(600_000)
    expect(lines).toHaveLength(5)
    expect(clock.pending).toBe(0)
  })

  it('tells nobody found from nobody answering', async () => {
    const { clock, hub, lines, stop } = explained()
    await clock.advance(5_000)
    hub.emit({ type: 'peer:discovered', peerId: 'a', addresses: [], source: 'discv5' })
    await settle()
    await clock.advance(10_000)
    hub.emit({ type: 'dial:failed', address: '/x', error: new LamparaError('dial_failed', 'no route to host') })
    await settle()
    await clock.advance(15_000)
    expect(lines[0]).toContain('nobody was found to dial')
    expect(lines[1]).toContain('1 peers were found, and none has answered')
    expect(lines[2]).toContain('1 dials failed, the last one: no route to host')
    stop()
  })

  it('is silent while a peer is there, and counts again from the moment when the last is gone', async () => {
    const { clock, status, lines, stop } = explained()
    await clock.advance(2_000)
    status.set({ state: 'connected', peers: 1 })
    await clock.advance(60_000)
    expect(lines).toEqual([])
    status.set({ state: 'disconnected', peers: 0 })
    await clock.advance(5_000)
    expect(lines).toHaveLength(1)
    stop()
  })
})
