import { describe, it } from 'vitest'
import { platform } from '../../src/platform/node/index.ts'
import { dataChannelScenarios } from './scenario/data-channels.ts'
import { inNode } from './scenario/in-node.ts'
import { startMetNode } from './scenario/meet.ts'
import { startListening, startMet } from './scenario/sides.ts'

describe('WebRTC-direct between two nodes', () => {
  const run = inNode('webrtc-direct', () => startListening('webrtc-direct'))
  it.each(dataChannelScenarios)('$name', run)
})

describe('WebRTC between two nodes that meet over a relay', () => {
  const run = inNode('webrtc', () => startMet((relay) => startMetNode(platform, relay)))
  it.each(dataChannelScenarios)('$name', run)
})
