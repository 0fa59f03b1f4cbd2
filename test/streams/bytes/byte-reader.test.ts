import type { Stream } from '@libp2p/interface'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isLamparaError, LamparaError, type LamparaErrorCode } from '../../../src/errors/index.ts'
import { createByteReader } from '../../../src/streams/bytes/byte-reader.ts'
import { settle } from '../../kit/fake-clock.ts'
import { createLibp2pPair, type Libp2pPair } from '../../kit/libp2p-pair.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const pattern = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff)

function hasCode(code: LamparaErrorCode) {
  return (error: unknown) => isLamparaError(error, code)
}

/** Waits for an event of a stream, or for nothing where it has a state already. */
function event(stream: Stream, type: 'remoteCloseWrite' | 'close', isPast: () => boolean): Promise<void> {
  if (isPast()) return Promise.resolve()
  return new Promise((resolve) => stream.addEventListener(type, () => resolve(), { once: true }))
}

const remoteClosed = (stream: Stream): Promise<void> =>
  event(stream, 'remoteCloseWrite', () => stream.remoteWriteStatus === 'closed')
const closed = (stream: Stream): Promise<void> =>
  event(stream, 'close', () => ['closed', 'reset', 'aborted'].includes(stream.status))

/** Sends everything, as fast as the stream takes it. */
async function sendAll(stream: Stream, data: Uint8Array, pieceBytes = 16_384): Promise<void> {
  for (let at = 0; at < data.length; at += pieceBytes) {
    if (stream.send(data.subarray(at, at + pieceBytes))) continue
    await new Promise<void>((resolve, reject) => {
      stream.addEventListener('drain', () => resolve(), { once: true })
      stream.addEventListener('close', () => reject(new Error('closed while sending')), { once: true })
    })
  }
}

