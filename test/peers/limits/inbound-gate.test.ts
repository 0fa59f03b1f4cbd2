import type { MultiaddrConnection, PeerId } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { createHandshakes } from '../../../src/limits/handshakes.ts'
import type { LimitCause } from '../../../src/limits/limits.ts'
import { relayLimits } from '../../../src/limits/limits.ts'
import { createInboundGate, type InboundLimits } from '../../../src/peers/limits/inbound-gate.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'

interface Knocking extends MultiaddrConnection {
  hangUp(): void
  onData(data: { readonly byteLength: number }): void
  readonly received: number
  readonly isAborted: boolean
}

/** A gate, and peers that come to it. */
function gateWith(limits: Partial<InboundLimits> = {}, unconditional: readonly string[] = [], reassignsSeats = false) {
  const clock = createFakeClock()
  const counts: Partial<Record<LimitCause, number>> = {}
  const count = (cause: LimitCause): void => {
    counts[cause] = (counts[cause] ?? 0) + 1
  }
  const gate = createInboundGate({
    clock,
    limits: { inbound: 100, perGroup: 100, pendingPerGroup: 100, ...limits },
    handshakes: createHandshakes({ ...relayLimits.handshakes, total: { burst: 1_000, perSecond: 1_000 } }, clock, {
      count,
      notePeak: () => {},
    }),
    reassignsSeats,
    isUnconditional: (id) => unconditional.includes(id),
    hasUnconditional: unconditional.length > 0,
    count,
  })
  const seated = new Map<string, Knocking>()

  function knock(host: string): Knocking {
    const events = new EventTarget()
    const connection = {
      remoteAddr: multiaddr(`${host.includes(':') ? '/ip6' : '/ip4'}/${host}/tcp/5000`),
      addEventListener: events.addEventListener.bind(events),
      hangUp: () => void events.dispatchEvent(new Event('close')),
      isAborted: false,
      received: 0,
      onData({ byteLength }: { readonly byteLength: number }) {
        connection.received += byteLength
      },
      abort() {
        connection.isAborted = true
        connection.hangUp()
      },
    }
    return connection as unknown as Knocking
  }

  /** Goes through all three doors. @returns true when let in */
  function enter(id: string, host: string): boolean {
    const connection = knock(host)
    const peerId = { toString: () => id } as PeerId
    if (gate.denyInboundConnection(connection)) return false
    if (gate.denyInboundEncryptedConnection(peerId, connection)) return false
    if (gate.denyInboundUpgradedConnection(peerId, connection)) return false
    seated.set(id, connection)
    return true
  }

  return { gate, clock, counts, seated, knock, enter }
}

