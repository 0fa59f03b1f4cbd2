import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createDevnet } from '../../src/devnet/index.ts'
import { createNetwork } from '../../src/network/index.ts'
import { startCli } from '../kit/cli/cli-process.ts'
import { selfSigned } from '../kit/self-signed.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function startDevnet() {
  const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 1000 })
  ends.push(devnet.stop)
  return devnet
}

describe('the process of lampara bootnode', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s with 0, and "stopped" is its last line', async (signal) => {
    const devnet = await startDevnet()
    const bootnode = startCli(['bootnode', '--join', devnet.restUrl, '--json'])
    ends.push(bootnode.kill)
    await bootnode.line(({ state }) => state === 'following')
    bootnode.signal(signal)
    expect(await bootnode.ended).toEqual({ code: 0, signal: null })
    const lines = bootnode.lines()
    expect(lines.slice(-2).map(({ type }) => type)).toEqual(['stopping', 'stopped'])
    for (const { time, level } of lines) {
      expect(new Date(String(time)).toISOString()).toBe(time)
      expect(['info', 'debug']).toContain(level)
    }
    expect(bootnode.stderr()).toBe('')
  })

  it('reads the certificate again on SIGHUP, and runs on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lampara-sighup-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
    const write = async ({ cert, key }: { cert: string; key: string }) => {
      await writeFile(files.cert, cert)
      await writeFile(files.key, key)
    }
    await write(selfSigned())
    const devnet = await startDevnet()
    const bootnode = startCli([
      'bootnode',
      '--join',
      devnet.restUrl,
      '--tls-cert',
      files.cert,
      '--tls-key',
      files.key,
      '--json',
    ])
    ends.push(bootnode.kill)
    const first = await bootnode.line(({ type }) => type === 'certificate')
    await write(selfSigned())
    bootnode.signal('SIGHUP')
    const renewed = ({ type, validUntilMs }: { type?: unknown; validUntilMs?: unknown }) =>
      type === 'certificate' && Number(validUntilMs) > Number(first.validUntilMs)
    await bootnode.line(renewed)
    expect(bootnode.lines().map(({ type }) => type)).toContain('reload')
    bootnode.signal('SIGTERM')
    expect(await bootnode.ended).toEqual({ code: 0, signal: null })
  })

  it('says Goodbye to its clients at SIGTERM, and ends at once at a second signal', async () => {
    const devnet = await startDevnet()
    const bootnode = startCli(['bootnode', '--join', devnet.restUrl, '--drain', '600', '--json'])
    ends.push(bootnode.kill)
    const { addresses } = await bootnode.line(({ type }) => type === 'listening')
    await bootnode.line(({ state }) => state === 'following')
    const clients = await Promise.all(
      [1, 2, 3].map(async () => {
        const network = await createNetwork({ chain: devnet.chain })
        ends.push(() => network.stop())
        await network.connect((addresses as string[])[0]!)
        return network
      }),
    )
    const events = clients.map((network) => network.events(['peer:disconnected'])[Symbol.asyncIterator]().next())
    bootnode.signal('SIGTERM')
    const first = await Promise.race(events)
    expect(first.value).toMatchObject({ reason: 'goodbye from the peer: it shuts down' })
    bootnode.signal('SIGTERM')
    expect(await bootnode.ended).toEqual({ code: 130, signal: null })
  })

  it('says in one line that a port is in use, without a stack trace', async () => {
    const devnet = await startDevnet()
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    ends.push(() => new Promise((resolve) => taken.close(resolve)))
    const { port } = taken.address() as { port: number }
    const bootnode = startCli(['bootnode', '--join', devnet.restUrl, '--port', String(port)])
    ends.push(bootnode.kill)
    expect(await bootnode.ended).toEqual({ code: 2, signal: null })
    expect(bootnode.stderr().trim().split('\n')).toEqual([
      `lampara bootnode: Cannot listen on /ip4/127.0.0.1/tcp/${port}/ws: the port is already in use`,
    ])
  })
})