describe.each(['yamux', 'mplex'] as const)('byte reader over libp2p with %s', (muxer) => {
  let pair: Libp2pPair
  const opened: Stream[] = []

  async function streams(): Promise<{ dialer: Stream; listener: Stream }> {
    const both = await pair.streams()
    opened.push(both.dialer)
    return both
  }

  beforeAll(async () => {
    pair = await createLibp2pPair({ muxer })
  })
  afterEach(() => {
    for (const stream of opened.splice(0)) stream.abort(new Error('test over'))
  })
  afterAll(() => pair?.stop())

  it('reads exact lengths out of one piece, then tells the clean end', async () => {
    const { dialer, listener } = await streams()
    const reader = createByteReader(listener)
    dialer.send(bytes(1, 2, 3, 4, 5))
    await dialer.close()
    expect(await reader.read(1)).toEqual(bytes(1))
    expect(await reader.hasMore()).toBe(true)
    expect(await reader.read(3)).toEqual(bytes(2, 3, 4))
    expect(reader.bytesRead).toBe(4)
    expect(await reader.read(1)).toEqual(bytes(5))
    expect(await reader.hasMore()).toBe(false)
    expect(await reader.hasMore()).toBe(false)
    expect(await reader.read(0)).toEqual(bytes())
  })

  it('joins bytes that come one by one', async () => {
    const { dialer, listener } = await streams()
    const reader = createByteReader(listener)
    const read = reader.read(200)
    const data = pattern(200)
    for (const byte of data) {
      dialer.send(bytes(byte))
      await settle()
    }
    expect(await read).toEqual(data)
  })

  it('rejects with `unexpected_end` when the stream ends within a read', async () => {
    const { dialer, listener } = await streams()
    const reader = createByteReader(listener)
    const read = reader.read(3)
    dialer.send(bytes(1, 2))
    await dialer.close()
    await expect(read).rejects.toSatisfy(hasCode('unexpected_end'))
    expect(await reader.read(2)).toEqual(bytes(1, 2))
  })

  it('reads what came before it was attached, with the end', async () => {
    const { dialer, listener } = await streams()
    dialer.send(bytes(1, 2, 3))
    await dialer.close()
    await remoteClosed(listener)
    const reader = createByteReader(listener)
    expect(await reader.read(3)).toEqual(bytes(1, 2, 3))
    expect(await reader.hasMore()).toBe(false)
  })

  it('tells a clean end that came before it was attached, without any bytes', async () => {
    const { dialer, listener } = await streams()
    await dialer.close()
    await remoteClosed(listener)
    expect(await createByteReader(listener).hasMore()).toBe(false)
  })

  it('reads all of a stream that both sides closed before it was attached', async () => {
    const { dialer, listener } = await streams()
    dialer.send(bytes(1, 2, 3))
    await Promise.all([dialer.close(), listener.close()])
    await closed(listener)
    const reader = createByteReader(listener)
    expect(await reader.read(3)).toEqual(bytes(1, 2, 3))
    expect(await reader.hasMore()).toBe(false)
  })

  it('rejects with `peer_disconnected` when the stream was reset before it was attached', async () => {
    const { dialer, listener } = await streams()
    dialer.abort(new Error('gone'))
    await closed(listener)
    const reader = createByteReader(listener)
    await expect(reader.hasMore()).rejects.toSatisfy(hasCode('peer_disconnected'))
    await expect(reader.read(1)).rejects.toSatisfy(hasCode('peer_disconnected'))
  })

  it('rejects a parked read with `peer_disconnected` when the peer resets, not with a clean end', async () => {
    const { dialer, listener } = await streams()
    const reader = createByteReader(listener)
    dialer.send(bytes(1, 2))
    expect(await reader.hasMore()).toBe(true)
    const read = reader.read(10)
    const asked = expect(read).rejects.toSatisfy(hasCode('peer_disconnected'))
    dialer.abort(new Error('gone'))
    await asked
    expect(await reader.read(2)).toEqual(bytes(1, 2))
    await expect(reader.hasMore()).rejects.toSatisfy(hasCode('peer_disconnected'))
  })

  it('reads what came before a reset that found it paused, then rejects with `peer_disconnected`', async () => {
    const { dialer, listener } = await streams()
    const reader = createByteReader(listener, { maxBuffered: 1000 })
    const data = pattern(100_000)
    await sendAll(dialer, data)
    while (listener.readBufferLength + 1000 < 50_000) await settle()
    dialer.abort(new Error('gone'))
    await closed(listener)
    const read: Uint8Array[] = []
    await expect(
      (async () => {
        for (;;) read.push(await reader.read(500))
      })(),
    ).rejects.toSatisfy(hasCode('peer_disconnected'))
    const whole = Buffer.concat(read)
    expect(whole.length).toBeGreaterThanOrEqual(50_000)
    expect(Buffer.compare(whole, data.subarray(0, whole.length))).toBe(0)
  })

  it('rejects with the error that the stream was aborted with here, where it has a code', async () => {
    const { listener } = await streams()
    const reader = createByteReader(listener)
    const error = new LamparaError('chunk_timeout', 'Cannot wait longer')
    const asked = expect(reader.read(1)).rejects.toBe(error)
    listener.abort(error)
    await asked
  })

  it('rejects with `peer_disconnected` when it was aborted here for another reason', async () => {
    const { listener } = await streams()
    const reader = createByteReader(listener)
    const asked = expect(reader.read(1)).rejects.toSatisfy(hasCode('peer_disconnected'))
    listener.abort(new Error('other'))
    await asked
  })

  it('rejects a parked read when the stream is closed for reading here', async () => {
    const { listener } = await streams()
    const reader = createByteReader(listener)
    const asked = expect(reader.hasMore()).rejects.toSatisfy(hasCode('stopped'))
    await listener.closeRead()
    await asked
  })

  it('loses nothing when a read is aborted', async () => {
    const { dialer, listener } = await streams()
    const reader = createByteReader(listener)
    const controller = new AbortController()
    dialer.send(bytes(1, 2))
    expect(await reader.hasMore()).toBe(true)
    const reason = new Error('stop')
    const asked = expect(reader.read(4, { signal: controller.signal })).rejects.toBe(reason)
    controller.abort(reason)
    await asked
    await expect(reader.read(1, { signal: controller.signal })).rejects.toBe(reason)
    dialer.send(bytes(3, 4))
    expect(await reader.read(4)).toEqual(bytes(1, 2, 3, 4))
  })

  it('refuses a second read while one is under way, and lengths that are not valid', async () => {
    const { dialer, listener } = await streams()
    const reader = createByteReader(listener)
    const first = reader.read(1)
    await expect(reader.read(1)).rejects.toSatisfy(hasCode('invalid_argument'))
    await expect(reader.hasMore()).rejects.toSatisfy(hasCode('invalid_argument'))
    dialer.send(bytes(7))
    expect(await first).toEqual(bytes(7))
    for (const length of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(reader.read(length)).rejects.toSatisfy(hasCode('invalid_argument'))
    }
  })

  it('rejects reads with `stopped` once released, and leaves the stream open', async () => {
    const { dialer, listener } = await streams()
    const reader = createByteReader(listener)
    const asked = expect(reader.read(1)).rejects.toSatisfy(hasCode('stopped'))
    reader.release()
    reader.release()
    await asked
    await expect(reader.hasMore()).rejects.toSatisfy(hasCode('stopped'))
    expect(listener.status).toBe('open')
    const other = createByteReader(listener)
    dialer.send(bytes(9))
    expect(await other.read(1)).toEqual(bytes(9))
  })

  it('reads 2 MB that a fast writer sends through a bound of 64 KB, unchanged', async () => {
    const { dialer, listener } = await streams()
    const reader = createByteReader(listener, { maxBuffered: 65_536 })
    const data = pattern(2_000_000)
    const sent = sendAll(dialer, data).then(() => dialer.close())
    await settle()
    const read: Uint8Array[] = []
    for (let at = 0; at < data.length; at += 50_000) read.push(await reader.read(50_000))
    expect(await reader.hasMore()).toBe(false)
    await sent
    expect(Buffer.compare(Buffer.concat(read), data)).toBe(0)
  })

  it('reads on to the end of what waited when the stream closed while paused', async () => {
    const { dialer, listener } = await streams()
    const reader = createByteReader(listener, { maxBuffered: 1000 })
    const data = pattern(200_000)
    await sendAll(dialer, data)
    await Promise.all([dialer.close(), listener.close()])
    await closed(listener)
    const read: Uint8Array[] = []
    while (await reader.hasMore()) read.push(await reader.read(2000))
    expect(Buffer.compare(Buffer.concat(read), data)).toBe(0)
  })

  it('takes a read larger than its bound', async () => {
    const { dialer, listener } = await streams()
    const reader = createByteReader(listener, { maxBuffered: 1000 })
    const data = pattern(500_000)
    const sent = sendAll(dialer, data)
    expect(Buffer.compare(await reader.read(data.length), data)).toBe(0)
    await sent
  })
})

