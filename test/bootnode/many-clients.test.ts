import { afterAll, describe, expect, it } from 'vitest'
import { createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { topics } from '../../src/gossip/index.ts'
import { createLightClient, type LightClient } from '../../src/light-client/index.ts'

const CLIENTS = 50
const SLOTS = 10
const stops: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

describe('fifty Node clients on one bootnode', () => {
  it('each get every optimistic update that the beacon node published, in order, and verify it', {
    timeout: 120_000,
  }, async () => {
    const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 1_000, forks: { electra: 0 } })
    stops.push(devnet.stop)
    const bootnode = await createBootnode({
      chain: devnet.chain,
      upstream: devnet.addresses,
      checkpoint: devnet.checkpoint(),
    })
    stops.push(bootnode.stop)
    await bootnode.ready({ signal: AbortSignal.timeout(45_000) })

    const clients: LightClient[] = []
    // A few at a time, as browsers arrive.
    for (let i = 0; i < CLIENTS; i += 10) {
      const arriving = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const client = await createLightClient({
            chain: devnet.chain,
            bootnodes: bootnode.addresses,
            checkpoint: bootnode.checkpoint()!,
          })
          stops.push(client.stop)
          await client.ready({ signal: AbortSignal.timeout(40_000) })
          return client
        }),
      )
      clients.push(...arriving)
    }
    expect(new Set(clients.map((client) => client.network.peerId)).size).toBe(CLIENTS)

    const received = clients.map((client) => {
      const subscription = client.network.gossip.subscribe(topics.lightClientOptimisticUpdate, { includeIgnored: true })
      const slots: number[] = []
      const reading = (async () => {
        for await (const { message, verified } of subscription) {
          expect(verified).toBe(true)
          slots.push(message.value.signatureSlot)
          if (slots.length > SLOTS) return
        }
      })()
      return { subscription, slots, reading }
    })
    const published: number[] = []
    for await (const event of devnet.events({ signal: AbortSignal.timeout(60_000) })) {
      if (event.type === 'published' && event.object.kind === 'optimistic_update') {
        published.push(event.object.value.signatureSlot)
      }
      if (published.length >= SLOTS) break
    }
    await Promise.all(received.map(({ reading }) => reading))
    for (const { slots, subscription } of received) {
      // One may have been under way when they subscribed: what is compared begins with the first that was seen published.
      const begin = slots.indexOf(published[0]!)
      expect(slots.slice(begin, begin + SLOTS)).toEqual(published)
      expect(subscription.dropped).toBe(0)
    }
    for (const client of clients) expect(client.status.state).toBe('following')
  })
})
