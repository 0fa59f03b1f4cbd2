import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Hex, slotStartMs, toHex } from '../../src/chain/index.ts'
import { createLightClient, serveLightClientData } from '../../src/light-client/index.ts'
import type { Checkpoint, LightClient } from '../../src/light-client/types.ts'
import { createNetwork } from '../../src/network/index.ts'
import { headerRoot } from '../../src/ssz/index.ts'
import { type Clock, systemClock } from '../../src/streams/clock.ts'
import { altairChain, bootstrapAt, members } from '../kit/verification/synthetic.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const chain = altairChain()
const { committee } = members(1)
const older = bootstrapAt(100, committee)
const newer = bootstrapAt(140, committee)
const newest = bootstrapAt(190, committee)
const rootOf = (bootstrap: typeof older): Hex => toHex(headerRoot(bootstrap.value.header.beacon))
const MAX_AGE_MS = 60 * chain.slotDurationMs

/** A clock that stands in a slot, and that a test sets forward, as a sleep does. */
function clockAt(slot: number): Clock & { setTo(slot: number): void } {
  let offsetMs = slotStartMs(chain, slot) - systemClock.now()
  return {
    now: () => systemClock.now() + offsetMs,
    setTimer: (callback, delayMs) => systemClock.setTimer(callback, delayMs),
    setTo: (next) => {
      offsetMs = slotStartMs(chain, next) - systemClock.now()
    },
  }
}

/** A Beacon API server that names one block as finalized. */
async function startProvider(finalized: () => Hex): Promise<string> {
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ data: { root: finalized() } }))
  }).listen(0, '127.0.0.1')
  stops.push(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function untilStatus(client: LightClient, holds: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    client.watchStatus(() => holds() && resolve())
  })
}

/** A client that has started from the older block, of peers that have bootstraps and nothing else. */
async function start(checkpoint: Checkpoint, maxCheckpointAgeMs = MAX_AGE_MS) {
  const clock = clockAt(120)
  const peer = await createNetwork({ chain, clock, listen: ['/ip4/127.0.0.1/tcp/0'], targetPeers: 0 })
  stops.push(() => peer.stop())
  serveLightClientData(peer.reqresp, {
    bootstrap: (root) => [older, newer, newest].find((bootstrap) => rootOf(bootstrap) === root),
    update: () => undefined,
    finalityUpdate: () => undefined,
    optimisticUpdate: () => undefined,
  })
  const client = await createLightClient({
    chain,
    clock,
    checkpoint,
    staticPeers: peer.addresses,
    maxCheckpointAgeMs,
  })
  stops.push(client.stop)
  await untilStatus(client, () => client.status.finalized?.slot === 100)
  return { client, clock }
}

describe('a running light client', () => {
  it('fails with `checkpoint_too_old` when its finalized header becomes older than allowed', async () => {
    const { client, clock } = await start(rootOf(older))
    clock.setTo(170)
    await untilStatus(client, () => client.status.state === 'failed')
    expect(client.status.error?.code).toBe('checkpoint_too_old')
    expect(client.status.message).toMatch(/it is 7\.0 minutes old|it is 420 s old/)
    await expect(client.ready()).rejects.toMatchObject({ code: 'checkpoint_too_old' })
  })

  it('begins with a newer checkpoint of its providers instead, where it has some', async () => {
    let finalized = rootOf(older)
    const url = await startProvider(() => finalized)
    const { client, clock } = await start({ providers: [url] })
    finalized = rootOf(newer)
    clock.setTo(170)
    await untilStatus(client, () => client.status.finalized?.slot === 140)
    expect(client.status.error?.code).not.toBe('checkpoint_too_old')
  })

  it('fails where its providers have nothing newer either', async () => {
    const url = await startProvider(() => rootOf(older))
    const { client, clock } = await start({ providers: [url] })
    clock.setTo(170)
    await untilStatus(client, () => client.status.state === 'failed')
    expect(client.status.error?.code).toBe('checkpoint_too_old')
  })

  it('begins with a newer checkpoint of its providers where peers cannot lead on, though its own is not too old', async () => {
    let finalized = rootOf(older)
    const url = await startProvider(() => finalized)
    const { client, clock } = await start({ providers: [url] }, 1_000 * MAX_AGE_MS)
    finalized = rootOf(newest)
    // Two periods on, and no peer has the updates in between.
    clock.setTo(200)
    await untilStatus(client, () => client.status.finalized?.slot === 190)
  })
})
