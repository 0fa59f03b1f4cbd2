import { afterEach, describe, expect, it } from 'vitest'
import { run } from '../../src/cli/devnet.ts'
import { runProgram } from '../../src/cli/program.ts'
import { decodeEnr } from '../../src/discovery/enr/index.ts'
import { capturedIo } from '../kit/cli/captured-io.ts'
import { fixtures } from '../kit/fixtures.ts'

const aborts: AbortController[] = []
afterEach(() => {
  for (const abort of aborts.splice(0)) abort.abort()
})

/** Runs the command until a line comes of which `enough` is true, then interrupts it as Ctrl-C does. */
async function runUntil(
  argv: string[],
  enough: (line: string) => boolean,
): Promise<{ status: number; lines: string[] }> {
  const io = capturedIo()
  aborts.push(io.abort)
  const stdout = (line: string): void => {
    io.stdout(line)
    if (enough(line)) io.abort.abort()
  }
  return { status: await run(argv, { ...io, stdout }), lines: io.out }
}

/** What the program says to a command line. */
async function complaint(...argv: string[]): Promise<{ status: number; said: string }> {
  const io = capturedIo()
  const status = await runProgram(['devnet', ...argv], io)
  return { status, said: [...io.out, ...io.err].join('\n') }
}

describe('lampara devnet', () => {
  it('prints where it listens and how to follow it, then a line for each epoch and step of finality', async () => {
    const { status, lines } = await runUntil(['--slot-ms', '200', '--forks', 'altair:0,capella:2,fulu:4'], (line) =>
      line.includes('finalized epoch'),
    )
    expect(status).toBe(0)
    const text = lines.join('\n')
    expect(text).toMatch(/^Beacon node {2}\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/16Uiu2/m)
    const [, url] = /^Beacon API {3}(http:\/\/127\.0\.0\.1:\d+)$/m.exec(text)!
    const [, checkpoint] = /^Checkpoint {3}(0x[0-9a-f]{64})$/m.exec(text)!
    expect(text).toContain(`lampara follow --join ${url} --checkpoint ${checkpoint}`)
    expect(text).toMatch(/^epoch \d+ {2}slot \d+ {2}fulu {2}0x[0-9a-f]{8}… signed by \d+$/m)
  })

  it('prints one JSON object a line with --json', async () => {
    const { lines } = await runUntil(['--slot-ms', '200', '--json'], (line) => line.includes('"finalized"'))
    const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(objects[0]).toMatchObject({ type: 'listening', chain: 'lampara-devnet', clockOffsetMs: 0, skipped: [] })
    expect(objects.find(({ type }) => type === 'epoch')).toMatchObject({ fork: 'fulu' })
    expect(objects.find(({ type }) => type === 'finalized')).toMatchObject({ block: { slot: expect.any(Number) } })
  })

  it('prints its record, which with --discv5-port names a UDP port', async () => {
    const { lines } = await runUntil(['--discv5-port', '0'], (line) => line.startsWith('Follow it'))
    const [, record] = /^Node record {2}(enr:[\w-]+)$/m.exec(lines.join('\n'))!
    const { pairs } = decodeEnr(record!)
    expect([...pairs.keys()]).toEqual(['eth2', 'id', 'ip', 'nfd', 'secp256k1', 'tcp', 'udp'])
  })

  it.skipIf(!fixtures.available)('replays a folder, and says how old its checkpoint may be', async () => {
    const folder = fixtures.path('light-client-api', 'metacraft-altair-290-349')
    const { status, lines } = await runUntil(['--replay', folder, '--json'], () => true)
    expect(status).toBe(0)
    const start = JSON.parse(lines[0]!) as { chain: string; clockOffsetMs: number; follow: string }
    expect(start.chain).toBe('mainnet')
    expect(start.clockOffsetMs).toBeLessThan(0)
    expect(start.follow).toContain('--max-checkpoint-age 69')
  })

  it.each([
    [['--preset', 'large'], '--preset'],
    [['--slot-ms', 'fast'], '--slot-ms'],
    [['--slot-ms', '1'], 'slotDurationMs'],
    [['--forks', 'altair'], '--forks'],
    [['--forks', 'altair:0:1'], '--forks'],
    [['--forks', 'phase0:0'], '--forks'],
    [['--forks', 'altair:x'], '--forks'],
    [['--blobs', '3'], '--blobs'],
    [['--participation', '2'], '--participation'],
    [['--missed', '-1'], '--missed'],
    [['--persona', 'geth'], '--persona'],
    [['--port', '65536'], '--port'],
    [['--discv5-port', 'x'], '--discv5-port'],
    [['--chain', 'mainnet'], '--chain'],
    [['--replay', '.', '--preset', 'minimal'], '--preset'],
    [['--unknown'], '--unknown'],
    [['extra'], 'extra'],
  ])('refuses %j with status 2, naming what is wrong', async (argv, named) => {
    const { status, said } = await complaint(...argv)
    expect(said).toContain(named)
    expect(status).toBe(2)
  })

  it('says in words that a folder cannot be replayed, a record not be read, or a schedule not be', async () => {
    expect(await complaint('--replay', '/nonexistent')).toMatchObject({ status: 1 })
    expect(await complaint('--boot-enr', 'enr:nonsense')).toMatchObject({ status: 1 })
    const { status, said } = await complaint('--forks', 'altair:0,capella:4,bellatrix:5')
    expect(status).toBe(1)
    expect(said).toContain('bellatrix')
  })

  it('prints its help', async () => {
    const { status, said } = await complaint('--help')
    expect(status).toBe(0)
    expect(said).toContain('--replay FOLDER')
  })
})
