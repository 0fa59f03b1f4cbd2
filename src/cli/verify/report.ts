import { type Chain, slotStartMs, toHex } from '../../chain/index.ts'
import { escapeText, messageOf } from '../../errors/index.ts'
import { headerRoot, type LightClientHeader } from '../../ssz/index.ts'
import type { Outcome, Refused } from './apply-objects.ts'

/** The outcome as one JSON object, for machines. */
export function jsonReport({ bootstrap, applied, ignored, rejected, store }: Outcome): string {
  return JSON.stringify({
    bootstrap: bootstrap?.beacon.slot ?? null,
    applied,
    ignored: ignored.map(codeOnly),
    rejected: rejected.map(codeOnly),
    finalized: headOf(store?.finalizedHeader),
    optimistic: headOf(store?.optimisticHeader),
  })
}

/** The outcome in words, for people. */
export function humanReport(chain: Chain, outcome: Outcome, colours: boolean): string {
  const { bold, red, green, yellow, dim } = palette(colours)
  const { bootstrap, applied, ignored, rejected, store } = outcome
  const head = (name: string, { beacon }: LightClientHeader): string => {
    const slot = beacon.slot.toLocaleString('en-US').padStart(10)
    return `  ${name.padEnd(10)}  slot ${slot}  ${dim(`${dateOf(chain, beacon.slot)}${toHex(headerRoot(beacon))}`)}`
  }

  const lines =
    bootstrap === undefined || store === undefined
      ? [`${red('✖')} ${bold(escapeText(chain.name))}: no valid bootstrap of the checkpoint is among the files`]
      : [
          `${rejected.length === 0 ? green('✔') : red('✖')} ${bold(escapeText(chain.name))}: ${tally(applied, ignored, rejected)}`,
          head('bootstrap', bootstrap),
          head('finalized', store.finalizedHeader),
          head('optimistic', store.optimisticHeader),
        ]
  for (const { file, error } of rejected)
    lines.push(`${red('rejected')}  ${escapeText(file)}  ${bold(error.code)}`, `  ${messageOf(error)}`)
  for (const [code, refused] of byCode(ignored)) {
    lines.push(`${yellow('ignored')}  ${refused.length} × ${bold(code)}`, `  ${dim(messageOf(refused[0]!.error))}`)
  }
  return lines.join('\n')
}

function palette(colours: boolean) {
  const paint = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)
  return { bold: paint(1), dim: paint(2), red: paint(31), green: paint(32), yellow: paint(33) }
}

/** A slot's beginning, where the genesis time is known. */
function dateOf(chain: Chain, slot: number): string {
  if (chain.genesisTimeMs === 0) return ''
  const iso = new Date(slotStartMs(chain, slot)).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC  `
}

/** What is not useful is often not useful for one reason, many times. */
function byCode(refused: readonly Refused[]): Map<string, Refused[]> {
  const groups = new Map<string, Refused[]>()
  for (const entry of refused) groups.set(entry.error.code, [...(groups.get(entry.error.code) ?? []), entry])
  return groups
}

function tally(applied: number, ignored: readonly Refused[], rejected: readonly Refused[]): string {
  const objects = applied === 1 ? 'object' : 'objects'
  return `${applied} ${objects} applied, ${ignored.length} ignored, ${rejected.length} rejected`
}

function codeOnly({ file, error }: Refused): { file: string; code: string } {
  return { file, code: error.code }
}

function headOf(header: LightClientHeader | undefined): { slot: number; root: string } | null {
  return header === undefined ? null : { slot: header.beacon.slot, root: toHex(headerRoot(header.beacon)) }
}
