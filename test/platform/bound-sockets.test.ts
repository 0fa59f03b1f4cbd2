import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { boundSockets, type SocketBounds } from '../../src/platform/node/transports/bound-sockets.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

class FakeSocket extends EventEmitter {
  readonly remoteAddress: string
  destroyed = false
  constructor(remoteAddress: string) {
    super()
    this.remoteAddress = remoteAddress
  }
  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('close')
  }
}

function socketsWith(bounds: Partial<SocketBounds>) {
  const clock = createFakeClock()
  const sockets = boundSockets({ total: 100, perAddress: 100, rate: { burst: 100, perSecond: 1 }, ...bounds }, clock)
  const add = (address: string): FakeSocket => {
    const socket = new FakeSocket(address)
    sockets.add(socket as unknown as Socket)
    return socket
  }
  return { sockets, add, clock }
}

const open = (sockets: readonly FakeSocket[]): boolean[] => sockets.map(({ destroyed }) => !destroyed)

it('closes the oldest socket of an address that has too many', () => {
  const { add } = socketsWith({ total: 100, perAddress: 2 })
  const all = [add('6.6.6.6'), add('1.1.1.1'), add('6.6.6.6'), add('6.6.6.6')]
  expect(open(all)).toEqual([false, true, true, true])
})

it('closes the oldest of the address with the most when all together are too many', () => {
  const { add } = socketsWith({ total: 4, perAddress: 100 })
  const all = [add('1.1.1.1'), add('6.6.6.6'), add('6.6.6.6'), add('6.6.6.6'), add('2.2.2.2'), add('3.3.3.3')]
  expect(open(all)).toEqual([true, false, false, true, true, true])
})

it('does not count sockets that closed, or have shown what they are for', () => {
  const { sockets, add } = socketsWith({ total: 100, perAddress: 2 })
  const closed = add('6.6.6.6')
  closed.destroy()
  const shown = add('6.6.6.6')
  sockets.release(shown as unknown as Socket)
  expect(open([add('6.6.6.6'), add('6.6.6.6'), shown])).toEqual([true, true, true])
})

it('closes all that are counted', () => {
  const { sockets, add } = socketsWith({ total: 100, perAddress: 2 })
  const all = [add('1.1.1.1'), add('6.6.6.6')]
  sockets.destroy()
  expect(open(all)).toEqual([false, false])
})

it('closes sockets of an address that come too fast, and none of another', async () => {
  const { add, clock } = socketsWith({ rate: { burst: 2, perSecond: 1 } })
  expect(open([add('6.6.6.6'), add('6.6.6.6'), add('6.6.6.6'), add('1.1.1.1')])).toEqual([true, true, false, true])
  await clock.advance(1_000)
  expect(open([add('6.6.6.6'), add('6.6.6.6')])).toEqual([true, false])
})
