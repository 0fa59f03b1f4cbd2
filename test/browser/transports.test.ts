import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchForTests } from '../kit/browser/launched.ts'
import { openPage, type WatchedPage } from '../kit/chromium.ts'
import { findDeno, startWebTransportPeer } from '../kit/webtransport-peer/start.ts'
import { dataChannelScenarios } from '../transports/scenario/data-channels.ts'
import { expectFreed } from '../transports/scenario/freed.ts'
import { idling, scenarios } from '../transports/scenario/scenarios.ts'
import {
  besideSilence,
  type ListeningSide,
  startListening,
  startMet,
  startTunnelled,
} from '../transports/scenario/sides.ts'
import type { Scenario } from '../transports/scenario/steps.ts'
import type { ScenarioTransport } from '../transports/scenario/transports.ts'

const deno = findDeno()
if (deno === undefined && process.env.CI !== undefined) {
  throw new Error('No peer listens for WebTransport here: the npm package `deno` has no program for this machine')
}

interface Kind {
  readonly kind: ScenarioTransport
  readonly holding: readonly Scenario[]
  start(): Promise<ListeningSide>
}

const kinds: readonly Kind[] = [
  { kind: 'websocket', holding: scenarios, start: () => startListening('websocket') },
  { kind: 'tunnel', holding: scenarios, start: startTunnelled },
  ...(deno === undefined ? [] : [{ kind: 'webtransport', holding: scenarios, start: startInDeno } as const]),
  { kind: 'webrtc-direct', holding: dataChannelScenarios, start: () => startListening('webrtc-direct') },
  { kind: 'webrtc', holding: dataChannelScenarios, start: startPage },
]

const launched = launchForTests()
let dialing: WatchedPage
const opened: WatchedPage[] = []
const sides = new Map<ScenarioTransport, ListeningSide>()

beforeAll(async () => {
  dialing = await openHarness()
  await Promise.all(kinds.map(async ({ kind, start }) => sides.set(kind, await start())))
})
afterAll(async () => {
  for (const side of sides.values()) await side.stop()
})

async function openHarness(): Promise<WatchedPage> {
  const watched = await openPage(launched.browser)
  opened.push(watched)
  await watched.page.goto(launched.pages.harness)
  return watched
}

async function startInDeno(): Promise<ListeningSide> {
  const peer = await startWebTransportPeer(deno ?? '')
  return besideSilence(peer.address, {
    held: async () => ({ connections: await peer.connections() }),
    stop: peer.kill,
  })
}

/** Another page, which is met over a relay. */
async function startPage(): Promise<ListeningSide> {
  const { page } = await openHarness()
  return startMet(async (relay) => ({
    address: await page.evaluate((where) => globalThis.lamparaHarness.meet(where), relay),
    connections: () => page.evaluate(() => globalThis.lamparaHarness.met()),
    stop: async () => {},
  }))
}

/** Runs a scenario in the page, and sees that the other side has released everything after it. */
async function run(kind: ScenarioTransport, { name }: Scenario): Promise<void> {
  const side = sides.get(kind)
  if (side === undefined) throw new Error(`Nobody listens for ${kind}`)
  await dialing.page.evaluate((given) => globalThis.lamparaHarness.transport(...given), [
    kind,
    name,
    side.addresses,
  ] as const)
  await expectFreed(side)
}

// Those that take long wait together at the end.
describe.each(kinds)('a page over $kind', ({ kind, holding }) => {
  test.each(holding)('$name', (scenario) => run(kind, scenario))
})

test.concurrent.each(kinds)(`a page over $kind ${idling.name}`, ({ kind }) => run(kind, idling))

test('leaves the console clean, but for the browser’s own words on dials that led nowhere or were broken off', () => {
  const silent = [...sides.values()].map(({ addresses }) => /(?:tcp|udp)\/(\d+)/.exec(addresses.silent)?.[1])
  const expected = (error: string): boolean =>
    error.includes('WebSocket is closed before the connection is established') ||
    silent.some((port) => error.includes(`https://127.0.0.1:${port}/`))
  expect(opened.flatMap(({ errors }) => errors).filter((error) => !expected(error))).toEqual([])
})
