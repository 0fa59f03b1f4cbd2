import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headJson, headLine, progressBar } from '../../src/cli/follow/render.ts'
import { createReporter } from '../../src/cli/follow/reporter.ts'
import { runProgram } from '../../src/cli/program.ts'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import type { Head, LightClientStatus } from '../../src/light-client/types.ts'
import { capturedIo } from '../kit/cli/captured-io.ts'

const head: Head = {
  kind: 'optimistic',
  slot: 9,
  root: `0x${'ab'.repeat(32)}`,
  parentRoot: '0x',
  stateRoot: '0x',
  fork: 'electra',
  execution: { blockHash: `0x${'cd'.repeat(32)}`, blockNumber: 2n ** 60n, stateRoot: '0x', timestamp: 5n },
  participation: 0.985,
  supermajority: true,
  agreement: { paths: 1, asked: 1 },
  slotStartMs: 1_000,
  verifiedAtMs: 5_200,
}

async function lampara(...argv: string[]) {
  const io = capturedIo()
  const status = await runProgram(argv, io)
  return { status, out: io.out, err: io.err }
}

describe('lampara follow', () => {
  let devnet: Devnet
  beforeAll(async () => {
    devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 500, forks: { electra: 0 } })
  })
  afterAll(() => devnet.stop())

  it('prints verified heads from one address, as many as asked for', async () => {
    const { status, out, err } = await lampara('follow', '--join', devnet.restUrl, '--heads', '4')
    expect(status).toBe(0)
    expect(out.length).toBeGreaterThanOrEqual(4)
    expect(out.join('\n')).toMatch(/optimistic {2}slot \d+ .* block \d+ .* signed/)
    expect(err.join('\n')).toContain('following')
  })

  it('prints one JSON object a line with --json, whose kind can be chosen', async () => {
    const { status, out } = await lampara(
      'follow',
      '--bootnode',
      devnet.restUrl,
      '--kind',
      'finalized',
      '--heads',
      '2',
      '--json',
    )
    expect(status).toBe(0)
    const lines = out.map((line) => JSON.parse(line) as { type: string; kind?: string; slot?: number })
    const heads = lines.filter(({ type }) => type === 'head')
    expect(heads.map(({ kind }) => kind)).toEqual(['finalized', 'finalized'])
    expect(heads[1]!.slot).toBeGreaterThan(heads[0]!.slot!)
  })

  it('goes on with --data-dir from what it verified before, and prints that first', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lampara-follow-'))
    const follow = (...more: string[]) =>
      lampara('follow', '--join', devnet.restUrl, '--data-dir', directory, '--heads', '2', '--json', ...more)
    const headsOf = (out: readonly string[]) =>
      out.map((line) => JSON.parse(line)).filter(({ type }) => type === 'head') as readonly Head[]
    const before = headsOf((await follow('--kind', 'finalized')).out)
    const nowhere = `0x${'11'.repeat(32)}`
    const { status, out } = await follow('--kind', 'finalized', '--checkpoint', nowhere)
    expect(status).toBe(0)
    expect(headsOf(out)[0]).toMatchObject({ slot: before[1]!.slot, root: before[1]!.root })
    await rm(directory, { recursive: true })
  })

  it('says that a --data-dir cannot be used', async () => {
    const { status, err } = await lampara('follow', '--join', devnet.restUrl, '--data-dir', '/dev/null/here')
    expect(status).toBe(1)
    expect(err.join('\n')).toMatch(/Cannot open storage .*ENOTDIR/)
  })

  it('follows a beacon node named by its multiaddr, on a chain from a config.yaml', async () => {
    const { data } = (await (await fetch(`${devnet.restUrl}/eth/v1/config/spec`)).json()) as { data: object }
    const genesis = (await (await fetch(`${devnet.restUrl}/eth/v1/beacon/genesis`)).json()) as {
      data: { genesis_time: string; genesis_validators_root: string }
    }
    const directory = await mkdtemp(join(tmpdir(), 'lampara-follow-'))
    const config = join(directory, 'config.yaml')
    await writeFile(config, JSON.stringify(data))
    const { status, err } = await lampara(
      ...[
        'follow',
        '--chain',
        config,
        '--peer',
        devnet.addresses[0]!,
        '--checkpoint',
        devnet.checkpoint(),
        '--heads',
        '1',
      ],
      ...['--genesis-root', genesis.data.genesis_validators_root, '--genesis-time', genesis.data.genesis_time],
    )
    await rm(directory, { recursive: true })
    expect(err.join('\n')).not.toContain('lampara follow:')
    expect(status).toBe(0)
  })

  it('asks a provider for the checkpoint when told to', async () => {
    const argv = ['follow', '--join', devnet.restUrl, '--checkpoint-provider', devnet.restUrl, '--heads', '1']
    expect((await lampara(...argv)).status).toBe(0)
  })

  it('ends with status 130 when interrupted', async () => {
    const interrupt = new AbortController()
    const io = { ...capturedIo(), signal: interrupt.signal }
    const running = runProgram(['follow', '--join', devnet.restUrl], {
      ...io,
      stdout: () => interrupt.abort(new Error('interrupted')),
    })
    expect(await running).toBe(130)
  })

  it('ends with status 1 and the reason when the checkpoint is too old', async () => {
    const { status, err } = await lampara('follow', '--join', devnet.restUrl, '--max-checkpoint-age', '0')
    expect(status).toBe(1)
    expect(err.join('\n')).toMatch(/it is \d+ s old, 0 s are allowed/)
  })

  it.each([
    [['follow'], 'give the block root to trust'],
    [['follow', '--peer', 'nonsense', '--checkpoint', `0x${'00'.repeat(32)}`], 'nonsense'],
    [['follow', '--peer', '/ip4/127.0.0.1/tcp/1'], '--checkpoint'],
    [['follow', '--peer', '/ip4/127.0.0.1/tcp/1', '--checkpoint', '0x12'], '0x12'],
    [['follow', '--join', 'ftp://x'], 'ftp'],
    [['follow', '--peer', 'x', '--kind', 'best', '--checkpoint', `0x${'00'.repeat(32)}`], 'best'],
    [['follow', '--peer', 'x', '--heads', '-1', '--checkpoint', `0x${'00'.repeat(32)}`], '--heads'],
    [['follow', '--peer', 'x', '--heads=1.5', '--checkpoint', `0x${'00'.repeat(32)}`], '1.5'],
    [['follow', '--chain', '/no/such/file', '--peer', 'x'], '/no/such/file'],
    [['follow', '--flub'], '--flub'],
    [['bootnode'], 'give the block root to trust'],
    [['bootnode', '--upstream', 'x', '--checkpoint', `0x${'00'.repeat(32)}`, '--port', '70000'], '70000'],
    [['bootnode', '--upstream', 'x', '--checkpoint', `0x${'00'.repeat(32)}`, '--tls-cert', 'c.pem'], '--tls-key'],
  ])('refuses %j in words', async (argv, words) => {
    const { status, err, out } = await lampara(...argv)
    expect(status).toBeGreaterThan(0)
    expect(err.join('\n')).toContain(words)
    expect(out).toEqual([])
  })

  it('refuses a join document that is not one, whatever comes instead', async () => {
    const bodies = [
      '',
      'null',
      '[]',
      '{"chain":"mainnet"}',
      '{"chain":7,"bootnodes":[]}',
      '\u0000\u0001',
      '9'.repeat(300_000),
    ]
    for (const body of bodies) {
      const server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const { port } = server.address() as AddressInfo
      const { status, err } = await lampara('follow', '--join', `http://127.0.0.1:${port}`)
      server.close()
      expect(status).toBe(1)
      expect(err.join('\n')).toContain('join document')
    }
  })
})

