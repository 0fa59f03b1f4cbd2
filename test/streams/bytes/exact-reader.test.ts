import { getEventListeners } from 'node:events'
import { StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLamparaError } from '../../../src/errors/index.ts'
import { createByteFifo } from '../../../src/streams/bytes/byte-fifo.ts'
import { bytesReader, createByteReader, type ReadableStreamSide } from '../../../src/streams/bytes/byte-reader.ts'

const pattern = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff)

/** Cuts bytes into pieces of the given lengths, over and over. */
function cut(data: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0, i = 0; at < data.length; i++) {
    const length = lengths[i % lengths.length]!
    pieces.push(data.subarray(at, at + length))
    at += length
  }
  return pieces
}

const lengthsArbitrary = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 })

/** A stream that a test plays by hand, with the events and states of libp2p 3. */
function playedStream() {
  const target = new EventTarget()
  let buffered: Uint8Array[] = []
  const stream = Object.assign(target, {
    status: 'open',
    readStatus: 'readable',
    remoteWriteStatus: 'writable',
    pause() {
      stream.readStatus = 'paused'
    },
    resume() {
      stream.readStatus = 'readable'
      deliver()
    },
  })
  Object.defineProperty(stream, 'readBufferLength', {
    get: () => buffered.reduce((sum, piece) => sum + piece.length, 0),
  })
  function deliver(): void {
    const pieces = buffered
    buffered = []
    if (pieces.length > 0) target.dispatchEvent(new StreamMessageEvent(Buffer.concat(pieces)))
  }
  return {
    stream: stream as unknown as ReadableStreamSide,
    receive(bytes: Uint8Array) {
      buffered.push(bytes)
      if (stream.readStatus === 'readable') deliver()
    },
    /** The half-close of the other side. */
    finish() {
      stream.remoteWriteStatus = 'closed'
      target.dispatchEvent(new Event('remoteCloseWrite'))
    },
    close(error?: Error) {
      stream.status = error === undefined ? 'closed' : 'reset'
      target.dispatchEvent(new StreamCloseEvent(false, error))
    },
    get isPaused() {
      return stream.readStatus === 'paused'
    },
  }
}

describe('reader over memory', () => {
  it('reads the same bytes however they are cut, and however it reads them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 2000 }), lengthsArbitrary, lengthsArbitrary, async (size, pieces, reads) => {
        const data = pattern(size)
        const reader = bytesReader(cut(data, pieces))
        for (const expected of cut(data, reads)) {
          expect(await reader.hasMore()).toBe(true)
          expect(await reader.read(expected.length)).toEqual(expected)
        }
        expect(reader.bytesRead).toBe(size)
        expect(await reader.hasMore()).toBe(false)
      }),
    )
  })

  it('takes one piece of any size, and pieces without bytes', async () => {
    const data = pattern(300_000)
    const reader = bytesReader(data)
    expect(await reader.read(200_000)).toEqual(data.subarray(0, 200_000))
    await expect(reader.read(100_001)).rejects.toThrow('ended after 100000')
    const sparse = bytesReader([new Uint8Array(), Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2)])
    expect(await sparse.read(2)).toEqual(Uint8Array.of(1, 2))
    expect(await sparse.hasMore()).toBe(false)
    expect(await bytesReader([]).hasMore()).toBe(false)
    expect(await bytesReader(new Uint8Array()).hasMore()).toBe(false)
  })

  it('hands out copies: writing to them changes nothing', async () => {
    const data = Uint8Array.of(1, 2, 3)
    const reader = bytesReader(data)
    ;(await reader.read(1))[0] = 9
    expect(await reader.read(2)).toEqual(Uint8Array.of(2, 3))
    expect(data).toEqual(Uint8Array.of(1, 2, 3))
  })

  it('rejects with `stopped` once released, and with the reason of an aborted signal', async () => {
    const reader = bytesReader(Uint8Array.of(1))
    await expect(reader.read(1, { signal: AbortSignal.abort('stop') })).rejects.toBe('stop')
    expect(await reader.hasMore()).toBe(true)
    reader.release()
    await expect(reader.read(1)).rejects.toSatisfy((error) => isLamparaError(error, 'stopped'))
  })
})

