import type { Connection } from '@libp2p/interface'
import { type Cost, startMeter } from './figure.ts'

/** Takes so many bytes, then answers with one. */
export const sinkProtocol = '/bench/sink/1'
/** Sends so many bytes. */
export const sourceProtocol = '/bench/source/1'
/** A whole number of pieces. */
export const TRANSFER_BYTES = 320 * 64 * 1024

/** Sends them, until the other side has all. */
export async function upload(connection: Connection): Promise<Cost> {
  const end = startMeter()
  const stream = await connection.newStream(sinkProtocol)
  const answered = new Promise<void>((resolve) => stream.addEventListener('message', () => resolve()))
  const piece = new Uint8Array(64 * 1024)
  for (let left = TRANSFER_BYTES; left > 0; left -= piece.length) {
    if (!stream.send(piece)) await new Promise((resolve) => stream.addEventListener('drain', resolve, { once: true }))
  }
  await answered
  const cost = end()
  await stream.close()
  return cost
}

/** Takes them, until all are here. */
export async function download(connection: Connection): Promise<Cost> {
  const end = startMeter()
  const stream = await connection.newStream(sourceProtocol)
  let left = TRANSFER_BYTES
  await new Promise<void>((resolve) => {
    stream.addEventListener('message', ({ data }) => {
      left -= data.byteLength
      if (left <= 0) resolve()
    })
  })
  const cost = end()
  await stream.close()
  return cost
}

/** Connects so many times, one after the other, and closes each before the next; what closing costs is not counted. */
export async function connectTimes(times: number, connect: () => Promise<Connection>): Promise<Cost> {
  const total = { wallMs: 0, cpuMs: 0 }
  for (let n = 0; n < times; n++) {
    const end = startMeter()
    const connection = await connect()
    const { wallMs, cpuMs } = end()
    total.wallMs += wallMs
    total.cpuMs += cpuMs
    await connection.close()
  }
  return total
}
