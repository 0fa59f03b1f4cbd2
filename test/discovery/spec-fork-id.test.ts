import { describe, expect, it } from 'vitest'
import { addressPairs, encodeForkId, signEnr } from '../../src/discovery/enr/index.ts'
import { readRecords } from '../../src/discovery/peer-exchange/read-records.ts'

const DIGEST = '0x01020304'

describe('a peer whose record expects another fork than ours', () => {
  it('is dialed all the same, and no fault of who reported it', () => {
    const forkId = { forkDigest: DIGEST, nextForkVersion: '0x99000000', nextForkEpoch: 7 } as const
    const { bytes, peerId } = signEnr(new Uint8Array(32).fill(1), {
      seq: 1n,
      pairs: [
        ...addressPairs({ ip: '9.8.7.6', tcp: 9000 }),
        ['eth2', encodeForkId(forkId)],
        ['nfd', Uint8Array.of(9, 9, 9, 9)],
      ],
    })
    const read = readRecords([bytes], {
      forkDigests: new Set([DIGEST] as const),
      ownPeerId: 'somebody else',
      canDial: () => true,
      knownSeq: () => undefined,
    })
    expect(read.candidates.map((candidate) => candidate.peerId)).toEqual([peerId])
    expect(read.penalty).toBeUndefined()
  })
})