describe('what lampara follow prints', () => {
  it('tells a head in one line, with how long after its slot it was verified', () => {
    expect(headLine(head)).toBe(
      'optimistic  slot 9  0xabababab…abab  block 1152921504606846976 0xcdcdcdcd…cdcd  98.5 % signed  4.2 s after its slot began',
    )
    const { blockHash } = head.execution!
    expect(headLine({ ...head, execution: { blockHash, blockNumber: 0n } })).toContain('  block 0 0xcdcdcdcd…cdcd  ')
    // Of Gloas.
    expect(headLine({ ...head, execution: { blockHash } })).toContain('  block 0xcdcdcdcd…cdcd  ')
  })

  it('keeps big numbers whole in JSON', () => {
    expect(JSON.parse(headJson(head))).toMatchObject({ execution: { blockNumber: '1152921504606846976' } })
  })

  it('fills its bar as periods go by, and never beyond its ends', () => {
    expect(progressBar({ startPeriod: 10, period: 10, targetPeriod: 13 }, 8)).toBe('[--------]  0 of 4 periods')
    expect(progressBar({ startPeriod: 10, period: 12, targetPeriod: 13 }, 8)).toBe('[####----]  2 of 4 periods')
    expect(progressBar({ startPeriod: 10, period: 99, targetPeriod: 13 }, 8)).toBe('[########]  4 of 4 periods')
  })

  it('redraws the bar in place on a terminal, clears it before a line, and tells each state once', () => {
    const drawn: string[] = []
    const io = { ...capturedIo(), isTty: true, progress: (text: string) => drawn.push(text) }
    const reporter = createReporter(io, { json: false })
    const syncing = (period: number): LightClientStatus => ({
      state: 'syncing',
      message: '',
      peers: 1,
      sync: { startPeriod: 1, period, targetPeriod: 3 },
    })
    reporter.status(syncing(1))
    reporter.status(syncing(2))
    reporter.status({ state: 'following', message: 'Following the chain', peers: 1 })
    reporter.status({ state: 'following', message: 'Following the chain', peers: 2 })
    reporter.end()
    expect(drawn).toHaveLength(3)
    expect(drawn[1]).toContain('1 of 3')
    expect(drawn[2]).toBe('')
    expect(io.err).toEqual(['following: Following the chain'])
  })
})
