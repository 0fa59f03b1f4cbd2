import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { forkIdAt } from '../../src/discovery/enr/index.ts'
import { mainnet } from '../../src/index.ts'
import { capturedIo } from '../kit/cli/captured-io.ts'
import { fixtures } from '../kit/fixtures.ts'

const EXAMPLE =
  'enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlkgnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lampara-enr-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function enr(...argv: string[]) {
  const io = capturedIo()
  const status = await runProgram(['enr', ...argv], io)
  return { status, out: io.out.join('\n'), err: io.err.join('\n') }
}

describe('lampara enr', () => {
  it('says what a record says', async () => {
    const { status, out } = await enr('decode', EXAMPLE)
    expect(status).toBe(0)
    expect(out).toContain('node id      0xa448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7')
    expect(out).toContain('fork digest  none told')
  })

  it('makes a key and a record, which it then finds to be of the chain', async () => {
    const key = join(folder, 'key')
    const made = await enr('make', '--key', key, '--ip', '203.0.114.9', '--tcp', '9000', '--quic', '9001', '--seq', '5')
    expect(made.status).toBe(0)
    expect(statSync(key).mode & 0o077).toBe(0)
    const verified = await enr('verify', made.out, '--json')
    expect(verified.status).toBe(0)
    expect(JSON.parse(verified.out)).toMatchObject({
      seq: '5',
      chain: 'mainnet',
      forkDigest: forkIdAt(mainnet, Date.now()).forkDigest,
      addresses: [
        expect.stringMatching(/^\/ip4\/203\.0\.114\.9\/udp\/9001\/quic-v1\/p2p\/16Uiu2/),
        expect.stringMatching(/^\/ip4\/203\.0\.114\.9\/tcp\/9000\/p2p\/16Uiu2/),
      ],
    })
    const again = await enr('make', '--key', key, '--json')
    expect(JSON.parse(again.out).peerId).toBe(JSON.parse(verified.out).peerId)
    expect(readFileSync(key, 'utf8')).toMatch(/^0x[0-9a-f]{64}\n$/)
  })

  it('says so when a record is of another chain, and exits with 1', async () => {
    const made = await enr('make', '--key', join(folder, 'key'), '--chain', 'sepolia')
    const { status, err } = await enr('verify', made.out)
    expect(status).toBe(1)
    expect(err).toContain('on mainnet: it tells the fork digest')
  })

  it('keeps addresses that the other keys have no words for', async () => {
    const wss = '/dns4/relay.example.org/tcp/443/tls/ws'
    const made = await enr('make', '--key', join(folder, 'key'), '--multiaddr', wss, '--json')
    expect(JSON.parse(made.out).addresses).toEqual([expect.stringContaining(`${wss}/p2p/`)])
  })

  it('reports each invalid record among others, and exits with 1', async () => {
    writeFileSync(join(folder, 'list'), `- ${EXAMPLE}\n- "${EXAMPLE.slice(0, -1)}A"\n# enr:not-this-one\n`)
    const { status, out } = await enr('decode', join(folder, 'list'), '--json')
    expect(status).toBe(1)
    const records = out.split('\n').map((line) => JSON.parse(line))
    expect(records).toMatchObject([{ seq: '1' }, { code: 'enr_invalid' }])
  })

  it.skipIf(!fixtures.available)('reads the list of mainnet’s bootnodes', async () => {
    const { status, out } = await enr('decode', fixtures.path('networks', 'mainnet', 'bootstrap_nodes.yaml'), '--json')
    expect(status).toBe(0)
    expect(out.split('\n').length).toBeGreaterThan(10)
  })

  it.each([
    [[], 'say decode, verify or make'],
    [['frob'], 'there is no "frob"'],
    [['decode'], 'give a record'],
    [['decode', 'no-such-file'], 'neither a record nor a file'],
    [['make'], '--key'],
    [['make', '--key', '/dev/null/x'], '--key'],
    [['make', '--key', 'k', '--ip', '1.2.3'], 'no IPv4 address'],
    [['make', '--key', 'k', '--tcp', '0'], '--tcp "0"'],
    [['decode', '--frob'], '--frob'],
  ])('exits with 2 and says why: %j', async (argv, why) => {
    const { status, err, out } = await enr(...argv)
    expect(status).toBe(2)
    expect(err).toContain(why)
    expect(err).toContain('Try: lampara enr --help')
    expect(out).toBe('')
  })
})
