import type { Connection, MultiaddrConnection, PeerId } from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { createInboundGate, type InboundLimits } from '../../../src/peers/limits/inbound-gate.ts'

/** A gate, and peers that come to it. */
function gateWith(limits: Partial<InboundLimits> = {}, unconditional: readonly string[] = []) {
  const open: Pick<Connection, 'direction' | 'remoteAddr' | 'remotePeer'>[] = []
  const gate = createInboundGate({
    limits: { inbound: 100, perGroup: 100, pendingPerGroup: 100, ...limits },
    isUnconditional: (id) => unconditional.includes(id),
    hasUnconditional: unconditional.length > 0,
    connections: () => open,
  })

  function knock(host: string): MultiaddrConnection & { hangUp(): void } {
    const events = new EventTarget()
    return {
      remoteAddr: multiaddr(`/ip4/${host}/tcp/5000`),
      addEventListener: events.addEventListener.bind(events),
      hangUp: () => void events.dispatchEvent(new Event('close')),
    } as unknown as MultiaddrConnection & { hangUp(): void }
  }

  /** Goes through all three doors. @returns true when let in */
  function enter(id: string, host: string): boolean {
    const connection = knock(host)
    const peerId = { toString: () => id } as PeerId
    if (gate.denyInboundConnection(connection)) return false
    if (gate.denyInboundEncryptedConnection(peerId, connection)) return false
    if (gate.denyInboundUpgradedConnection(peerId, connection)) return false
    open.push({ direction: 'inbound', remoteAddr: connection.remoteAddr as Multiaddr, remotePeer: peerId })
    return true
  }

  return { gate, open, knock, enter }
}

describe('the gate for inbound connections', () => {
  it('lets in so many and no more', () => {
    const { enter } = gateWith({ inbound: 2 })
    expect([enter('a', '1.1.1.1'), enter('b', '2.2.2.2'), enter('c', '3.3.3.3')]).toEqual([true, true, false])
  })

  it('does not count those that we dialed', () => {
    const { enter, open } = gateWith({ inbound: 1 })
    open.push({ direction: 'outbound', remoteAddr: multiaddr('/ip4/9.9.9.9/tcp/1'), remotePeer: {} as PeerId })
    expect(enter('a', '1.1.1.1')).toBe(true)
  })

  it('lets in few of one network group, and any number of this machine and its own network', () => {
    const { enter } = gateWith({ perGroup: 2 })
    const crowd = ['6.6.1.1', '6.6.2.2', '6.6.3.3'].map((host, n) => enter(`s${n}`, host))
    expect(crowd).toEqual([true, true, false])
    expect(enter('other', '6.7.1.1')).toBe(true)
    const local = Array.from({ length: 20 }, (_, n) => enter(`l${n}`, n % 2 === 0 ? '127.0.0.1' : '192.168.1.7'))
    expect(local.every(Boolean)).toBe(true)
  })

  it('lets an unconditional peer in when it is full, and still nobody else', () => {
    const { enter } = gateWith({ inbound: 1, perGroup: 1 }, ['friend'])
    expect([enter('a', '1.1.1.1'), enter('b', '1.1.1.2'), enter('friend', '1.1.1.3')]).toEqual([true, false, true])
    expect(enter('c', '2.2.2.2')).toBe(false)
  })

  it('lets nobody hold the door open: unfinished handshakes of one network group are few', () => {
    const { gate, knock, enter } = gateWith({ pendingPerGroup: 3 })
    const knocking = Array.from({ length: 3 }, (_, n) => knock(`6.6.6.${n}`))
    expect(knocking.map((connection) => gate.denyInboundConnection(connection))).toEqual([false, false, false])
    expect(gate.denyInboundConnection(knock('6.6.7.7'))).toBe(true)
    expect(enter('honest', '1.1.1.1')).toBe(true)
    knocking[0]!.hangUp()
    expect(enter('late', '6.6.7.8')).toBe(true)
    expect(gate.denyInboundConnection(knock('6.6.7.9'))).toBe(false)
  })
})
