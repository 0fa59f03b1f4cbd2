import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy whose line can go dead without a word, as one does when a laptop sleeps or a mobile network drops it. */
export interface SilentProxy {
  readonly port: number
  /** Connections that are open on the near side. */
  readonly open: number
  /** From now on nothing passes on the lines that stand, and none of them closes; new ones work. */
  silence(): void
  close(): Promise<void>
}

/** Starts a proxy on loopback. */
export async function startSilentProxy(toPort: number): Promise<SilentProxy> {
  const lines = new Set<{ readonly near: Socket; readonly far: Socket; silent: boolean }>()
  const server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1')
    const line = { near, far, silent: false }
    lines.add(line)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => line.silent || to.write(bytes))
      from.on('error', () => {})
      from.on('close', () => {
        if (from === near) lines.delete(line)
        if (!line.silent || from === near) to.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return lines.size
    },
    silence() {
      for (const line of lines) line.silent = true
    },
    async close() {
      for (const { near, far } of lines) {
        near.destroy()
        far.destroy()
      }
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
