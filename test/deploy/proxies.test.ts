import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { fetchJoinDocument } from '../../src/discovery/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import { freePorts, program, runProgram, startProgram } from '../kit/deploy/programs.ts'
import { haproxyFile, hostOf, nginxFile } from '../kit/deploy/proxy-configs.ts'
import { selfSigned } from '../kit/self-signed.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const soon = () => AbortSignal.timeout(45_000)

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lampara-proxy-'))
  ends.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const proxies = [
  ['haproxy', haproxyFile, (file: string) => ['-db', '-f', file], (file: string) => ['-c', '-f', file]],
  ['nginx', nginxFile, (file: string) => ['-c', file, '-g', 'daemon off;'], (file: string) => ['-t', '-c', file]],
] as const

describe.each(proxies)('the example for %s', (name, write, running, checking) => {
  it('is one that it takes, with TLS', async ({ skip }) => {
    const path = program(name) ?? skip(`${name} is not installed`)
    const [port = 0] = await freePorts(1)
    const folder = await temporaryFolder()
    const ports = { webSocketPorts: [1, 2, 3], httpPorts: [4, 5, 6] }
    const file = await write(folder, { port, ...ports, certificate: selfSigned() })
    const { status, output } = runProgram(path, checking(file))
    expect(status, output).toBe(0)
    expect(output.toLowerCase()).not.toContain('warn')
  })

  it('leads clients to the bootnode that they name, and to the join document of one that is ready', async ({
    skip,
  }) => {
    const path = program(name) ?? skip(`${name} is not installed`)
    const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 500, forks: { electra: 0 } })
    ends.push(devnet.stop)
    const [port = 0, ...rest] = await freePorts(7)
    const places = { port, webSocketPorts: rest.slice(0, 3), httpPorts: rest.slice(3) }
    const start = (index: number) =>
      createBootnode({
        chain: devnet.chain,
        upstream: devnet.addresses,
        checkpoint: devnet.checkpoint(),
        listen: [`/ip4/127.0.0.1/tcp/${places.webSocketPorts[index]}/ws`],
        announce: [`/ip4/${hostOf(index)}/tcp/${port}/ws`],
        http: { port: places.httpPorts[index]! },
      })
    // The third does not run.
    const bootnodes = await Promise.all([start(0), start(1)])
    for (const bootnode of bootnodes) {
      ends.push(bootnode.stop)
      await bootnode.ready({ signal: soon() })
    }
    const proxy = await startProgram(path, running(await write(await temporaryFolder(), places)), port)
    ends.push(proxy.stop)
    const base = `http://127.0.0.1:${port}`

    const served = async () => (await fetchJoinDocument(base, { signal: soon() })).peerId
    const peerIds = new Set<string | undefined>()
    await expect.poll(async () => peerIds.add(await served()).size, { timeout: 45_000 }).toBe(2)
    for (const bootnode of bootnodes) {
      const client = await createLightClient({
        chain: devnet.chain,
        bootnodes: bootnode.addresses,
        checkpoint: bootnode.checkpoint()!,
      })
      ends.push(client.stop)
      await client.ready({ signal: soon() })
      expect(client.network.peers.map(({ id }) => id)).toEqual([bootnode.downstream.peerId])
      expect(bootnode.addresses[0]).toContain(`:${port}`.replace(':', '/tcp/'))
    }
    for (const hidden of ['/ready', '/health', '/metrics', '/']) expect((await fetch(base + hidden)).status).toBe(404)

    await bootnodes[0]!.drain()
    // One that drains without siblings has no document: the other serves everybody.
    await expect.poll(served, { timeout: 45_000 }).toBe(bootnodes[1]!.downstream.peerId)
    for (let i = 0; i < 6; i++) expect(await served()).toBe(bootnodes[1]!.downstream.peerId)
  })
})
