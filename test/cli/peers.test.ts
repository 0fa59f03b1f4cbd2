import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { peerTable } from '../../src/cli/peers/table.ts'
import { runProgram } from '../../src/cli/program.ts'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { createNetwork } from '../../src/network/index.ts'
import type { PeerInfo } from '../../src/peers/types.ts'
import { capturedIo } from '../kit/cli/captured-io.ts'

/** Runs until a line of the output matches; then it is interrupted, as by Ctrl-C. */
async function untilLine(matches: RegExp, argv: readonly string[], isTty = false) {
  const io = capturedIo({ isTty })
  const stdout = io.stdout
  const watching = {
    ...io,
    stdout(line: string) {
      stdout(line)
      if (matches.test(line)) io.abort.abort(new Error('interrupted'))
    },
  }
  const status = await runProgram(['peers', ...argv], watching)
  return { status, out: io.out, err: io.err }
}

describe('lampara peers', () => {
  let devnet: Devnet
  beforeAll(async () => {
    devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 500, forks: { electra: 0 } })
  })
  afterAll(() => devnet.stop())

  it('prints a line for each peer that comes, and ends with status 130 when it is interrupted', async () => {
    const { status, out } = await untilLine(/^connected/, ['--join', devnet.restUrl])
    expect(status).toBe(130)
    expect(out.at(-1)).toContain('/ip4/127.0.0.1/tcp/')
  })

  it('prints one JSON object a line with --json', async () => {
    const { out } = await untilLine(/peer:connected/, ['--join', devnet.restUrl, '--json'])
    expect(JSON.parse(out.at(-1)!)).toMatchObject({ type: 'peer:connected', peer: { id: devnet.network.peerId } })
  })

  it('draws a table on a terminal, and again in place when something changes', async () => {
    const { out } = await untilLine(/1 peer connected/, ['--join', devnet.restUrl], true)
    expect(out[0]).toContain('0 peers connected')
    const [moves, ...table] = out.at(-1)!.split('J')
    expect(moves).toBe('\u001b[1A\u001b[')
    expect(table.join('J')).toMatch(/^1 peer connected.*\n.*head slot.*\n.*4 of 4/)
  })

  it('finds a peer by discv5 alone', async () => {
    const { chain, clock } = devnet
    const beacon = await createNetwork({
      chain,
      clock,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      allowPrivateAddresses: true,
      discv5: { listen: '/ip4/127.0.0.1/udp/0', bootEnrs: [] },
    })
    try {
      const argv = ['--discv5-listen', '/ip4/127.0.0.1/udp/0', '--boot-enr', await beacon.enr()]
      const { out } = await untilLine(/^connected/, ['--join', devnet.restUrl, ...argv, '--allow-private'])
      expect(out.length).toBeGreaterThan(0)
    } finally {
      await beacon.stop()
    }
  })

  it('ends by itself after --for seconds, with status 0', async () => {
    const io = capturedIo()
    expect(await runProgram(['peers', '--join', devnet.restUrl, '--for', '0.3'], io)).toBe(0)
  })

  it.each([
    [['--target', 'many'], '--target "many"'],
    [['--for', 'ever'], '--for "ever"'],
    [['--chain', 'nowhere'], '--chain "nowhere"'],
    [['--frob'], '--frob'],
  ])('exits with 2 and says why: %j', async (argv, why) => {
    const io = capturedIo()
    expect(await runProgram(['peers', ...argv], io)).toBe(2)
    expect(io.err.join('\n')).toContain(why)
  })
})

describe('the table of peers', () => {
  const peer: PeerInfo = {
    id: '16Uiu2HAm9TFzGRAgJKVyfZ54nDbCYNwEAFnpz6ybjM7KaVPLJZpy',
    state: 'connected',
    address: '/ip4/9.8.7.6/tcp/9000/p2p/16Uiu2HAm9TFzGRAgJKVyfZ54nDbCYNwEAFnpz6ybjM7KaVPLJZpy',
    direction: 'outbound',
    persistent: false,
    agent: 'evil\u001b[2Jclient',
    protocols: ['/eth2/beacon_chain/req/light_client_bootstrap/1/ssz_snappy', '/meshsub/1.1.0'],
    score: 3.4,
    connectedAtMs: 0,
    seenAtMs: 0,
  }

  it('shows who is there, the longest connected first', () => {
    const lines = peerTable([{ ...peer, id: 'second-peer', connectedAtMs: 9 }, peer], { nowMs: 65_000, known: 7 })
    expect(lines[0]).toBe('2 peers connected, 7 known')
    expect(lines[2]).toMatch(/^…aVPLJZpy {2}out {2}\/ip4\/9\.8\.7\.6\/tcp\/9000 .* 1 of 4 +3 +65 s$/)
    expect(lines[3]).toContain('…ond-peer')
  })

  it('lets nothing that an unknown peer sends steer the terminal', () => {
    expect(peerTable([peer], { nowMs: 0, known: 1 }).join('')).not.toContain('\u001b')
  })
})
