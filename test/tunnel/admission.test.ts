import { describe, expect, it } from 'vitest'
import { createAdmission, type Lease, type Refusal } from '../../src/bootnode/gateway/admission.ts'
import { defaultGatewayLimits, type GatewayLimits } from '../../src/bootnode/gateway/limits.ts'
import type { TunnelTarget } from '../../src/tunnel/target.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

const target = (n: number, ip = `198.51.100.${n}`): TunnelTarget => ({
  peerId: `target ${n}`,
  host: { kind: 'ip4', value: ip },
  port: 9000,
})
const client = (n: number, network?: string) => ({ peerId: `client ${n}`, network })

function setUp(limits: Partial<GatewayLimits> = {}) {
  const clock = createFakeClock(1_700_000_000_000)
  const admission = createAdmission({ ...defaultGatewayLimits, ...limits }, clock)
  function open(from: number, to: number, network?: string): Lease {
    const answer = admission.admit(client(from, network), target(to))
    if (answer.refused !== undefined) throw new Error(answer.refused)
    return answer
  }
  const refusal = (from: number, to: TunnelTarget, network?: string): Refusal | undefined => {
    const answer = admission.admit(client(from, network), to)
    if (answer.refused !== undefined) return answer
    answer.end()
    return undefined
  }
  return { clock, admission, open, refusal }
}

describe('a target', () => {
  it('is dialed once in five seconds, anyone who asks', async () => {
    const { clock, open, refusal } = setUp()
    open(1, 1).end()
    await clock.advance(1_500)
    expect(refusal(2, target(1))).toEqual({ refused: 'target_dials', retryAfterMs: 3_500 })
    await clock.advance(3_499)
    expect(refusal(2, target(1))?.refused).toBe('target_dials')
    await clock.advance(1)
    expect(refusal(2, target(1))).toBeUndefined()
  })

  it('has two live tunnels at most, until one of them ends', async () => {
    const { clock, open, refusal } = setUp()
    const first = open(1, 1)
    await clock.advance(5_000)
    open(2, 1)
    await clock.advance(60_000)
    expect(refusal(3, target(1))).toEqual({ refused: 'target_live', retryAfterMs: 5_000 })
    first.end()
    first.end()
    expect(refusal(3, target(1))).toBeUndefined()
  })

  it('is the same under another peer id, and under another address', () => {
    const { open, refusal } = setUp()
    open(1, 1)
    expect(refusal(1, { ...target(2), host: target(1).host })?.refused).toBe('target_dials')
    expect(refusal(1, target(1, '198.51.100.99'))?.refused).toBe('target_dials')
    expect(refusal(1, target(3))).toBeUndefined()
  })

  it('is not kept shut by a clock set back', () => {
    const { clock, open, refusal } = setUp()
    open(1, 1).end()
    clock.set(0)
    expect(refusal(2, target(1))).toBeUndefined()
  })
})

describe('of a hundred clients that want one target', () => {
  it('two hold it, and the others are told when to ask again', async () => {
    const { clock, admission } = setUp()
    const answers = []
    for (let i = 0; i < 100; i++) {
      answers.push(admission.admit(client(i), target(1)))
      await clock.advance(1_000)
    }
    expect(answers.filter(({ refused }) => refused === undefined)).toHaveLength(2)
    for (const answer of answers) {
      if (answer.refused !== undefined) expect(answer.retryAfterMs).toBeGreaterThan(0)
    }
  })
})

describe('a client', () => {
  it('has eight live tunnels at most', () => {
    const { open, refusal } = setUp()
    const leases = Array.from({ length: 8 }, (_, i) => open(1, i))
    expect(refusal(1, target(50))?.refused).toBe('client_live')
    expect(refusal(2, target(50))).toBeUndefined()
    leases[0]?.end()
    expect(refusal(1, target(51))).toBeUndefined()
  })

  it('asks sixteen times at once, then once in three seconds', async () => {
    const { clock, admission } = setUp()
    const ask = () => admission.countRequest(client(1))?.refused
    expect(Array.from({ length: 16 }, ask)).toEqual(Array(16).fill(undefined))
    expect(admission.countRequest(client(1))).toEqual({ refused: 'client_dials', retryAfterMs: 3_000 })
    expect(admission.countRequest(client(2))).toBeUndefined()
    await clock.advance(3_000)
    expect([ask(), ask()]).toEqual([undefined, 'client_dials'])
  })

  it('moves a gibibyte a day', async () => {
    const { clock, open, refusal } = setUp()
    const lease = open(1, 1)
    expect(lease.spend(1024 ** 3 - 1)).toBe(true)
    expect(lease.spend(1)).toBe(false)
    expect(refusal(1, target(2))?.refused).toBe('client_bytes')
    expect(refusal(2, target(2))).toBeUndefined()
    await clock.advance(3_600_000)
    expect(refusal(1, target(3))).toBeUndefined()
  })
})

