import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { chainToConfig, chainToGenesis } from '../../src/chain/index.ts'
import { parseBootnodeOptions } from '../../src/cli/bootnode/options.ts'
import { run } from '../../src/cli/bootnode.ts'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { capturedIo } from '../kit/cli/captured-io.ts'
import { selfSigned } from '../kit/self-signed.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const root = `0x${'11'.repeat(32)}`

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lampara-bootnode-'))
  ends.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The options that name a devnet's chain, and nobody of it. */
async function chainOf({ chain }: Pick<Devnet, 'chain'>, folder: string): Promise<string[]> {
  const file = join(folder, 'config.yaml')
  const { genesisValidatorsRoot, genesisTime } = chainToGenesis(chain)
  await writeFile(file, JSON.stringify(chainToConfig(chain)))
  return ['--chain', file, '--genesis-root', genesisValidatorsRoot, '--genesis-time', String(genesisTime)]
}

describe('lampara bootnode', () => {
  it('follows the beacon node that discv5 finds from a list of records on', async () => {
    const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 1000, discv5: true })
    ends.push(devnet.stop)
    const folder = await temporaryFolder()
    const list = join(folder, 'bootstrap_nodes.yaml')
    await writeFile(list, `- ${devnet.enr}\n`)
    const io = capturedIo()
    const argv = [...(await chainOf(devnet, folder)), '--checkpoint', devnet.checkpoint(), '--list', list]
    const running = run([...argv, '--discv5-listen', '/ip4/127.0.0.1/udp/0', '--allow-private', '--json'], io)
    ends.push(() => running)
    ends.push(async () => io.abort.abort())
    const states = () => io.out.map((line) => JSON.parse(line).state)
    await expect.poll(states, { timeout: 45_000 }).toContain('following')
    io.abort.abort()
    expect(await running).toBe(0)
  })

  it('says that it has nobody to begin with on a chain without published bootnodes', async () => {
    const devnet = await createDevnet({ preset: 'minimal' })
    ends.push(devnet.stop)
    const argv = [...(await chainOf(devnet, await temporaryFolder())), '--checkpoint', root]
    await expect(run(argv, capturedIo())).rejects.toMatchObject({
      code: 'bootnodes_missing',
      message: expect.stringContaining('has no published bootnodes'),
    })
  })

  it.each([
    [[], true],
    [['--upstream', '/ip4/9.9.9.9/tcp/9000/p2p/16Uiu2HAm8u35SroiX4twGMzSViYFN31HphDhtKLsRr84PVSNdr9D'], false],
  ])('finds beacon nodes of mainnet by discv5 where nobody is named: %j', async (argv, discovers) => {
    const parsed = await parseBootnodeOptions(['--checkpoint', root, ...argv], AbortSignal.any([]), () => {})
    const { bootnode } = parsed as Exclude<typeof parsed, 'help'>
    expect(bootnode.chain.name).toBe('mainnet')
    expect(bootnode.discv5 !== undefined).toBe(discovers)
  })

  it('speaks TLS with the files that it is given, and says until when the certificate lasts', async () => {
    const folder = await temporaryFolder()
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
    const { cert, key } = selfSigned()
    await Promise.all([writeFile(files.cert, cert), writeFile(files.key, key)])
    const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 500, forks: { electra: 0 } })
    ends.push(devnet.stop)
    const io = capturedIo()
    const running = run(['--join', devnet.restUrl, '--tls-cert', files.cert, '--tls-key', files.key, '--json'], io)
    ends.push(() => running)
    ends.push(async () => io.abort.abort())

    await expect.poll(() => io.out.length, { timeout: 45_000 }).toBeGreaterThan(1)
    const [listening, certificate] = io.out.map((line) => JSON.parse(line))
    expect(listening).toMatchObject({
      type: 'listening',
      addresses: [expect.stringContaining('/tls/ws/p2p/')],
      joinUrl: expect.stringMatching(/^https:.*lampara\.json$/),
    })
    expect(certificate).toMatchObject({ type: 'certificate', validUntilMs: expect.any(Number) })
    const health = listening.joinUrl.replace('/.well-known/lampara.json', '/health')
    const [response] = await once(get(health, { ca: cert }), 'response')
    expect(response.statusCode).toBe(200)
    response.resume()
    io.abort.abort()
    expect(await running).toBe(0)
  })
})
