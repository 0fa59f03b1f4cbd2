import { describe, expect, it } from 'vitest'
import { LamparaError, type LamparaErrorCode } from '../../../src/errors/index.ts'
import { checkAlive } from '../../../src/peers/connections/check-alive.ts'
import type { PeerRecord } from '../../../src/peers/manager/peer-record.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'

const peer = { id: 'a', abortController: new AbortController() } as PeerRecord

function probe(ping: (peerId: string, signal: AbortSignal) => Promise<bigint>) {
  const clock = createFakeClock(0)
  return { clock, alive: checkAlive(peer, { clock, requests: { ping } }) }
}

describe('probing a peer', () => {
  it.each<LamparaErrorCode>([
    'protocol_unsupported',
    'rate_limited',
    'server_error',
    'resource_unavailable',
    'response_invalid',
  ])('takes the refusal %s for a sign of life', async (code) => {
    const { alive } = probe(() => Promise.reject(new LamparaError(code, 'refused')))
    expect(await alive).toBe(true)
  })

  it.each<LamparaErrorCode>(['first_byte_timeout', 'dial_timeout', 'peer_disconnected', 'unexpected_end'])(
    'takes %s for none',
    async (code) => {
      const { alive } = probe(() => Promise.reject(new LamparaError(code, 'dead')))
      expect(await alive).toBe(false)
    },
  )

  it('takes silence for none after five seconds', async () => {
    const { clock, alive } = probe(() => new Promise(() => {}))
    await clock.advance(5_000)
    expect(await alive).toBe(false)
  })
})