describe('a network', () => {
  it('has 64 live tunnels at most, however many peer ids it makes up', () => {
    const { open, refusal } = setUp()
    for (let i = 0; i < 64; i++) open(i, i, '203.0.113.1').dialed()
    expect(refusal(99, target(99), '203.0.113.1')?.refused).toBe('network_live')
    expect(refusal(99, target(99), '203.0.113.2')).toBeUndefined()
  })

  it('asks 128 times at once, however many peer ids it makes up', () => {
    const { admission } = setUp()
    const answers = Array.from({ length: 129 }, (_, i) => admission.countRequest(client(i, '203.0.113.1'))?.refused)
    expect(answers.slice(0, 128)).toEqual(Array(128).fill(undefined))
    expect(answers[128]).toBe('network_dials')
  })
})

describe('all together', () => {
  it('have no more live tunnels than the gateway allows', () => {
    const all = { ...defaultGatewayLimits.all, live: 3 }
    const { open, refusal } = setUp({ all })
    for (let i = 0; i < 3; i++) open(i, i)
    expect(refusal(9, target(9))?.refused).toBe('all_live')
  })

  it('dial no more targets at once than the gateway allows, and others once those are dialed', () => {
    const { open, refusal } = setUp({ dialing: 2 })
    const first = open(1, 1)
    open(2, 2)
    expect(refusal(3, target(3))?.refused).toBe('all_dialing')
    first.dialed()
    first.dialed()
    expect(refusal(3, target(3))).toBeUndefined()
    expect(refusal(4, target(4))).toBeUndefined()
  })

  it('dial no faster than the gateway allows', async () => {
    const all = { ...defaultGatewayLimits.all, dialBurst: 2, dialsPerMinute: 60 }
    const { clock, open, refusal } = setUp({ all })
    open(1, 1)
    open(2, 2)
    expect(refusal(3, target(3))).toEqual({ refused: 'all_dials', retryAfterMs: 1_000 })
    await clock.advance(1_000)
    expect(refusal(3, target(3))).toBeUndefined()
  })

  it('are remembered within bounds, and an unknown peer gets in once others are forgotten', async () => {
    const limits = { client: { ...defaultGatewayLimits.client, dialBurst: 1, dialsPerMinute: 60 } }
    const { clock, admission } = setUp(limits)
    for (let i = 0; i < 20_000; i++) admission.countRequest(client(i))
    expect(admission.countRequest(client(20_001))?.refused).toBe('client_dials')
    await clock.advance(1_000)
    for (let i = 0; i < 2_500; i++) admission.countRequest(client(30_000))
    expect(admission.countRequest(client(20_001))).toBeUndefined()
  })
})

describe('the patience of a target', () => {
  const EPOCHS_MS = 100 * 32 * 12_000

  it('is asked for five identities in a hundred epochs, whatever address or peer id it is asked by', async () => {
    const { clock, open, refusal } = setUp()
    for (let id = 1; id <= 5; id++) {
      open(id, 1).end()
      await clock.advance(5_000)
    }
    expect(refusal(6, target(1))?.refused).toBe('target_identities')
    expect(refusal(6, target(1, '198.51.100.99'))?.refused).toBe('target_identities')
    expect(refusal(6, { ...target(2), host: target(1).host })?.refused).toBe('target_identities')
    expect(refusal(6, target(3))).toBeUndefined()
    // Who is known already costs it nothing.
    expect(refusal(1, target(1))).toBeUndefined()
  })

  it('takes another identity a hundred epochs after the last tunnel of the first, and says when', async () => {
    const { clock, open, refusal } = setUp()
    const lasting = open(1, 1)
    await clock.advance(5_000)
    for (let id = 2; id <= 5; id++) {
      open(id, 1).end()
      await clock.advance(5_000)
    }
    lasting.end()
    await clock.advance(5_000)
    const told = refusal(6, target(1))
    // The second one's tunnel was the first to end: four dials ago.
    expect(told).toEqual({ refused: 'target_identities', retryAfterMs: EPOCHS_MS - 25_000 })
    await clock.advance(told!.retryAfterMs - 1)
    expect(refusal(6, target(1))?.refused).toBe('target_identities')
    await clock.advance(1)
    expect(refusal(6, target(1))).toBeUndefined()
    // It has taken the place of the second.
    expect(refusal(7, target(1))?.refused).toBe('target_identities')
  })

  it('is as long as the operator says', () => {
    const { open, refusal } = setUp({ target: { live: 10, dialEveryMs: 0, identities: 1 } })
    open(1, 1)
    expect(refusal(2, target(1))?.refused).toBe('target_identities')
    expect(refusal(1, target(1))).toBeUndefined()
  })
})