describe('reader over a stream', () => {
  it('reads the same bytes in any order of arrivals, reads, pauses and the end, within its bound', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1500 }),
        lengthsArbitrary,
        lengthsArbitrary,
        fc.integer({ min: 1, max: 500 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        async (size, pieces, reads, maxBuffered, turns, closesEarly) => {
          const data = pattern(size)
          const played = playedStream()
          const reader = createByteReader(played.stream, { maxBuffered })
          const arrivals = cut(data, pieces)
          const expected = cut(data, reads)
          const seen: Uint8Array[] = []
          const arrive = (): void => {
            const piece = arrivals.shift()
            if (piece !== undefined) played.receive(piece)
            if (piece !== undefined && arrivals.length === 0) {
              played.finish()
              if (closesEarly) played.close()
            }
          }
          for (let turn = 0; expected.length > 0; turn++) {
            if (turns[turn % turns.length] && arrivals.length > 0) {
              arrive()
              continue
            }
            const read = reader.read(expected.shift()!.length)
            while (arrivals.length > 0 && !played.isPaused) arrive()
            seen.push(await read)
          }
          expect(await reader.hasMore()).toBe(false)
          expect(Buffer.compare(Buffer.concat(seen), data)).toBe(0)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('pauses at its bound, and not before', () => {
    const played = playedStream()
    createByteReader(played.stream, { maxBuffered: 10 })
    played.receive(new Uint8Array(9))
    expect(played.isPaused).toBe(false)
    played.receive(new Uint8Array(1))
    expect(played.isPaused).toBe(true)
  })

  it('resumes once half of its bound is read', async () => {
    const played = playedStream()
    const reader = createByteReader(played.stream, { maxBuffered: 10 })
    played.receive(new Uint8Array(10))
    await reader.read(5)
    expect(played.isPaused).toBe(true)
    await reader.read(1)
    expect(played.isPaused).toBe(false)
  })

  it('pauses again after a resume() that brought more than its bound, once that has returned', async () => {
    const played = playedStream()
    const reader = createByteReader(played.stream, { maxBuffered: 10 })
    let isResuming = false
    let pausedWithin = false
    const { resume, pause } = played.stream
    played.stream.resume = () => {
      isResuming = true
      resume()
      isResuming = false
    }
    played.stream.pause = () => {
      pausedWithin ||= isResuming
      pause()
    }
    played.receive(new Uint8Array(10))
    played.receive(new Uint8Array(50))
    expect((await reader.read(10)).length).toBe(10)
    expect(played.isPaused).toBe(true)
    expect(pausedWithin).toBe(false)
    expect((await reader.read(50)).length).toBe(50)
  })

  it('reads data that comes in one frame with the half-close, after its flag', async () => {
    const played = playedStream()
    const reader = createByteReader(played.stream)
    const read = reader.read(2)
    played.finish()
    played.receive(Uint8Array.of(1, 2))
    expect(await read).toEqual(Uint8Array.of(1, 2))
    expect(await reader.hasMore()).toBe(false)
  })

  it('does not take the end of its connection for the end of the stream', async () => {
    const played = playedStream()
    const reader = createByteReader(played.stream)
    played.receive(Uint8Array.of(1))
    played.close()
    expect(await reader.read(1)).toEqual(Uint8Array.of(1))
    await expect(reader.hasMore()).rejects.toSatisfy((error) => isLamparaError(error, 'peer_disconnected'))
  })

  it('keeps a half-close when the connection closes after it', async () => {
    const played = playedStream()
    const reader = createByteReader(played.stream)
    played.finish()
    played.close()
    expect(await reader.hasMore()).toBe(false)
  })

  it('turns an error of pause() or resume() into `peer_disconnected`', async () => {
    const played = playedStream()
    const reader = createByteReader(played.stream, { maxBuffered: 4 })
    played.stream.resume = () => {
      throw new Error('muxer closed')
    }
    played.receive(new Uint8Array(4))
    await reader.read(4)
    await expect(reader.read(1)).rejects.toSatisfy((error) => isLamparaError(error, 'peer_disconnected'))
  })

  it('leaves no listeners on the stream once released, nor on signals of reads', async () => {
    const played = playedStream()
    const target = played.stream as unknown as EventTarget
    const reader = createByteReader(played.stream)
    const controller = new AbortController()
    const read = reader.read(1, { signal: controller.signal })
    played.receive(Uint8Array.of(1))
    await read
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    reader.release()
    for (const type of ['message', 'remoteCloseWrite', 'end', 'close']) {
      expect(getEventListeners(target, type)).toHaveLength(0)
    }
  })
})

describe('byte queue', () => {
  const all = pattern(400_000)

  it('gives back what it took, in order, whatever the sizes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 9000 })), { maxLength: 40 }), (steps) => {
        const fifo = createByteFifo()
        let put = 0
        let taken = 0
        for (const [isPut, length] of steps) {
          if (isPut) {
            fifo.append(all.subarray(put, put + length))
            put += length
          } else {
            const size = Math.min(length, fifo.size)
            expect(Buffer.compare(fifo.take(size), all.subarray(taken, taken + size))).toBe(0)
            taken += size
          }
          expect(fifo.size).toBe(put - taken)
        }
      }),
    )
  })

  it('leaves alone what was taken, whatever comes after', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 3000 }), fc.nat({ max: 3000 })), { maxLength: 30 }), (steps) => {
        const fifo = createByteFifo()
        const taken: Uint8Array[] = []
        let put = 0
        for (const [length, wanted] of steps) {
          fifo.append(all.slice(put, put + length))
          put += length
          taken.push(fifo.take(Math.min(wanted, fifo.size)))
        }
        const joined = Buffer.concat(taken)
        expect(Buffer.compare(joined, all.subarray(0, joined.length))).toBe(0)
      }),
    )
  })

  it('keeps no more than twice the memory of what waits alive', () => {
    for (const length of [1, 900, 1024, 5000, 30_000]) {
      const fifo = createByteFifo()
      const blocks = new Set<ArrayBufferLike>()
      for (let at = 0; at < 50_000; at += length) fifo.append(all.slice(0, 65_536).subarray(0, length))
      const { size } = fifo
      while (fifo.size > 0) blocks.add(fifo.take(1).buffer)
      const held = [...blocks].reduce((sum, { byteLength }) => sum + byteLength, 0)
      expect(held).toBeLessThanOrEqual(2 * size + 4096)
    }
  })
})
