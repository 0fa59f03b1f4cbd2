import { BitVectorType, ByteVectorType, ContainerType } from '@chainsafe/ssz'
import type { Bls } from '../../src/platform/bls.ts'
import type { Platform } from '../../src/platform/platform.ts'
import type { KeyValueStorage } from '../../src/platform/storage.ts'

/** One thing that every platform must do. `run` rejects when it does not. */
export interface ConformanceCase {
  readonly name: string
  run(platform: Platform): Promise<void>
}

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

// Keys and signatures of the Ethereum BLS vectors: three keys, and each one's signature over 32 zero bytes.
const keys = [
  'a491d1b0ecd9bb917989f0e74f0dea0422eac4a873e5e2644f368dffb9a6e20fd6e10c1b77654d067c0618f6e5a7f79a',
  'b301803f8b5ac4a1133581fc676dfedc60d891dd5fa99028805e5ea5b08d3491af75d0707adab3b70c6a6a580217bf81',
  'b53d21a4cfd562c469cc81514d4ce5a6b577d8403d32a394dc265dd190b47fa9f829fdd7963afdf972e5e77854051f6f',
].map(hex)
const message = new Uint8Array(32)
const signatureOfFirst = hex(
  'b6ed936746e01f8ecf281f020953fbf1f01debd5657c4a383940b020b26507f6076334f91e2366c96e9ab279fb5158090352ea1c5b0c9274504f4f0e7053af24802e51e4568d164fe986834f41e55c8e850ce1f98458c0cfc9ab380b55285a55',
)
const signatureOfAll = hex(
  '9683b3e6701f9a4b706709577963110043af78a5b41991b998475a3d3fd62abf35ce03b33908418efc95a058494a8ae504354b9f626231f6b3f3c849dfdeaf5017c4780e2aee1850ceaf4b4d9ce70971a3d2cfcd97b7e5ecf6759f8da5f76d31',
)
const infinity = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (index === 0 ? 0xc0 : 0))
const outsideTheGroup = (length: number): Uint8Array =>
  hex(`8123456789abcdef${'0123456789abcdef'.repeat(length / 8 - 1)}`)

function assert(condition: boolean, what: string): void {
  if (!condition) throw new Error(`expected ${what}`)
}

function assertBytes(actual: Uint8Array | undefined, expected: Uint8Array, what: string): void {
  assert(actual?.length === expected.length && expected.every((byte, index) => byte === actual[index]), what)
}

async function assertCode(code: string, what: string, run: () => unknown): Promise<void> {
  let thrown: unknown
  try {
    await run()
  } catch (error) {
    thrown = error
  }
  const actual = (thrown as { code?: unknown } | undefined)?.code
  assert(actual === code, `${what} to throw ${code}, not ${thrown === undefined ? 'to complete' : String(thrown)}`)
}

const bls = (name: string, run: (bls: Bls) => void | Promise<void>): ConformanceCase => ({
  name: `BLS ${name}`,
  run: async (platform) => run(await platform.loadBls()),
})

/** Runs with a namespace that nothing else has, and closes what was opened. */
const storage = (
  name: string,
  run: (open: (suffix?: string) => Promise<KeyValueStorage>) => Promise<void>,
): ConformanceCase => ({
  name: `storage ${name}`,
  async run(platform) {
    const namespace = `conformance-${crypto.randomUUID()}`
    const opened: KeyValueStorage[] = []
    try {
      await run(async (suffix = '') => {
        const storage = await platform.openStorage(namespace + suffix)
        opened.push(storage)
        return storage
      })
    } finally {
      for (const storage of opened) await storage.close()
    }
  },
})

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