describe('the gate for inbound connections', () => {
  it('lets in so many and no more', () => {
    const { enter } = gateWith({ inbound: 2 })
    expect([enter('a', '1.1.1.1'), enter('b', '2.2.2.2'), enter('c', '3.3.3.3')]).toEqual([true, true, false])
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

  it('gives the place of one that left to another', () => {
    const { enter, seated } = gateWith({ inbound: 1 })
    expect([enter('a', '1.1.1.1'), enter('b', '2.2.2.2')]).toEqual([true, false])
    seated.get('a')!.hangUp()
    expect(enter('c', '3.3.3.3')).toBe(true)
  })

  it('ends a handshake that takes longer than five seconds, and counts it', async () => {
    const { gate, clock, counts, knock } = gateWith()
    const silent = knock('6.6.6.6')
    gate.denyInboundConnection(silent)
    await clock.advance(4_999)
    expect(silent.isAborted).toBe(false)
    await clock.advance(1)
    expect(silent.isAborted).toBe(true)
    expect(counts).toEqual({ handshake_failed: 1 })
  })

  it('counts a handshake that was broken off, and none that was over', () => {
    const { gate, counts, seated, knock, enter } = gateWith()
    const broken = knock('6.6.6.6')
    gate.denyInboundConnection(broken)
    broken.hangUp()
    enter('a', '6.6.6.6')
    seated.get('a')!.hangUp()
    expect(counts).toEqual({ handshake_failed: 1 })
  })

  it('ends a newcomer that sends more than 64 KiB before it has said who it is, and hands none of the rest on', () => {
    const { gate, counts, knock } = gateWith()
    const flood = knock('6.6.6.6')
    gate.denyInboundConnection(flood)
    for (let i = 0; i < 100; i++) flood.onData({ byteLength: 1_024 })
    expect(flood.isAborted).toBe(true)
    expect(flood.received).toBe(64 * 1_024)
    expect(counts).toEqual({ handshake_bytes: 1, handshake_failed: 1 })
  })

  it('ends one that sends as much while it waits for its turn', async () => {
    const { gate, counts, knock } = gateWith({ pendingPerGroup: 2_000 })
    for (let i = 0; i < 1_000; i++) void gate.denyInboundConnection(knock(`6.7.${i >> 8}.${i & 255}`))
    const flood = knock('6.6.6.6')
    const refused = gate.denyInboundConnection(flood)
    flood.onData({ byteLength: 65 * 1_024 })
    expect(await refused).toBe(true)
    expect(flood.isAborted).toBe(true)
    expect(counts).toMatchObject({ handshake_bytes: 1 })
  })

  it('ends at once a connection that it refuses', () => {
    const { gate, enter, knock } = gateWith({ inbound: 1 })
    enter('a', '1.1.1.1')
    const refused = knock('2.2.2.2')
    expect(gate.denyInboundConnection(refused)).toBe(true)
    expect(refused.isAborted).toBe(true)
  })

  it('bounds nothing of those that it let in', () => {
    const { enter, seated } = gateWith()
    enter('a', '6.6.6.6')
    const connection = seated.get('a')!
    for (let i = 0; i < 100; i++) connection.onData({ byteLength: 64 * 1_024 })
    expect(connection.isAborted).toBe(false)
    expect(connection.received).toBe(100 * 64 * 1_024)
  })

  it('slows down the address group of those that were banned, whoever they say they are, and no other', () => {
    const { gate, enter, counts } = gateWith({ inbound: 10_000, perGroup: 10_000 })
    let entered = 0
    for (let i = 0; i < 100; i++) {
      if (!enter(`stranger ${i}`, `6.6.6.${i}`)) continue
      entered++
      gate.offend(`stranger ${i}`, 1)
    }
    expect(entered).toBeLessThan(20)
    expect(counts.handshakes).toBe(100 - entered)
    expect(enter('honest', '6.6.7.1')).toBe(true)
  })

  it('slows down an address group for handshakes that fail without end', () => {
    const { gate, knock, counts } = gateWith()
    for (let i = 0; i < 1_000; i++) {
      const connection = knock('6.6.6.6')
      if (gate.denyInboundConnection(connection) !== false) continue
      connection.hangUp()
    }
    expect(counts.handshake_failed).toBeLessThan(200)
  })
})

describe('the gate of a relay, whose seats are all taken', () => {
  function fullRelay() {
    const relay = gateWith({ inbound: 6, perGroup: Number.POSITIVE_INFINITY }, [], true)
    const values = new Map<string, number>()
    const released: string[] = []
    relay.gate.setHolders({
      value: (id) => values.get(id) ?? 3,
      release(id) {
        released.push(id)
        relay.seated.get(id)!.hangUp()
      },
    })
    return { ...relay, values, released }
  }

  it('gives a newcomer of another address the seat of the least useful one of the address with the most', async () => {
    const { enter, values, released, counts, clock } = fullRelay()
    enter('honest', '1.1.1.1')
    for (let i = 0; i < 5; i++) {
      enter(`s${i}`, '6.6.6.6')
      await clock.advance(1_000)
    }
    values.set('s1', 1)
    expect(enter('newcomer', '2.2.2.2')).toBe(true)
    expect(enter('another', '3.3.3.3')).toBe(true)
    // The newest among equals.
    expect(released).toEqual(['s1', 's4'])
    expect(counts).toEqual({ seat_reassigned: 2 })
  })

  it('ends with each address having as many seats as the others, however often they come', () => {
    const { enter, seated, released } = fullRelay()
    for (let i = 0; i < 6; i++) enter(`s${i}`, '6.6.6.6')
    for (let i = 0; i < 40; i++) {
      enter(`a${i}`, '1.1.1.1')
      enter(`b${i}`, '2.2.2.2')
      enter(`s${i + 6}`, '6.6.6.6')
    }
    const left = [...seated.keys()].filter((id) => !released.includes(id)).map((id) => id[0])
    expect(left.sort()).toEqual(['a', 'a', 'b', 'b', 's', 's'])
  })

  it('refuses a newcomer of the address that has the most, while each of its peers is of use or new', async () => {
    const { enter, values, released, counts, clock } = fullRelay()
    for (let i = 0; i < 6; i++) enter(`s${i}`, '6.6.6.6')
    values.set('s2', 1)
    expect(enter('late', '6.6.6.7')).toBe(false)
    expect(counts).toEqual({ seats_taken: 1 })
    await clock.advance(60_000)
    expect(enter('later', '6.6.6.7')).toBe(true)
    expect(released).toEqual(['s2'])
  })

  it('refuses a newcomer of the address that has the most, as long as its peers are of use', async () => {
    const { enter, released, clock } = fullRelay()
    for (let i = 0; i < 6; i++) enter(`s${i}`, '6.6.6.6')
    await clock.advance(3_600_000)
    expect(enter('late', '6.6.6.7')).toBe(false)
    expect(released).toEqual([])
  })

  it('moves no seat between addresses that have as many, or one more', () => {
    const { enter, released } = fullRelay()
    for (const [id, host] of Object.entries({ a: '1.1.1.1', b: '2.2.2.2', c: '3.3.3.3' })) {
      enter(id, host)
      enter(`${id}${id}`, host)
    }
    expect([enter('aaa', '1.1.1.1'), enter('bbb', '2.2.2.2'), enter('ddd', '4.4.4.4')]).toEqual([false, false, true])
    // Now the fourth has one, and two of the others have two.
    expect(enter('dddd', '4.4.4.4')).toBe(false)
    expect(released).toHaveLength(1)
  })

  it('never gives away the seat of a peer that is to stay', () => {
    const { enter, values, released } = fullRelay()
    for (let i = 0; i < 6; i++) {
      enter(`s${i}`, '6.6.6.6')
      values.set(`s${i}`, Number.POSITIVE_INFINITY)
    }
    expect(enter('newcomer', '2.2.2.2')).toBe(false)
    expect(released).toEqual([])
  })

  it('closes a peer that does not leave its seat', async () => {
    const relay = gateWith({ inbound: 2 }, [], true)
    relay.gate.setHolders({ value: () => 0, release: () => {} })
    for (const id of ['s1', 's2']) relay.enter(id, '6.6.6.6')
    expect(relay.enter('newcomer', '2.2.2.2')).toBe(true)
    await relay.clock.advance(3_000)
    expect([...relay.seated.values()].filter(({ isAborted }) => isAborted)).toHaveLength(1)
    expect(relay.seated.get('newcomer')!.isAborted).toBe(false)
  })
})
