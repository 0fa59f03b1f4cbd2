import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBootnode } from '../../src/bootnode/index.ts'
import type { CertificateFiles } from '../../src/bootnode/tls/read-certificate.ts'
import { type CertificateInUse, watchCertificate } from '../../src/bootnode/tls/watch-certificate.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { parseJoinDocument } from '../../src/discovery/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import { secureWebSockets } from '../../src/platform/node/transports/secure-web-sockets.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import { cleanUpAfterEach, startNetwork, testChain, untilPeers } from '../kit/network.ts'
import { type SelfSigned, selfSigned } from '../kit/self-signed.ts'

cleanUpAfterEach()

const known = getCACertificates('default')
const ends: (() => Promise<unknown>)[] = []
let files: CertificateFiles
let first: SelfSigned
let second: SelfSigned

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lampara-tls-'))
  ends.push(() => rm(folder, { recursive: true, force: true }))
  files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  first = selfSigned()
  second = selfSigned()
  await write(first)
  setDefaultCACertificates([...known, first.cert, second.cert])
})
afterEach(async () => {
  setDefaultCACertificates(known)
  for (const end of ends.splice(0).reverse()) await end()
})

async function write({ cert, key }: SelfSigned): Promise<void> {
  await writeFile(files.cert, cert)
  await writeFile(files.key, key)
}

/** A certificate whose files are looked at when the test says so. */
async function watched() {
  const clock = createFakeClock()
  const certificate = await watchCertificate(files, clock)
  ends.push(certificate.stop)
  const changes: CertificateInUse[] = []
  certificate.watch((value) => changes.push(value))
  /** Begins to read the files once more, after the time before is over. */
  async function look(): Promise<void> {
    await expect.poll(() => clock.pending).toBe(1)
    await clock.advance(10_000)
  }
  async function nextChange(): Promise<CertificateInUse> {
    const seen = changes.length
    await look()
    await expect.poll(() => changes.length).toBeGreaterThan(seen)
    return changes.at(-1)!
  }
  return { certificate, changes, look, nextChange }
}

/** The certificate that is shown to anyone who connects now. */
async function shownAt(port: number): Promise<string> {
  const trusting: ConnectionOptions = { host: '127.0.0.1', port, ca: [first.cert, second.cert] }
  const socket = connect(trusting)
  await once(socket, 'secureConnect')
  const { raw } = socket.getPeerCertificate()
  socket.destroy()
  return raw.toString('base64')
}

function base64Of({ cert }: SelfSigned): string {
  return cert.split('\n')[1]!
}

describe('a certificate', () => {
  it('is read again as its files change', async () => {
    const { nextChange, changes } = await watched()
    expect(changes.map(({ cert }) => cert)).toEqual([first.cert])
    await write(second)
    expect(await nextChange()).toMatchObject({ cert: second.cert, key: second.key })
    expect(changes).toHaveLength(2)
  })

  it('stays in use while its files hold none, which is told once, and until they hold one again', async () => {
    const { nextChange, changes, look } = await watched()
    await writeFile(files.cert, second.cert)
    expect(await nextChange()).toMatchObject({ cert: first.cert, error: { code: 'invalid_argument' } })
    await look()
    await rm(files.key)
    expect(await nextChange()).toMatchObject({ cert: first.cert, error: { code: 'file_unreadable' } })
    expect(changes).toHaveLength(3)
    await write(first)
    const again = await nextChange()
    expect(again.cert).toBe(first.cert)
    expect(again.error).toBeUndefined()
  })

  it.each([
    ['not there', undefined, 'file_unreadable'],
    ['no certificate', 'hello', 'invalid_argument'],
    ['far too large', 'x'.repeat(300_000), 'file_unreadable'],
  ])('is refused at the start when its file is %s', async (_what, content, code) => {
    await (content === undefined ? rm(files.cert) : writeFile(files.cert, content))
    await expect(watchCertificate(files, createFakeClock())).rejects.toMatchObject({ code })
  })
})

