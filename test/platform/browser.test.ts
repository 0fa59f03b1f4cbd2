import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { canDialFromPage } from '../../src/platform/browser/can-dial.ts'
import { platform } from '../../src/platform/browser/index.ts'
import { platformConformance } from './conformance.ts'

// The whole suite runs in a real browser; here, what needs none.
describe('the browser platform', () => {
  it.each(platformConformance.filter(({ name }) => !name.startsWith('storage ') || name.includes('namespaces that')))(
    '$name',
    ({ run }) => run(platform),
  )

  it('runs on noble', async () => {
    expect((await platform.loadBls()).implementation).toBe('noble')
  })

  it('reports storage_unavailable where there is no IndexedDB', async () => {
    await expect(platform.openStorage('any')).rejects.toMatchObject({ code: 'storage_unavailable' })
  })

  it('reports storage_unavailable where IndexedDB does not answer', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const asked = Promise.withResolvers<void>()
    vi.stubGlobal('indexedDB', { open: () => asked.resolve() ?? {} })
    onTestFinished(() => void vi.unstubAllGlobals())
    const opening = expect(platform.openStorage('any')).rejects.toMatchObject({ code: 'storage_unavailable' })
    await asked.promise
    await vi.advanceTimersByTimeAsync(5_000)
    await opening
  })

  it('dials no plain TCP', async () => {
    const transports = await platform.transports()
    expect(transports.some(({ canDial }) => canDial('/ip4/192.0.2.1/tcp/9000'))).toBe(false)
  })
})

describe('WebTransport in a browser', () => {
  const late = { webTransport: () => Promise.reject(new Error('nobody dials')) }
  const address = '/ip4/192.0.2.1/udp/9001/quic-v1/webtransport'
  const certhash = '/certhash/uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ'
  afterEach(() => void vi.unstubAllGlobals())

  it('comes after WebSocket, and is tried only at addresses that name a certificate', async () => {
    vi.stubGlobal('WebTransport', class {})
    const [webSocket, webTransport] = await platform.transports(late)
    expect([webSocket?.name, webTransport?.name]).toEqual(['websocket', 'webtransport'])
    expect(webTransport?.canDial(`${address}${certhash}`)).toBe(true)
    expect(webTransport?.canDial(`${address}${certhash}${certhash}`)).toBe(true)
    expect(webTransport?.canDial(address)).toBe(false)
    expect(webSocket?.canDial(`${address}${certhash}`)).toBe(false)
  })

  it('is left out where the browser does not know it', async () => {
    vi.stubGlobal('WebTransport', undefined)
    expect((await platform.transports(late)).map(({ name }) => name)).toEqual(['websocket'])
  })
})

describe('canDialFromPage()', () => {
  it('takes plain WebSocket on a page without TLS', () => {
    expect(canDialFromPage('/ip4/192.0.2.1/tcp/80/ws', 'http:')).toBe(true)
    expect(canDialFromPage('/ip4/192.0.2.1/tcp/80/ws', undefined)).toBe(true)
  })

  it('refuses plain WebSocket on a page with TLS, save to this machine', () => {
    expect(canDialFromPage('/ip4/192.0.2.1/tcp/80/ws', 'https:')).toBe(false)
    expect(canDialFromPage('/dns4/127.example/tcp/80/ws', 'https:')).toBe(false)
    expect(canDialFromPage('/ip4/127.0.0.1/tcp/80/ws', 'https:')).toBe(true)
    expect(canDialFromPage('/dns4/localhost/tcp/80/ws', 'https:')).toBe(true)
    expect(canDialFromPage('/ip6/::1/tcp/80/ws', 'https:')).toBe(true)
  })
})
