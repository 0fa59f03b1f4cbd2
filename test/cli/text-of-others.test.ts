// Text of peers, servers and files, at every place where it is printed.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { mainnet } from '../../src/chain/index.ts'
import type { Command } from '../../src/cli/commands.ts'
import { recordInWords } from '../../src/cli/enr/describe-record.ts'
import { explainNoPeers } from '../../src/cli/explain-no-peers.ts'
import { createReporter } from '../../src/cli/follow/reporter.ts'
import { createLog } from '../../src/cli/log/create-log.ts'
import { peerTable } from '../../src/cli/peers/table.ts'
import { printEvents } from '../../src/cli/peers/watch.ts'
import { runProgram } from '../../src/cli/program.ts'
import { safeIo } from '../../src/cli/safe-io.ts'
import { humanReport, jsonReport } from '../../src/cli/verify/report.ts'
import { escapeText, LamparaError, messageOf } from '../../src/errors/index.ts'
import type { LightClientStatus } from '../../src/light-client/types.ts'
import type { Network, NetworkEvent } from '../../src/network/types.ts'
import type { PeerInfo } from '../../src/peers/types.ts'
import { capturedIo } from '../kit/cli/captured-io.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

/** Clears a terminal, sets its title, ends lines, turns text around, hides text, and is half of a character. */
const hostile =
  'a\u001b[2J\u001b]0;t\u0007\r\nforged line\u0085\u009b1m\u2028\u202eb\u2066\u200f\u200b\u{e0041}\ud800<b>'
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const STEERING = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]|\p{Surrogate}/u

/** Lines as they are printed, which nothing may have split. */
function expectHarmless(lines: readonly string[]): void {
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) {
    expect(line).not.toMatch(STEERING)
    expect(line).not.toMatch(/^forged/)
  }
  expect(lines.join('')).toContain('forged line')
}

const peer: PeerInfo = {
  id: '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ',
  state: 'connected',
  address: `/dns4/${hostile}/tcp/1`,
  direction: 'inbound',
  persistent: false,
  protocols: [],
  score: 0,
  connectedAtMs: 0,
  seenAtMs: 0,
  agent: hostile,
  disconnectReason: hostile,
}
/** As another copy of the package, or another library, may make it: nothing has escaped its message. */
function rawError(): LamparaError {
  const error = new LamparaError('dial_failed', 'x')
  error.message = `${hostile} [dial_failed]`
  return error
}
const command = (run: Awaited<ReturnType<Command['load']>>['run']): Record<string, Command> => ({
  it: { summary: 'x', load: async () => ({ run }) },
})

