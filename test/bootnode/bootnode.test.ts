import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type BootnodeOptions, createBootnode } from '../../src/bootnode/index.ts'
import { fromHex, toHex } from '../../src/chain/index.ts'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { fetchJoinDocument } from '../../src/discovery/index.ts'
import { topics } from '../../src/gossip/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import type { LightClientState } from '../../src/light-client/types.ts'
import { createNetwork } from '../../src/network/index.ts'
import { protocols } from '../../src/reqresp/index.ts'
import { headerRoot } from '../../src/ssz/index.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const soon = () => AbortSignal.timeout(45_000)

async function startDevnet(): Promise<Devnet> {
  const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 500, forks: { electra: 0 } })
  stops.push(devnet.stop)
  return devnet
}

async function startBootnode(devnet: Devnet, options: Partial<BootnodeOptions> = {}) {
  const bootnode = await createBootnode({
    chain: devnet.chain,
    upstream: devnet.addresses,
    checkpoint: devnet.checkpoint(),
    ...options,
  })
  stops.push(bootnode.stop)
  return bootnode
}

describe('a bootnode', { timeout: 40_000 }, () => {
  it('serves one address from which a client starts and follows', async () => {
    const devnet = await startDevnet()
    const bootnode = await startBootnode(devnet)
    await bootnode.ready({ signal: soon() })
    const { chain, bootnodes, checkpoint } = await fetchJoinDocument(bootnode.url, { signal: soon() })
    expect(bootnodes).toEqual(bootnode.addresses)
    const client = await createLightClient({ chain, bootnodes, checkpoint: checkpoint! })
    stops.push(client.stop)
    const first = await client.ready({ signal: soon() })
    for await (const head of client.heads({ signal: soon() })) {
      if (head.slot >= first.slot + 3) break
    }
    expect(client.network.peers.map(({ id }) => id)).toEqual([bootnode.downstream.peerId])
  })

  it('names ever newer checkpoints, and serves the bootstrap of each', async () => {
    const devnet = await startDevnet()
    const bootnode = await startBootnode(devnet)
    const start = devnet.checkpoint()
    for await (const _finalized of bootnode.client.heads({ kind: 'finalized', signal: soon() })) {
      if (bootnode.checkpoint() !== undefined && bootnode.checkpoint() !== start) break
    }
    const asker = await createNetwork({ chain: devnet.chain, bootnodes: bootnode.addresses })
    stops.push(() => asker.stop())
    await asker.connect(bootnode.addresses[0]!, { signal: soon() })
    for (const root of [start, bootnode.checkpoint()!]) {
      const exchange = asker.reqresp.request(protocols.lightClientBootstrap, fromHex(root), { signal: soon() })
      const bootstrap = await exchange.single()
      expect(toHex(headerRoot(bootstrap.value.header.beacon))).toBe(root)
    }
    const unknown = asker.reqresp.request(protocols.lightClientBootstrap, new Uint8Array(32), { signal: soon() })
    await expect(unknown.single()).rejects.toMatchObject({ code: 'resource_unavailable' })
  })

  it('hands on the bytes that the beacon node published, unchanged', async () => {
    const devnet = await startDevnet()
    const bootnode = await startBootnode(devnet)
    await bootnode.ready({ signal: soon() })
    const upstream = await createNetwork({ chain: devnet.chain, staticPeers: devnet.addresses })
    const client = await createNetwork({ chain: devnet.chain, bootnodes: bootnode.addresses })
    stops.push(
      () => upstream.stop(),
      () => client.stop(),
    )
    const heard = new Map<string, string>()
    const direct = upstream.gossip.subscribe(topics.lightClientOptimisticUpdate, { signal: soon() })
    const relayed = client.gossip.subscribe(topics.lightClientOptimisticUpdate, { signal: soon() })
    const listening = (async () => {
      for await (const { message, raw, topicString } of direct) {
        heard.set(`${topicString} ${message.value.signatureSlot}`, toHex(raw))
      }
    })()
    let compared = 0
    for await (const { message, raw, topicString, verified } of relayed) {
      expect(verified).toBe(false)
      const same = heard.get(`${topicString} ${message.value.signatureSlot}`)
      if (same === undefined) continue
      expect(toHex(raw)).toBe(same)
      if (++compared >= 3) break
    }
    direct.stop()
    await listening
  })

  it('never hands on what a client published', async () => {
    const devnet = await startDevnet()
    const bootnode = await startBootnode(devnet)
    await bootnode.ready({ signal: soon() })
    const liar = await createNetwork({ chain: devnet.chain, bootnodes: bootnode.addresses })
    const victim = await createNetwork({ chain: devnet.chain, bootnodes: bootnode.addresses })
    stops.push(
      () => liar.stop(),
      () => victim.stop(),
    )
    const topic = topics.lightClientOptimisticUpdate
    const listening = liar.gossip.subscribe(topic, { signal: soon() })
    const hearing = victim.gossip.subscribe(topic, { signal: soon() })
    await Promise.all([listening.ready(), hearing.ready()])
    let forgedSlot: number | undefined
    let later = 0
    const forging = (async () => {
      for await (const { message } of listening) {
        forgedSlot = message.value.signatureSlot + 1_000
        const value = { ...message.value, signatureSlot: forgedSlot }
        await liar.gossip.publish(topic, { ...message, value })
        return
      }
    })()
    for await (const { message } of hearing) {
      expect(message.value.signatureSlot).not.toBe(forgedSlot)
      // Honest ones that come after it show that a forged one would have come, too.
      if (forgedSlot !== undefined && ++later >= 3) break
    }
    await forging
  })

  it('is followed again by the same client after it was stopped and started again', async () => {
    const devnet = await startDevnet()
    const directory = await mkdtemp(join(tmpdir(), 'lampara-bootnode-'))
    stops.unshift(() => rm(directory, { recursive: true, force: true }))
    const kept = await startBootnode(devnet, { dataDirectory: directory })
    await kept.ready({ signal: soon() })
    const [address] = kept.addresses
    const client = await createLightClient({
      chain: devnet.chain,
      bootnodes: [address!],
      checkpoint: kept.checkpoint()!,
    })
    stops.push(client.stop)
    await client.ready({ signal: soon() })

    const states: LightClientState[] = []
    const following = Promise.withResolvers<void>()
    client.watchStatus(({ state }) => {
      states.push(state)
      if (state === 'following' && states.includes('disconnected')) following.resolve()
    })
    const lost = (async () => {
      for await (const event of client.network.events(['peer:disconnected'], { signal: soon() })) return event
    })()
    await kept.stop()
    await lost
    expect(client.status.state).toBe('disconnected')
    const [port] = /(?<=tcp\/)\d+/.exec(address!)!
    const again = await startBootnode(devnet, {
      dataDirectory: directory,
      listen: [`/ip4/127.0.0.1/tcp/${port}/ws`],
    })
    expect(again.addresses).toEqual([address])
    await following.promise
    // Being behind after a loss is catching up: a page says so, and does not cry wolf.
    expect(states).not.toContain('stalled')
    const { slot } = client.status.optimistic!
    for await (const head of client.heads({ signal: soon() })) if (head.slot > slot) break
  })

  it('answers over HTTP in plain codes, and refuses a port that is taken', async () => {
    const devnet = await startDevnet()
    const bootnode = await startBootnode(devnet)
    await bootnode.ready({ signal: soon() })
    const status = async (path: string, method = 'GET') => (await fetch(`${bootnode.url}${path}`, { method })).status
    expect(await status('/health')).toBe(200)
    expect(await status('/ready')).toBe(200)
    expect(await status('/.well-known/lampara.json?x=1')).toBe(200)
    expect(await status('/nothing')).toBe(404)
    expect(await status('/.well-known/lampara.json', 'POST')).toBe(405)
    await expect(startBootnode(devnet, { http: { port: Number(new URL(bootnode.url).port) } })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })

  it('runs without its beacon node, says that it is not ready, and stops twice without harm', async () => {
    const devnet = await startDevnet()
    const named = { checkpoint: devnet.checkpoint(), upstream: devnet.addresses }
    await devnet.stop()
    const bootnode = await startBootnode(devnet, named)
    expect((await fetch(`${bootnode.url}/ready`)).status).toBe(503)
    expect((await fetch(`${bootnode.url}/.well-known/lampara.json`)).status).toBe(503)
    await Promise.all([bootnode.stop(), bootnode.stop()])
    await expect(fetch(`${bootnode.url}/health`)).rejects.toThrow()
  })
})
