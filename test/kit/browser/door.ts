import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A TCP port that leads to another: what goes through can be counted and cut. */
export interface Door {
  readonly port: number
  /** Sockets that have come in and are open. */
  readonly live: number
  /** Resets all of them, and lets nobody in any more. */
  shut(): Promise<void>
}

/** Opens a door to a port of this machine, for one test. */
export async function openDoor(behind: number): Promise<Door> {
  const inside = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const other = connect({ host: '127.0.0.1', port: behind, allowHalfOpen: true })
    inside.add(socket)
    for (const [from, to] of [[socket, other] as const, [other, socket] as const]) {
      from.pipe(to)
      from.on('error', () => to.destroy())
    }
    socket.on('close', () => {
      inside.delete(socket)
      other.destroy()
    })
    other.on('close', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  async function shut(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of inside) socket.resetAndDestroy()
    await closed
  }
  onTestFinished(shut)
  const { port } = server.address() as { port: number }
  return {
    port,
    get live() {
      return inside.size
    },
    shut,
  }
}
