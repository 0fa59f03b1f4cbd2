import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { webRTCDirect } from '@libp2p/webrtc'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { LamparaError } from '../../src/errors/index.ts'
import { noopLogger } from '../../src/network/node/noop-logger.ts'
import type { NetworkOptions } from '../../src/network/types.ts'
import { platform } from '../../src/platform/node/index.ts'
import { type KeyValueStorage, memoryStorage } from '../../src/platform/storage.ts'
import { webRtcDirect } from '../../src/webrtc/index.ts'
import { makeCertificate } from '../../src/webrtc/make-certificate.ts'
import { persistedCertificate } from '../../src/webrtc/persisted-certificate.ts'
import { cleanUpAfterEach, startNetwork, testChain } from '../kit/network.ts'

cleanUpAfterEach()

const STORAGE_KEY = 'webrtc-direct-certificate'
const DAY_MS = 24 * 60 * 60 * 1000
const NOW_MS = Date.parse('2026-11-21')
const chain = testChain()

/** A node that listens on WebRTC-direct, whose identity and certificate are kept as given. */
function listen(storage: KeyValueStorage, certificates?: KeyValueStorage) {
  const add = [webRtcDirect(certificates === undefined ? {} : { storage: certificates })]
  const listening: NetworkOptions = {
    chain,
    storage,
    targetPeers: 0,
    listen: ['/ip4/127.0.0.1/udp/0/webrtc-direct'],
    transports: { only: [], add },
  }
  return startNetwork(listening)
}

describe('a listener on WebRTC-direct', () => {
  it('has the same address after a restart where it keeps its certificate, and is reached by it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lampara-certificate-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const open = () => platform.openStorage('node', { directory })
    const before = await open()
    const first = await listen(before, before)
    const [address] = first.addresses
    await first.stop()
    await before.close()

    const after = await open()
    const second = await listen(after, after)
    // The port is another: the old one may be taken by now.
    const [, port] = /udp\/(\d+)/.exec(second.addresses[0]!)!
    const moved = address!.replace(/udp\/\d+/, `udp/${port}`)
    expect(second.addresses).toEqual([moved])
    const dialer = await startNetwork({ chain, transports: { only: [], add: [webRtcDirect()] } })
    await dialer.connect(moved)
    expect(dialer.peers.map(({ id }) => id)).toEqual([first.peerId])
  })

  it('has a new certificate with each start where it keeps none', async () => {
    const storage = memoryStorage()
    const first = await listen(storage)
    await first.stop()
    const second = await listen(storage)
    expect(second.peerId).toBe(first.peerId)
    expect(hashOf(second.addresses[0]!)).not.toBe(hashOf(first.addresses[0]!))
  })

  it('does not start where its storage fails', async () => {
    const failing = {
      ...memoryStorage(),
      get: () => Promise.reject(new LamparaError('storage_unavailable', 'It is full')),
    }
    await expect(listen(memoryStorage(), failing)).rejects.toMatchObject({ code: 'storage_unavailable' })
  })
})

const hashOf = (address: string): string | undefined => /certhash\/(\w+)/.exec(address)?.[1]

describe('a kept certificate', () => {
  let other: Awaited<ReturnType<typeof make>>
  let made: number[] = []
  beforeAll(async () => {
    other = await make(DAY_MS)
  })

  function make(lifespanMs: number) {
    made.push(lifespanMs)
    // It logs, and needs nothing else of a node to make one.
    const components = { logger: noopLogger } as Parameters<ReturnType<typeof webRTCDirect>>[0]
    return makeCertificate(webRTCDirect, components, lifespanMs)
  }

  async function stored() {
    const storage = memoryStorage()
    const certificate = await persistedCertificate(storage, NOW_MS, make)
    made = []
    return { storage, certificate }
  }

  it('is for a year, and renewed when less than 90 days of it are left', async () => {
    const { storage, certificate } = await stored()
    expect(await persistedCertificate(storage, NOW_MS + 274 * DAY_MS, make)).toEqual(certificate)
    expect(made).toEqual([])
    const renewed = await persistedCertificate(storage, NOW_MS + 276 * DAY_MS, make)
    expect(made).toEqual([365 * DAY_MS])
    expect(renewed.certhash).not.toBe(certificate.certhash)
    expect(await persistedCertificate(storage, NOW_MS + 500 * DAY_MS, make)).toEqual(renewed)
  })

  it.each([
    ['is no JSON', () => 'nonsense'],
    ['lacks something', ({ pem: _, ...rest }: Kept) => JSON.stringify(rest)],
    ['names the hash of another', (kept: Kept) => JSON.stringify({ ...kept, certhash: other.certhash })],
    ['has the key of another', (kept: Kept) => JSON.stringify({ ...kept, privateKey: other.privateKey })],
    ['has no key', (kept: Kept) => JSON.stringify({ ...kept, privateKey: 'AAAA' })],
    ['does not say until when', (kept: Kept) => JSON.stringify({ ...kept, validUntilMs: null })],
  ])('gives way to a new one where what is stored %s', async (_, spoil) => {
    const { storage, certificate } = await stored()
    const kept = JSON.parse(new TextDecoder().decode(await storage.get(STORAGE_KEY)))
    await storage.set(STORAGE_KEY, new TextEncoder().encode(spoil(kept)))
    const fresh = await persistedCertificate(storage, NOW_MS, make)
    expect(fresh.certhash).not.toBe(certificate.certhash)
    expect(await persistedCertificate(storage, NOW_MS, make)).toEqual(fresh)
  })
})

interface Kept {
  readonly privateKey: string
  readonly pem: string
  readonly certhash: string
  readonly validUntilMs: number
}
