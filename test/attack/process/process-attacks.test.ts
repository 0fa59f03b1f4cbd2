// A bootnode in a process of its own, attacked by processes of their own, while honest clients follow. `npm run test:attack` runs
// every attack and prints the table; `npm test` runs one.
import { appendFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionAttacks } from '../connection-attacks.ts'
import { serviceAttacks } from '../service-attacks.ts'
import { socketAttacks } from '../socket-attacks.ts'
import { type ProcessRig, startRig } from './process-rig.ts'
import { tableRow } from './table.ts'

const tableFile = process.env.LAMPARA_ATTACK_TABLE
const isWhole = tableFile !== undefined
const SAMPLE = ['a flood of yamux pings']
const attacks = { ...connectionAttacks, ...serviceAttacks, ...socketAttacks }
const names = isWhole ? Object.keys(attacks) : SAMPLE
const options = isWhole
  ? { slotMs: 2_000, honestClients: 5, calmMs: 10_000, attackMs: 20_000, settleMs: 60_000 }
  : { slotMs: 1_000, honestClients: 2, calmMs: 3_000, attackMs: 4_000, settleMs: 0 }
/** How much later heads may be than calm, at the 95th percentile. */
const LATER_MS = 500
const MEMORY_FACTOR = 1.2
/** How often one attacker may be disconnected, its first free offences included. */
const MAX_PER_SECOND = 5

describe('the process of a bootnode under attack', { timeout: 180_000 }, () => {
  let rig: ProcessRig
  beforeAll(async () => {
    rig = await startRig(options)
  })
  afterAll(() => rig?.stop(), 60_000)

  it.each(names)('lives, counts the cause, and keeps honest clients at the head during %s', async (name) => {
    const report = await rig.measure(name)
    const { cause } = attacks[name]!
    const { calm, attacked, endings, causes, isAlive } = report
    const perSecond = (1000 * (endings.disconnected ?? 0)) / options.attackMs
    const failures = [
      !isAlive && 'the process ended',
      calm.heads === 0 && 'no heads when calm: nothing is measured',
      attacked.heads === 0 && 'no heads under attack',
      attacked.missed > calm.missed && `${attacked.missed} heads missed`,
      cause !== undefined && !((causes[cause] ?? causes.banned ?? 0) > 0) && 'its cause was not counted',
      isWhole && socketAttacks[name] === undefined && perSecond > MAX_PER_SECOND && 'the attacker came back too often',
      !name.includes('never read') && !((endings.disconnected ?? 0) > 0) && 'the attacker was never disconnected',
      // Figures of time and memory need an idle machine.
      isWhole && attacked.p95Ms > calm.p95Ms + LATER_MS && 'heads came too late',
      isWhole && report.rssAfterMib > report.rssBeforeMib * MEMORY_FACTOR && 'memory was not given back',
    ].filter((failure) => failure !== false)
    if (tableFile !== undefined) await appendFile(tableFile, tableRow(report, failures))
    expect(failures).toEqual([])
  })
})
