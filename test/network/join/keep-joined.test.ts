import { describe, expect, it } from 'vitest'
import { LamparaError } from '../../../src/errors/index.ts'
import { keepJoined } from '../../../src/network/join/keep-joined.ts'
import type { JoinFacts } from '../../../src/network/join/read-documents.ts'
import type { NetworkEvent } from '../../../src/network/types.ts'
import type { PeerInfo } from '../../../src/peers/types.ts'
import { createWatchable } from '../../../src/streams/watchable.ts'
import { createFakeClock, settle } from '../../kit/fake-clock.ts'
import { testChain } from '../../kit/network.ts'

const ID = '16Uiu2HAm8u35SroiX4twGMzSViYFN31HphDhtKLsRr84PVSNdr9D'
const address = (port: number) => `/ip4/127.0.0.1/tcp/${port}/p2p/${ID}`
const facts: JoinFacts = { chain: testChain(), bootnodes: [address(1)], enrs: [], clockOffsetMs: 0 }

/** A keeper whose documents the test writes; an error stands for one that cannot be read. */
function keep() {
  const clock = createFakeClock(0)
  const peers = createWatchable<readonly PeerInfo[]>([])
  const events: NetworkEvent[] = []
  const reads: number[] = []
  const bootnodes: (readonly string[])[] = []
  const answers = { next: facts as JoinFacts | LamparaError }
  let dials = 0
  const keeper = keepJoined({
    source: { urls: ['https://relay.example'], facts },
    clock,
    peers,
    random: () => 0,
    setBootnodes: (next) => void bootnodes.push(next),
    dialNow: () => void dials++,
    emit: (event) => void events.push(event),
    onChange: () => {},
    storage: undefined,
    async read() {
      reads.push(clock.now())
      if (answers.next instanceof LamparaError) throw answers.next
      return answers.next
    },
  })
  const connect = async (connected: boolean) => {
    peers.set(connected ? [{ id: ID } as PeerInfo] : [])
    await settle()
  }
  return { clock, keeper, connect, events, reads, bootnodes, answers, dials: () => dials }
}

const unreachable = new LamparaError('bootnodes_unreachable', 'no')
const mismatch = new LamparaError('chain_mismatch', 'another')

describe('join documents of a running network', () => {
  it('are left alone while a bootnode is connected, and read with growing waits while none is', async () => {
    const { clock, connect, reads } = keep()
    await connect(true)
    await clock.advance(600_000)
    expect(reads).toEqual([])
    await connect(false)
    await clock.advance(30_000)
    expect(reads.map((at) => at - 600_000)).toEqual([1_500, 2_500, 4_500, 8_500, 16_500, 24_500])
    await connect(true)
    await clock.advance(600_000)
    expect(reads).toHaveLength(6)
  })

  it('are read once a minute after five minutes', async () => {
    const { clock, reads } = keep()
    await clock.advance(320_000)
    const count = reads.length
    await clock.advance(600_000)
    expect(reads).toHaveLength(count + 10)
  })

  it('are read at once when that is asked for', async () => {
    const { clock, keeper, reads } = keep()
    await settle()
    keeper.readNow()
    await settle()
    expect(reads).toEqual([0])
    await clock.advance(300)
    keeper.readNow()
    await settle()
    expect(reads).toEqual([0, 300])
  })

  it('change the bootnodes only where they name others, in whatever order', async () => {
    const { clock, bootnodes, events, answers } = keep()
    answers.next = { ...facts, bootnodes: [address(2), address(3)] }
    await clock.advance(1_500)
    answers.next = { ...facts, bootnodes: [address(3), address(2)] }
    await clock.advance(10_000)
    expect(bootnodes).toEqual([[address(2), address(3)]])
    expect(events).toEqual([{ type: 'join:changed', bootnodes: [address(2), address(3)] }])
  })

  it('cause a dial at once when they can be read again', async () => {
    const { clock, answers, events, dials } = keep()
    await clock.advance(1_500)
    expect(dials()).toBe(0)
    answers.next = unreachable
    await clock.advance(1_000)
    expect(events).toEqual([{ type: 'join:failed', error: unreachable }])
    answers.next = facts
    await clock.advance(2_000)
    expect(dials()).toBe(1)
  })

  it.each<[string, JoinFacts | LamparaError]>([
    ['another chain', mismatch],
    ['another time', { ...facts, clockOffsetMs: 60_000 }],
  ])('that name %s are an error of the status, until they name the old one', async (_, answer) => {
    const { clock, keeper, answers, bootnodes } = keep()
    answers.next = answer
    await clock.advance(1_500)
    expect(keeper.error?.code).toBe('chain_mismatch')
    expect(bootnodes).toEqual([])
    answers.next = facts
    await clock.advance(1_000)
    expect(keeper.error).toBeUndefined()
  })

  it('are not read any more after the stop, and leave no timer', async () => {
    const { clock, keeper, reads } = keep()
    await clock.advance(1_500)
    keeper.stop()
    await clock.advance(60_000)
    expect(reads).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })
})
