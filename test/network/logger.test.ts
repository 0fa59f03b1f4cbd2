import type { Logger } from '@libp2p/interface'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createNetwork, mainnet } from '../../src/index.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const stop of stops.splice(0).reverse()) await stop()
})

describe('the logger of a network', () => {
  it('takes the lines of libp2p’s components and of the network', async () => {
    const names = new Set<string>()
    const lines: string[] = []
    function loggerOf(name: string): Logger {
      names.add(name)
      const log = (formatter: unknown): void => void lines.push(`${name} ${formatter}`)
      return Object.assign(log, {
        enabled: true,
        error: log,
        trace: log,
        newScope: (s: string) => loggerOf(`${name}:${s}`),
      })
    }
    const listener = await createNetwork({ chain: mainnet, listen: ['/ip4/127.0.0.1/tcp/0'] })
    stops.push(() => listener.stop())
    const network = await createNetwork({ chain: mainnet, logger: { forComponent: loggerOf } })
    stops.push(() => network.stop())
    await network.connect(listener.addresses[0]!)
    expect([...names].filter((name) => name.startsWith('libp2p'))).not.toEqual([])
    expect(lines).toContain('lampara:network connected to %s at %s')
  })

  it('is silent by default: nothing is written to the console or to the process’s streams', async () => {
    const written = [
      vi.spyOn(process.stdout, 'write'),
      vi.spyOn(process.stderr, 'write'),
      vi.spyOn(console, 'log'),
      vi.spyOn(console, 'error'),
    ]
    const network = await createNetwork({ chain: mainnet, staticPeers: [], listen: ['/ip4/127.0.0.1/tcp/0'] })
    const id = '16Uiu2HAm8u35SroiX4twGMzSViYFN31HphDhtKLsRr84PVSNdr9D'
    await expect(network.connect(`/ip4/127.0.0.1/tcp/1/p2p/${id}`)).rejects.toMatchObject({ code: 'dial_failed' })
    await network.stop()
    for (const write of written) expect(write).not.toHaveBeenCalled()
  })

  it('says in one line which of several addresses cannot be listened on', async () => {
    const first = await createNetwork({ chain: mainnet, listen: ['/ip4/127.0.0.1/tcp/0'] })
    stops.push(() => first.stop())
    const taken = first.addresses[0]!.split('/p2p/')[0]!
    const failing = createNetwork({ chain: mainnet, listen: ['/ip4/127.0.0.1/tcp/0', taken] })
    await expect(failing).rejects.toMatchObject({
      code: 'invalid_argument',
      message: `Cannot listen on ${taken}: the port is already in use [invalid_argument]`,
    })
  })
})