describe('byte reader over libp2p', () => {
  it('rejects with `peer_disconnected` when the connection goes away without an end of the stream', async () => {
    const pair = await createLibp2pPair()
    try {
      const { dialer, listener } = await pair.streams()
      const reader = createByteReader(listener)
      dialer.send(bytes(1))
      expect(await reader.read(1)).toEqual(bytes(1))
      const asked = expect(reader.hasMore()).rejects.toSatisfy(hasCode('peer_disconnected'))
      for (const connection of pair.listener.getConnections()) connection.abort(new Error('cable cut'))
      await asked
    } finally {
      await pair.stop()
    }
  })

  it('holds back a fast writer: no more than its bound and one window wait, while nobody reads', async () => {
    const window = 262_144
    const pair = await createLibp2pPair({ maxStreamWindowSize: window })
    try {
      const { dialer, listener } = await pair.streams()
      const maxBuffered = 65_536
      const reader = createByteReader(listener, { maxBuffered })
      const total = 4_000_000
      const sent = sendAll(dialer, new Uint8Array(total))
      let peak = 0
      for (let read = 0; read < total; read += 40_000) {
        if (read % 200_000 === 40_000) {
          // Each stream opened is a round trip behind the writer: whatever it may send by now has come.
          for (let i = 0; i < 4; i++) (await pair.streams()).dialer.abort(new Error('round trip'))
          peak = Math.max(peak, listener.readBufferLength)
        }
        await reader.read(40_000)
      }
      await sent
      expect(peak).toBeGreaterThan(0)
      expect(peak).toBeLessThanOrEqual(window)
      expect(listener.status).toBe('open')
    } finally {
      await pair.stop()
    }
  })
})