describe('a listener with TLS', () => {
  it('shows a new certificate to those who come, and keeps those who are there', async () => {
    const chain = testChain()
    const { certificate, nextChange } = await watched()
    const listener = await startNetwork({
      chain,
      listen: ['/ip4/127.0.0.1/tcp/0/tls/ws', '/ip4/127.0.0.1/tcp/0/ws'],
      transports: { except: ['websocket'], add: [secureWebSockets(certificate)] },
    })
    const secure = listener.addresses.find((address) => address.includes('/tls/ws/'))!
    const port = Number(/\/tcp\/(\d+)\//.exec(secure)?.[1])
    const early = await startNetwork({ chain, bootnodes: [secure] })
    await untilPeers(early, 1)
    const { address, connectedAtMs } = early.peers[0]!
    expect(address).toBe(secure)
    expect(await shownAt(port)).toBe(base64Of(first))
    const addresses = [...listener.addresses]

    await write(second)
    await nextChange()
    expect(await shownAt(port)).toBe(base64Of(second))
    const late = await startNetwork({ chain, bootnodes: [secure] })
    await untilPeers(late, 1)
    await untilPeers(listener, 2)
    expect(early.peers).toMatchObject([{ state: 'connected', connectedAtMs }])
    // The one without TLS goes on without.
    expect(listener.addresses).toEqual(addresses)
  })

  it('ends with its network, however many certificates it has shown', async () => {
    const chain = testChain()
    const { certificate, nextChange } = await watched()
    const transports = { except: ['websocket'] as const, add: [secureWebSockets(certificate)] }
    const listener = await startNetwork({ chain, listen: ['/ip4/127.0.0.1/tcp/0/tls/ws'], transports })
    const port = Number(/\/tcp\/(\d+)\//.exec(listener.addresses[0]!)?.[1])
    await write(second)
    await nextChange()
    await listener.stop()
    await expect(shownAt(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('a bootnode with a certificate', { timeout: 40_000 }, () => {
  const soon = () => AbortSignal.timeout(45_000)

  async function startDevnet() {
    const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 500, forks: { electra: 0 } })
    ends.push(devnet.stop)
    return { chain: devnet.chain, upstream: devnet.addresses, checkpoint: devnet.checkpoint() }
  }

  async function read(url: string): Promise<string> {
    const [response] = await once(get(url, { ca: first.cert }), 'response')
    return (await response.setEncoding('utf8').toArray()).join('')
  }

  it('is met over TLS, and tells over HTTPS where', async () => {
    const bootnode = await createBootnode({ ...(await startDevnet()), tls: files })
    ends.push(bootnode.stop)
    await bootnode.ready({ signal: soon() })
    expect(bootnode.certificate).toEqual({ validUntilMs: expect.any(Number) })
    expect(bootnode.certificate!.validUntilMs).toBeGreaterThan(Date.now())
    expect(bootnode.url).toMatch(/^https:/)
    const document = parseJoinDocument(JSON.parse(await read(`${bootnode.url}/.well-known/lampara.json`)))
    expect(document.bootnodes).toEqual([expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/tls\/ws\/p2p\//)])
    const { chain, bootnodes, checkpoint } = document
    const client = await createLightClient({ chain, bootnodes, checkpoint: checkpoint! })
    ends.push(client.stop)
    await client.ready({ signal: soon() })
    expect(client.network.peers.map(({ address }) => address)).toEqual(bootnodes)
  })

  it('reports the address that is announced', async () => {
    const announce = ['/dns4/bootnode.example/tcp/443/tls/ws']
    const bootnode = await createBootnode({ ...(await startDevnet()), tls: files, announce })
    ends.push(bootnode.stop)
    await bootnode.ready({ signal: soon() })
    const document = parseJoinDocument(JSON.parse(await read(`${bootnode.url}/.well-known/lampara.json`)))
    expect(document.bootnodes).toEqual([`${announce[0]}/p2p/${bootnode.downstream.peerId}`])
  })

  it('does not start with an address that needs TLS when it has no certificate', async () => {
    const common = { ...(await startDevnet()), listen: ['/ip4/127.0.0.1/tcp/0/tls/ws'] }
    await expect(createBootnode(common)).rejects.toMatchObject({ code: 'invalid_argument' })
    await rm(files.key)
    await expect(createBootnode({ ...common, tls: files })).rejects.toMatchObject({ code: 'file_unreadable' })
  })
})
