import { afterEach, describe, expect, it, vi } from 'vitest'
import { LamparaError, loadCode, requireRuntime } from '../../src/errors/index.ts'
import { createLightClient, createNetwork, mainnet } from '../../src/index.ts'

afterEach(() => vi.unstubAllGlobals())

describe('loadCode()', () => {
  it('gives `code_unavailable` with the cause, whatever the bundler throws, and tries again when called again', async () => {
    const cause = new TypeError('Failed to fetch dynamically imported module: http://a.example/chunk.js')
    const load = vi.fn(async () => 'loaded')
    load.mockRejectedValueOnce(cause)
    await expect(loadCode(load, 'the BLS code')).rejects.toMatchObject({
      code: 'code_unavailable',
      message: `Cannot load the BLS code: ${cause.message} [code_unavailable]`,
      cause,
    })
    expect(await loadCode(load, 'the BLS code')).toBe('loaded')
  })

  it('gives `runtime_unsupported` in a service worker', async () => {
    vi.stubGlobal('ServiceWorkerGlobalScope', Object)
    const load = async () => {
      throw new ReferenceError('document is not defined')
    }
    await expect(loadCode(load, 'the BLS code')).rejects.toMatchObject({ code: 'runtime_unsupported' })
  })

  it('passes a LamparaError through', async () => {
    const error = new LamparaError('storage_unavailable', 'Cannot open storage')
    await expect(loadCode(() => Promise.reject(error), 'the storage code')).rejects.toBe(error)
  })
})

describe('a runtime without Promise.withResolvers, as Node 20', () => {
  const withoutIt = () =>
    vi.stubGlobal('Promise', Object.assign(class extends Promise<unknown> {}, { withResolvers: 0 }))

  it('is refused with `runtime_unsupported` and the versions that are needed', () => {
    withoutIt()
    expect(() => requireRuntime('Cannot create a network')).toThrow(
      /^Cannot create a network: it needs Node 22, .* this is Node \d/,
    )
  })

  it('is refused by createNetwork() and createLightClient() before anything else', async () => {
    withoutIt()
    const checkpoint = `0x${'00'.repeat(32)}` as const
    for (const run of [
      () => createNetwork({ chain: mainnet }),
      () => createLightClient({ chain: mainnet, checkpoint }),
    ]) {
      await expect(run()).rejects.toMatchObject({ code: 'runtime_unsupported' })
    }
  })
})