const blsCases: readonly ConformanceCase[] = [
  {
    name: 'loadBls() loads once',
    async run(platform) {
      const [first, second] = await Promise.all([platform.loadBls(), platform.loadBls()])
      assert(first === second, 'the same implementation again')
    },
  },
  bls('verifies a signature, and refuses it for another message, key or signature', (bls) => {
    const [first, second] = keys.map((key) => bls.publicKey(key, true))
    assert(bls.verify(message, first!, signatureOfFirst), 'the signature to verify')
    assert(!bls.verify(message.with(0, 1), first!, signatureOfFirst), 'another message to be refused')
    assert(!bls.verify(message, second!, signatureOfFirst), 'another key to be refused')
    assert(!bls.verify(message, first!, signatureOfAll), 'another signature to be refused')
  }),
  bls('verifies an aggregate by the sum of its keys', (bls) => {
    const all = keys.map((key) => bls.publicKey(key, true))
    assert(bls.verify(message, bls.add(all), signatureOfAll), 'the sum of the keys to verify')
    assert(!bls.verify(message, bls.add(all.slice(1)), signatureOfAll), 'a sum short of one to be refused')
    assert(!bls.verify(message, bls.add([...all, all[0]!]), signatureOfAll), 'a key twice to be refused')
  }),
  bls('subtracts what it added', (bls) => {
    const [a, b, c] = keys.map((key) => bls.publicKey(key, false)) as [never, never, never]
    const sum = bls.add([a, b, c])
    assert(bls.equal(bls.subtract(sum, [b, c]), a), 'the first key to be left')
    assert(bls.equal(bls.subtract(sum, []), sum), 'nothing to be taken away')
    assert(bls.equal(bls.add([bls.subtract(sum, [a]), a]), sum), 'the sum to be restored')
    assert(bls.equal(bls.subtract(bls.add([a, a, b]), [a]), bls.add([a, b])), 'one of two equal keys to be left')
    assert(!bls.equal(a, b), 'different keys to differ')
  }),
  bls('never verifies by a key at infinity', (bls) => {
    const [a] = keys.map((key) => bls.publicKey(key, true))
    const nobody = bls.subtract(a!, [a!])
    assertBytes(bls.toBytes(nobody), infinity(48), 'a key less itself to be infinity')
    assert(!bls.verify(message, nobody, infinity(96)), 'infinity to be refused for an infinite signature')
    assert(!bls.verify(message, nobody, signatureOfFirst), 'infinity to be refused')
    assert(bls.equal(bls.subtract(a!, [nobody]), a!), 'infinity to take nothing away')
    assert(bls.equal(bls.add([nobody, a!]), a!), 'infinity to add nothing')
  }),
  bls('gives back the bytes of a key', (bls) => {
    for (const key of keys) assertBytes(bls.toBytes(bls.publicKey(key, true)), key, 'the same bytes')
  }),
  bls('refuses malformed keys with ssz_invalid', async (bls) => {
    for (const [what, bytes] of Object.entries({
      'no bytes': new Uint8Array(0),
      'a byte too few': keys[0]!.subarray(1),
      'an uncompressed length': new Uint8Array(96),
      zeros: new Uint8Array(48),
      'a point off the curve': new Uint8Array(48).fill(0xff),
      'a point outside the group': outsideTheGroup(48),
      infinity: infinity(48),
    })) {
      await assertCode('ssz_invalid', what, () => bls.publicKey(bytes, true))
    }
  }),
  bls('refuses malformed signatures as false', (bls) => {
    const key = bls.publicKey(keys[0]!, true)
    const malformed = [new Uint8Array(0), signatureOfFirst.subarray(1), new Uint8Array(96), infinity(96)]
    for (const signature of [...malformed, outsideTheGroup(96), new Uint8Array(192)]) {
      assert(!bls.verify(message, key, signature), 'a malformed signature to be refused')
    }
  }),
  bls('adding nothing is refused with invalid_argument', (bls) =>
    assertCode('invalid_argument', 'adding nothing', () => bls.add([])),
  ),
]

const hashingCases: readonly ConformanceCase[] = [
  {
    name: 'useFastHasher() keeps roots as they are, and may be called again',
    async run(platform) {
      const type = new ContainerType({ root: new ByteVectorType(48), bits: new BitVectorType(512) })
      const value = { root: keys[0]!, bits: type.fields.bits.defaultValue() }
      const before = type.hashTreeRoot(value)
      await platform.useFastHasher()
      assertBytes(type.hashTreeRoot(value), before, 'the same root')
      await platform.useFastHasher()
      assertBytes(type.hashTreeRoot(value), before, 'the same root again')
    },
  },
]

const peer = '/p2p/16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'

async function canDial(platform: Platform, address: string): Promise<boolean> {
  return (await platform.transports()).some((transport) => transport.canDial(address))
}