describe('text of others', () => {
  it('is escaped in the message of every error, and in that of a foreign one', () => {
    expectHarmless([new LamparaError('dial_failed', hostile).message])
    expectHarmless([LamparaError.from(new Error(hostile), 'dial_failed', 'Cannot dial').message])
    expectHarmless([messageOf(new Error(hostile)), messageOf(hostile), messageOf({ message: hostile })])
  })

  it('is left as it is where it steers nothing', () => {
    const harmless = 'Lighthouse/v8.0.0-é漢字🦀 "quoted" <b> \\n'
    expect(escapeText(harmless)).toBe(harmless)
  })

  it('is escaped in a line of the log, in both formats', () => {
    const lines: string[] = []
    for (const format of ['text', 'json'] as const) {
      const log = createLog({ format, now: () => 0, write: (line) => void lines.push(line) })
      log.info('x', hostile, { agent: hostile, list: [hostile] })
    }
    expectHarmless(lines)
    expect(JSON.parse(lines[1]!)).toMatchObject({ agent: hostile })
  })

  it('is escaped in the table of peers', () => {
    expectHarmless(peerTable([peer], { nowMs: 0, known: 1 }))
  })

  it.each([true, false])('is escaped in the events of peers (as JSON: %s)', async (json) => {
    const io = capturedIo()
    const events: NetworkEvent[] = [
      { type: 'peer:connected', peer },
      { type: 'peer:disconnected', peer, reason: hostile },
      { type: 'peer:banned', peerId: 'x', reason: hostile, untilMs: 0 },
      { type: 'peer:discovered', peerId: 'x', addresses: [hostile], source: hostile },
      { type: 'dial:failed', address: hostile, error: rawError() },
    ]
    const network = { events: () => events } as unknown as Network
    const printing = command(async (_, given) => {
      await printEvents(network, given, json, new AbortController().signal)
      return 0
    })
    await runProgram(['it'], io, printing)
    expect(io.out).toHaveLength(events.length)
    expectHarmless(io.out)
  })

  it('is escaped in the words of a node record', () => {
    const words = recordInWords({
      peerId: 'x',
      nodeId: '0x',
      seq: '1',
      forkDigest: null,
      chain: null,
      fork: null,
      nextForkEpoch: null,
      addresses: [hostile],
      keys: [hostile],
      enr: 'enr:x',
    })
    expect(words.split('\n')).toHaveLength(7)
    expectHarmless(words.split('\n'))
  })

  it('is escaped in the report on files, their names included', () => {
    const refused = { file: hostile, error: rawError() }
    const outcome = { bootstrap: undefined, store: undefined, applied: 0, ignored: [refused], rejected: [refused] }
    const chain = { ...mainnet, name: hostile }
    const lines = humanReport(chain, outcome as never, false).split('\n')
    expect(lines).toHaveLength(5)
    expectHarmless(lines)
    const io = capturedIo()
    safeIo(io).stdout(jsonReport(outcome as never))
    expectHarmless(io.out)
  })

  it.each([true, false])('is escaped in what a follower reports (as JSON: %s)', (json) => {
    const io = capturedIo()
    const reporter = createReporter(safeIo(io), { json })
    reporter.status({ state: 'stalled', message: hostile, peers: 0 } as unknown as LightClientStatus)
    reporter.trouble(rawError())
    reporter.notice(hostile)
    expect([...io.out, ...io.err]).toHaveLength(3)
    expectHarmless([...io.out, ...io.err])
  })

  it('is escaped in what tells why there is no peer', async () => {
    const clock = createFakeClock()
    const lines: string[] = []
    const events: NetworkEvent[] = [{ type: 'dial:failed', address: hostile, error: rawError() }]
    const network = {
      events: async function* () {
        yield* events
      },
      watchStatus(callback: (status: unknown) => void) {
        callback({ state: 'connecting', peers: 0 })
        return () => {}
      },
    } as unknown as Network
    const stop = explainNoPeers(network, { tell: (line) => void lines.push(line), clock, hasNetwork: () => true })
    await clock.advance(5_000)
    stop()
    expectHarmless(lines)
  })

  it('is escaped in what a command throws, in the name of a command, and in what a command forgot to escape', async () => {
    const io = capturedIo()
    await runProgram(
      ['it'],
      io,
      command(() => Promise.reject(new Error(hostile))),
    )
    await runProgram([hostile], io, {})
    expectHarmless(io.err)
    const forgetful = capturedIo()
    const forgetting = command(async (_, { stdout }) => {
      stdout(`\u001b[31mred\u001b[0m ${hostile}`)
      return 0
    })
    await runProgram(['it'], forgetful, forgetting)
    // Its own colours, and ends of lines, are all that is left.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(forgetful.out[0]!.replace(/\u001b\[\d+m|\n/g, '')).not.toMatch(STEERING)
  })

  it('never becomes HTML: the page writes text alone', async () => {
    const folder = fileURLToPath(new URL('../../demo', import.meta.url))
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'))
    expect(files.length).toBeGreaterThan(10)
    for (const file of files) {
      const source = await readFile(join(folder, file), 'utf8')
      expect(source).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment/)
    }
  })
})
