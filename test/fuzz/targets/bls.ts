import blst from '@chainsafe/blst'
import { isLamparaError } from '../../../src/errors/index.ts'
import { nobleBls } from '../../../src/platform/noble-bls.ts'
import { createBlstBls } from '../../../src/platform/node/crypto/blst-bls.ts'
import { fixtures } from '../../kit/fixtures.ts'
import { hexBytesIn } from '../../kit/fuzz/fixture-files.ts'
import { insist, insistSame, type Target } from '../engine/target.ts'

const bls = createBlstBls(blst)
const message = new Uint8Array(32).fill(5)
const secretKeys = [1, 2, 3].map((seed) => blst.SecretKey.fromKeygen(new Uint8Array(32).fill(seed)))

function recorded(folder: string, length: number): Uint8Array[] {
  if (!fixtures.available) return []
  return fixtures
    .walk(`bls/${folder}`, '.json')
    .flatMap((file) => hexBytesIn(JSON.parse(fixtures.text(file).replace(/"(?!0x)(?=[0-9a-f]{64,}")/g, '"0x'))))
    .filter((bytes) => bytes.length === length)
}

/** One in so many inputs goes to the slow implementation too: chosen by its bytes, so that it is the same ones each time. */
function isChosen(input: Uint8Array, of: number): boolean {
  return input.reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7) % of === 0
}

/** Public keys, in both implementations: they must take the same ones. */
export function blsPublicKey(): Target {
  return {
    seeds: [...secretKeys.map((key) => key.toPublicKey().toBytes(true)), ...recorded('deserialization_G1', 48)],
    codes: ['ssz_invalid'],
    maxInputBytes: 64,
    run(input) {
      const noble = isChosen(input, 500) ? attempt(() => nobleBls.publicKey(input, true)) : undefined
      try {
        const key = bls.publicKey(input, true)
        insist(noble === undefined || noble.ended === 'ok', 'noble refuses it')
        insistSame(bls.toBytes(key), input, 'takes another encoding than its own')
        return ''
      } catch (error) {
        insist(
          !isLamparaError(error) || noble === undefined || noble.ended === 'ssz_invalid',
          `noble says ${noble?.ended}`,
        )
        throw error
      }
    },
  }
}

/** Signatures, malformed ones among them: false, and nothing thrown. */
export function blsSignature(): Target {
  const key = secretKeys[0]!.toPublicKey().toBytes(true)
  return {
    seeds: [...secretKeys.map((secret) => secret.sign(message).toBytes(true)), ...recorded('deserialization_G2', 96)],
    codes: [],
    maxInputBytes: 120,
    run(input) {
      const isRight = bls.verify(message, bls.publicKey(key, false), input)
      if (isChosen(input, 2_000)) {
        insist(nobleBls.verify(message, nobleBls.publicKey(key, false), input) === isRight, 'noble says otherwise')
      }
      return String(isRight)
    },
  }
}

function attempt(action: () => unknown): { readonly ended: string } {
  try {
    action()
    return { ended: 'ok' }
  } catch (error) {
    return { ended: isLamparaError(error) ? error.code : String(error) }
  }
}
