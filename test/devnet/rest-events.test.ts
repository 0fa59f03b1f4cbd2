import { afterEach, describe, expect, it } from 'vitest'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { lodestarConfig } from '../kit/lodestar-follow.ts'

let devnet: Devnet
afterEach(() => devnet?.stop())

async function start(slotDurationMs = 1_000): Promise<void> {
  devnet = await createDevnet({ preset: 'minimal', slotDurationMs, forks: { electra: 0 } })
}

/** The next events of some topics, as they come over HTTP. */
async function* events(
  topics: string,
): AsyncGenerator<{ readonly topic: string; readonly data: Record<string, unknown> }> {
  const controller = new AbortController()
  const response = await fetch(`${devnet.restUrl}/eth/v1/events?topics=${topics}`, { signal: controller.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  let text = ''
  try {
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (text + piece).split('\n\n')
      text = parts.pop()!
      for (const part of parts) {
        const [, topic = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? []
        yield { topic, data: JSON.parse(data) as Record<string, unknown> }
      }
    }
  } finally {
    controller.abort()
  }
}

describe('the events of a devnet’s Beacon API', () => {
  it('report each head and each update as it is published', async () => {
    await start()
    const seen: string[] = []
    for await (const { topic, data } of events('head,light_client_optimistic_update')) {
      seen.push(topic)
      if (topic === 'head') expect(Number(data.slot)).toBeGreaterThan(0)
      else expect(data).toMatchObject({ version: 'electra', data: { signature_slot: expect.any(String) } })
      if (seen.length === 4) break
    }
    expect(new Set(seen)).toEqual(new Set(['head', 'light_client_optimistic_update']))
  })

  it('refuse topics that they do not have, in words', async () => {
    await start()
    for (const query of ['', '?topics=block', '?topics=head,nothing']) {
      const response = await fetch(`${devnet.restUrl}/eth/v1/events${query}`)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ code: 400, message: expect.stringContaining('head') })
    }
  })

  it('end when the devnet stops', async () => {
    await start()
    const reading = (async () => {
      for await (const _ of events('head'));
    })().catch(() => 'cut off')
    await devnet.stop()
    await reading
  })
})

describe("Lodestar's published light client", () => {
  it('follows a devnet head by head over its Beacon API', async () => {
    process.env.LODESTAR_PRESET = 'minimal'
    // It tells slots by the preset's own duration.
    await start(6_000)
    const { Lightclient, LightclientEvent } = await import('@lodestar/light-client')
    const { LightClientRestTransport } = await import('@lodestar/light-client/transport')
    const { getClient } = await import('@lodestar/api')
    const { createBeaconConfig } = await import('@lodestar/config')
    const { chain } = devnet
    const root = Uint8Array.from(Buffer.from(chain.genesisValidatorsRoot.slice(2), 'hex'))
    const config = createBeaconConfig(await lodestarConfig(chain), root)
    const api = getClient({ urls: [devnet.restUrl] }, { config })
    const client = await Lightclient.initializeFromCheckpointRoot({
      config,
      logger: { error() {}, warn() {}, info() {}, debug() {} },
      genesisData: { genesisTime: chain.genesisTimeMs / 1000, genesisValidatorsRoot: chain.genesisValidatorsRoot },
      transport: new LightClientRestTransport(api as never),
      checkpointRoot: Uint8Array.from(Buffer.from(devnet.checkpoint().slice(2), 'hex')),
    })
    const slots: number[] = []
    const enough = Promise.withResolvers<void>()
    client.emitter.on(LightclientEvent.lightClientOptimisticHeader, (header) => {
      slots.push(header.beacon.slot)
      if (slots.length === 4) enough.resolve()
    })
    void client.start()
    await enough.promise
    client.stop()
    // The first one comes by a request, the others by events: one a slot.
    const [, ...followed] = slots
    expect(followed).toEqual(followed.map((_, index) => followed[0]! + index))
  })
})