const dialingCases: readonly ConformanceCase[] = [
  {
    name: 'transports() gives at least one transport',
    async run(platform) {
      assert((await platform.transports()).length > 0, 'a transport')
    },
  },
  {
    name: 'a transport dials secure WebSocket addresses',
    async run(platform) {
      for (const address of [
        `/dns4/relay.example/tcp/443/tls/ws${peer}`,
        `/dns/relay.example/tcp/443/wss${peer}`,
        '/ip4/192.0.2.1/tcp/443/tls/sni/relay.example/ws',
      ]) {
        assert(await canDial(platform, address), `${address} to be dialable`)
      }
    },
  },
  {
    name: 'no transport dials relayed addresses, halves of addresses, and what is no address',
    async run(platform) {
      for (const address of [
        `/ip4/192.0.2.1/tcp/443/tls/ws${peer}/p2p-circuit${peer}`,
        '/ip4/192.0.2.1',
        '/tcp/443/tls/ws',
        'wss://relay.example',
        '/ip4/999.0.2.1/tcp/443/tls/ws',
        '',
      ]) {
        assert(!(await canDial(platform, address)), `${address || 'nothing'} not to be dialable`)
      }
    },
  },
]

const storageCases: readonly ConformanceCase[] = [
  storage('has no value before one is set, and none after it is deleted', async (open) => {
    const storage = await open()
    assert((await storage.get('key')) === undefined, 'no value at first')
    await storage.set('key', text('value'))
    assertBytes(await storage.get('key'), text('value'), 'the value')
    await storage.delete('key')
    assert((await storage.get('key')) === undefined, 'no value at last')
    await storage.delete('key')
  }),
  storage('keeps values beyond closing, empty and large ones too', async (open) => {
    const first = await open()
    const large = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251)
    await first.set('empty', new Uint8Array(0))
    await first.set('large', text('smaller before'))
    await first.set('large', large)
    await first.close()
    const second = await open()
    assertBytes(await second.get('empty'), new Uint8Array(0), 'the empty value')
    assertBytes(await second.get('large'), large, 'the large value')
  }),
  storage('tells keys apart, whatever they are made of', async (open) => {
    const storage = await open()
    const names = ['a', 'A', 'a/b', '../a', '.', '..', 'a%2fb', 'ä', 'con', 'a b', 'a:b\\c']
    for (const name of names) await storage.set(name, text(name))
    for (const name of names) assertBytes(await storage.get(name), text(name), `the value of "${name}"`)
  }),
  storage('keeps namespaces apart', async (open) => {
    const [one, other] = [await open(), await open('-b')]
    await one.set('key', text('one'))
    assert((await other.get('key')) === undefined, 'nothing in the other namespace')
  }),
  storage('copies what it takes and gives', async (open) => {
    const storage = await open()
    const value = text('value')
    const written = storage.set('key', value)
    await written
    value.fill(0)
    const read = await storage.get('key')
    read?.fill(0)
    assertBytes(await storage.get('key'), text('value'), 'the value as it was set')
  }),
  storage('ends concurrent writes with one whole value', async (open) => {
    const storage = await open()
    const values = Array.from({ length: 8 }, (_, index) => new Uint8Array(5000 + index).fill(index))
    await Promise.all(values.map((value) => storage.set('key', value)))
    const left = await storage.get('key')
    assert(left !== undefined && left.length === 5000 + left[0]! && new Set(left).size === 1, 'one of the values')
  }),
  storage('refuses an empty key with invalid_argument', async (open) => {
    const storage = await open()
    await assertCode('invalid_argument', 'an empty key', () => storage.set('', text('value')))
  }),
  storage('refuses everything after close() with storage_unavailable', async (open) => {
    const storage = await open()
    await storage.close()
    await storage.close()
    await assertCode('storage_unavailable', 'get()', () => storage.get('key'))
    await assertCode('storage_unavailable', 'set()', () => storage.set('key', text('value')))
    await assertCode('storage_unavailable', 'delete()', () => storage.delete('key'))
  }),
  {
    name: 'storage refuses namespaces that could reach elsewhere with invalid_argument',
    async run(platform) {
      for (const namespace of ['', '..', 'a/b', 'a.b', 'ä', 'a'.repeat(65)]) {
        await assertCode('invalid_argument', `"${namespace}"`, () => platform.openStorage(namespace))
      }
    },
  },
]

/** What every platform must do. Runs anywhere: in a browser as in Node. */
export const platformConformance: readonly ConformanceCase[] = [
  ...blsCases,
  ...hashingCases,
  ...dialingCases,
  ...storageCases,
]
