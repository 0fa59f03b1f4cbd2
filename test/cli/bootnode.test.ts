import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { run } from '../../src/cli/bootnode.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { selfSigned } from '../support/self-signed.ts'
import { capturedIo } from './support/captured-io.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

describe('lampara bootnode', { timeout: 40_000 }, () => {
  it('speaks TLS with the files that it is given, and says until when the certificate lasts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lampara-tls-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
    const { cert, key } = selfSigned()
    await Promise.all([writeFile(files.cert, cert), writeFile(files.key, key)])
    const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 500, forks: { electra: 0 } })
    ends.push(devnet.stop)
    const io = capturedIo()
    const running = run(['--join', devnet.restUrl, '--tls-cert', files.cert, '--tls-key', files.key, '--json'], io)
    ends.push(() => running)
    ends.push(async () => io.abort.abort())

    await expect.poll(() => io.out.length, { timeout: 20_000 }).toBeGreaterThan(1)
    const [listening, certificate] = io.out.map((line) => JSON.parse(line))
    expect(listening).toMatchObject({
      type: 'listening',
      addresses: [expect.stringContaining('/tls/ws/p2p/')],
      joinUrl: expect.stringMatching(/^https:.*lampara\.json$/),
    })
    expect(certificate).toEqual({ type: 'certificate', validUntilMs: expect.any(Number) })
    const health = listening.joinUrl.replace('/.well-known/lampara.json', '/health')
    const [response] = await once(get(health, { ca: cert }), 'response')
    expect(response.statusCode).toBe(200)
    response.resume()
    io.abort.abort()
    expect(await running).toBe(0)
  })
})
