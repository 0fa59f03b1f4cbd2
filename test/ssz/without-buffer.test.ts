import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { fixtures } from '../kit/fixtures.ts'
import { recorded } from '../kit/ssz/recorded.ts'

const source = `
  import * as chain from './src/chain/index.ts'
  import * as ssz from './src/ssz/index.ts'
  import * as wire from './src/wire/index.ts'
  globalThis.lampara = { chain, ssz, wire }
`

const root = fileURLToPath(new URL('../..', import.meta.url))

async function bundle(contents = source): Promise<{ code: string; inputs: string[] }> {
  const result = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
    metafile: true,
    minify: true,
  })
  return { code: result.outputFiles[0]!.text, inputs: Object.keys(result.metafile.inputs) }
}

/** Runs code where there is the language, WebAssembly and what every browser has: no Buffer, no process. */
function runLikeABrowser(code: string, expression: string): unknown {
  const context = createContext({ TextEncoder, TextDecoder, atob })
  return runInContext(
    `${code}; if (typeof Buffer + typeof process !== 'undefinedundefined') throw 1; ${expression}`,
    context,
  )
}

describe('the byte layers in a browser', () => {
  it('load without Buffer or process', async () => {
    const { code } = await bundle()
    expect(
      runLikeABrowser(code, 'typeof lampara.ssz.lightClientTypes(lampara.chain.mainnet.preset).electra.update'),
    ).toBe('object')
  })

  it('leave the beacon state, and the library’s own byte list, out of the bundle', async () => {
    const { code, inputs } = await bundle()
    expect(inputs.filter((input) => /beacon-(state|block-body|operations|limits)/.test(input))).toEqual([])
    expect(code).not.toContain('Buffer.from')
  })

  it.skipIf(!fixtures.available)('decode, hash and encode without Buffer or process', async () => {
    const { code } = await bundle()
    for (const [file, kind, fork] of [
      ['colibri-electra-1600-1602/lcb-1600.ssz', 'bootstrap', 'electra'],
      ['zklc-deneb-1150-1151/LightClientUpdateDeneb.ssz', 'update', 'deneb'],
      ['nimbus-capella-800-820/finUpdate.ssz', 'finality_update', 'capella'],
    ] as const) {
      const entry = recorded.find((candidate) => candidate.file.endsWith(file))!
      const hex = Buffer.from(fixtures.bytes(entry.file)).toString('hex')
      const result = runLikeABrowser(
        code,
        `(() => {
          const { chain, ssz, wire } = lampara
          const bytes = chain.fromHex('0x${hex}')
          const framed = wire.decodeFrames(wire.encodeFrames(bytes), { maxBytes: bytes.length })
          const object = ssz.decodeLightClientObject(chain.mainnet, '${kind}', '${fork}', framed)
          const json = ssz.lightClientObjectToJson(chain.mainnet, object)
          const again = ssz.lightClientObjectFromJson(chain.mainnet, '${kind}', '${fork}', JSON.parse(JSON.stringify(json)))
          const same = chain.equalBytes(ssz.encodeLightClientObject(chain.mainnet, again), bytes)
          const id = wire.messageId('/eth2/8c9f62fe/x/ssz_snappy', wire.compressBlock(bytes), bytes.length).length
          return [chain.toHex(ssz.hashLightClientObject(chain.mainnet, object)), same, id].join(' ')
        })()`,
      )
      expect(result).toBe(`${entry.hash_tree_root} true 20`)
    }
  })

  it('decode, hash and encode blocks without Buffer or process', async () => {
    const { code } = await bundle(`
      import { mainnet } from './src/chain/index.ts'
      import { operationType } from './src/ssz/beacon/operation-types.ts'
      globalThis.lampara = { mainnet, operationType }
    `)
    const result = runLikeABrowser(
      code,
      `(() => {
        const type = lampara.operationType(lampara.mainnet.preset, 'fulu', 'beacon_block')
        const value = type.defaultValue()
        value.message.body.executionPayload.transactions = [Uint8Array.of(1, 2, 3)]
        value.message.body.attestations = [type.fields.message.fields.body.fields.attestations.elementType.defaultValue()]
        const again = type.deserialize(type.serialize(value))
        return type.equals(value, again) && type.hashTreeRoot(again).length
      })()`,
    )
    expect(result).toBe(32)
  })
})
