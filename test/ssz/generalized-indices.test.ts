import { describe, expect, it } from 'vitest'
import { mainnetPreset, minimalPreset } from '../../src/chain/index.ts'
import { beaconBlockBodyTypes, beaconStateTypes } from '../../src/ssz/beacon/beacon-state.ts'
import {
  executionBlockHashGindexGloas,
  executionPayloadGindex,
  gindexDepth,
  gindexSubtreeIndex,
  lightClientGindices,
} from '../../src/ssz/index.ts'
import {
  bodyFields,
  checkpointFields,
  concatGindices,
  containerGindex,
  executionPayloadBidFields,
  progressiveContainerGindex,
  signedExecutionPayloadBidFields,
  stateFields,
} from '../kit/ssz/gloas-gindices.ts'
import { failureOf } from '../kit/wire/failure.ts'

const forks = ['altair', 'bellatrix', 'capella', 'deneb', 'electra', 'fulu'] as const

describe('generalized indices', () => {
  it.each([
    ['altair', 105, 54, 55],
    ['bellatrix', 105, 54, 55],
    ['capella', 105, 54, 55],
    ['deneb', 105, 54, 55],
    ['electra', 169, 86, 87],
    ['fulu', 169, 86, 87],
    ['gloas', 735, 2945, 2946],
  ] as const)(
    'of %s are those of the specification',
    (fork, finalizedRoot, currentSyncCommittee, nextSyncCommittee) => {
      expect(lightClientGindices(fork)).toEqual({ finalizedRoot, currentSyncCommittee, nextSyncCommittee })
    },
  )

  it('of the execution payload and, in Gloas, its block hash are those of the specification', () => {
    expect(executionPayloadGindex).toBe(25)
    expect(executionBlockHashGindexGloas).toBe(2856)
  })

  it('are not available for phase0', () => {
    expect(failureOf(() => lightClientGindices('phase0'))).toBe('fork_unknown')
  })

  it('split into depth and place within their layer', () => {
    expect([gindexDepth(105), gindexSubtreeIndex(105)]).toEqual([6, 41])
    expect([gindexDepth(2946), gindexSubtreeIndex(2946)]).toEqual([11, 898])
    expect([gindexDepth(1), gindexSubtreeIndex(1)]).toEqual([0, 0])
  })

  it.each([mainnetPreset, minimalPreset])('follow from the very fields of the $name containers', (preset) => {
    const states = beaconStateTypes(preset)
    const bodies = beaconBlockBodyTypes(preset)
    for (const fork of forks) {
      const gindices = lightClientGindices(fork)
      expect(states[fork].getPathInfo(['finalizedCheckpoint', 'root']).gindex).toBe(BigInt(gindices.finalizedRoot))
      expect(states[fork].getPathInfo(['currentSyncCommittee']).gindex).toBe(BigInt(gindices.currentSyncCommittee))
      expect(states[fork].getPathInfo(['nextSyncCommittee']).gindex).toBe(BigInt(gindices.nextSyncCommittee))
    }
    for (const fork of ['capella', 'deneb', 'electra', 'fulu'] as const) {
      expect(bodies[fork].getPathInfo(['executionPayload']).gindex).toBe(BigInt(executionPayloadGindex))
    }
  })

  it('follow in Gloas from the fields of its progressive containers, whose active fields are mixed in', () => {
    expect(stateFields).toHaveLength(46)
    expect(bodyFields).toHaveLength(13)
    expect(lightClientGindices('gloas')).toEqual({
      finalizedRoot: concatGindices(
        progressiveContainerGindex(stateFields, 'finalizedCheckpoint'),
        containerGindex(checkpointFields, 'root'),
      ),
      currentSyncCommittee: progressiveContainerGindex(stateFields, 'currentSyncCommittee'),
      nextSyncCommittee: progressiveContainerGindex(stateFields, 'nextSyncCommittee'),
    })
    const path = [
      progressiveContainerGindex(bodyFields, 'signedExecutionPayloadBid'),
      containerGindex(signedExecutionPayloadBidFields, 'message'),
      progressiveContainerGindex(executionPayloadBidFields, 'parentBlockHash'),
    ]
    expect(executionBlockHashGindexGloas).toBe(concatGindices(...path))
  })
})
