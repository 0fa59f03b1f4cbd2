import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createDevnet } from '../../src/devnet/index.ts'
import { startCli } from './support/cli-process.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function startDevnet() {
  const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 1000 })
  ends.push(devnet.stop)
  return devnet
}

describe('the process of lampara bootnode', { timeout: 60_000 }, () => {
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
