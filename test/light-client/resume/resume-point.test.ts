import { describe, expect, it } from 'vitest'
import { type Chain, mainnet } from '../../../src/chain/index.ts'
import { decodeResumePoint, encodeResumePoint } from '../../../src/light-client/resume/resume-point.ts'
import { fixtures } from '../../kit/fixtures.ts'
import { folderNames, readFolder } from '../../kit/verification/folders.ts'

/** Bootstraps of mainnet, and the finalized headers of its updates with them: from Altair's containers on. */
function recorded() {
  return folderNames.flatMap((name) => {
    const { bootstraps, updates } = readFolder(name)
    const { currentSyncCommittee } = [...bootstraps.values()][0]?.value ?? {}
    if (currentSyncCommittee === undefined) return []
    const headers = [
      ...[...bootstraps.values()].map(({ value }) => value.header),
      ...updates.flatMap(({ value }) => ('finalizedHeader' in value ? [value.finalizedHeader] : [])),
    ]
    return headers.map((header) => ({
      name,
      point: { finalized: { header, participation: 401 / 512 }, currentSyncCommittee },
    }))
  })
}

describe.skipIf(!fixtures.available)('a resume point', () => {
  const points = recorded()
  const { point } = points[0]!
  const bytes = encodeResumePoint(mainnet, point)

  it('is read as it was written, whatever fork its header is of', () => {
    const shapes = new Set<string>()
    for (const { point } of points) {
      const read = decodeResumePoint(mainnet, encodeResumePoint(mainnet, point))
      expect(read).toEqual(point)
      const { execution } = point.finalized.header
      shapes.add(execution === undefined ? 'altair' : execution.blobGasUsed === undefined ? 'capella' : 'deneb')
    }
    expect(shapes).toEqual(new Set(['altair', 'capella', 'deneb']))
  })

  it('is refused with one bit changed anywhere', () => {
    for (let at = 0; at < bytes.length; at += at < 300 ? 1 : 97) {
      const changed = bytes.slice()
      changed[at]! ^= 1 << (at % 8)
      expect(() => decodeResumePoint(mainnet, changed), `byte ${at}`).toThrow(
        expect.objectContaining({ code: 'storage_invalid' }),
      )
    }
  })

  it('is refused when it was cut off, or something follows', () => {
    for (const length of [0, 1, 2, 33, 34, 100, bytes.length - 1]) {
      expect(() => decodeResumePoint(mainnet, bytes.subarray(0, length)), `${length} bytes`).toThrow(
        expect.objectContaining({ code: 'storage_invalid' }),
      )
    }
    expect(() => decodeResumePoint(mainnet, Uint8Array.of(...bytes, 0))).toThrow(
      expect.objectContaining({ code: 'storage_invalid' }),
    )
  })

  it.each<[string, Partial<Chain>]>([
    ['validators', { genesisValidatorsRoot: `0x${'42'.repeat(32)}` }],
    ['genesis time', { genesisTimeMs: mainnet.genesisTimeMs + 1 }],
  ])('is refused on a chain with other %s', (_, other) => {
    expect(() => decodeResumePoint({ ...mainnet, ...other }, bytes)).toThrow('it is not of mainnet')
  })
})
