import { generateKeyPair } from '@libp2p/crypto/keys'
import { expect, it } from 'vitest'
import { addressesOf } from '../../../src/discovery/enr/index.ts'
import { createLocalEnr } from '../../../src/network/discovery/local-enr.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { testChain } from '../../kit/network.ts'

const RELAY = '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'
const SELF = '16Uiu2HAm1XoNsFycbQPH46CMhFEq4aHKMWqWW3pBjn2WphXJ3PGq'

it('our record names the first address over a relay where two do not fit', async () => {
  const { raw } = await generateKeyPair('secp256k1')
  const over = (name: string) => `/dns4/${name}/tcp/443/tls/ws/p2p/${RELAY}/p2p-circuit/webrtc`
  const ways = [over('relay-one.operator.example'), over('relay-two.operator.example')]
  const record = createLocalEnr({
    chain: testChain(),
    clock: createFakeClock(Date.now()),
    privateKey: { raw } as Awaited<ReturnType<typeof generateKeyPair>>,
    addresses: () => ways.map((way) => `${way}/p2p/${SELF}`),
  })
  expect(addressesOf(record())).toEqual([ways[0]])
})

it('our record has no attnets and no syncnets: we are on no subnet', async () => {
  const { raw } = await generateKeyPair('secp256k1')
  const record = createLocalEnr({
    chain: testChain({ fuluEpoch: 10 }),
    clock: createFakeClock(Date.now()),
    privateKey: { raw } as Awaited<ReturnType<typeof generateKeyPair>>,
    addresses: () => [`/ip4/1.2.3.4/tcp/9000/p2p/${SELF}`],
  })
  expect([...record().pairs.keys()].sort()).toEqual(['eth2', 'id', 'ip', 'nfd', 'secp256k1', 'tcp'])
})
