// Runs in the page: from navigation to the first verified head that is current, as a wallet's page would.
import { createLightClient, openStorage } from 'lampara'
import type { Bls } from '../../src/platform/bls.ts'
import { platform } from '../../src/platform/browser/index.ts'

/** Milliseconds; together they are the whole. */
export interface FirstHeadTimes {
  /** From navigation until the page's script runs. */
  readonly load: number
  /** Join document, WebSocket, noise, Status in both directions. */
  readonly connect: number
  /** Asking for the bootstrap and proving it, without BLS. */
  readonly bootstrap: number
  /** Asking for updates and heads and proving them, without BLS. */
  readonly sync: number
  /** BLS in all. */
  readonly verify: number
}

const loadedAt = performance.now()
let blsMs = 0

/** A time, and how much of it was BLS. */
interface Moment {
  readonly at: number
  readonly bls: number
}

const moment = (): Moment => ({ at: performance.now(), bls: blsMs })

/** Counts the time inside BLS; the calls do not nest. */
function timedBls(bls: Bls): Bls {
  const timed =
    <Args extends unknown[], Result>(work: (...args: Args) => Result) =>
    (...args: Args): Result => {
      const start = performance.now()
      try {
        return work(...args)
      } finally {
        blsMs += performance.now() - start
      }
    }
  return {
    implementation: bls.implementation,
    publicKey: timed(bls.publicKey.bind(bls)),
    toBytes: timed(bls.toBytes.bind(bls)),
    add: timed(bls.add.bind(bls)),
    subtract: timed(bls.subtract.bind(bls)),
    equal: timed(bls.equal.bind(bls)),
    verify: timed(bls.verify.bind(bls)),
  }
}

/** Follows with a storage until the first current head; stops then. @returns milliseconds from navigation to that head */
export async function measureWithStorage(join: string): Promise<number> {
  const client = await createLightClient({ join, storage: (chain) => openStorage(chain) })
  await client.ready()
  const readyAt = performance.now()
  await client.stop()
  await client.network.storage?.close()
  return readyAt
}

/** Follows until the first current head; stops then. */
export async function measureFirstHead(join: string): Promise<FirstHeadTimes> {
  const loadBls = platform.loadBls
  platform.loadBls = async () => timedBls(await loadBls())
  const client = await createLightClient({ join })
  let connected: Moment | undefined
  let bootstrapped: Moment | undefined
  client.watchStatus(({ state, optimistic }) => {
    if (state !== 'connecting') connected ??= moment()
    if (optimistic !== undefined) bootstrapped ??= moment()
  })
  await client.ready()
  const end = moment()
  await client.stop()
  if (connected === undefined || bootstrapped === undefined) throw new Error('The client was ready without a bootstrap')
  return {
    load: loadedAt,
    connect: connected.at - loadedAt,
    bootstrap: bootstrapped.at - connected.at - (bootstrapped.bls - connected.bls),
    sync: end.at - bootstrapped.at - (end.bls - bootstrapped.bls),
    verify: end.bls,
  }
}
