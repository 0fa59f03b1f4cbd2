import type { Chain } from './chain.ts'

/** True when two values say the same of a chain, wherever they come from: a join document that is read twice makes two of one chain. */
export function sameChain(a: Chain, b: Chain): boolean {
  return a === b || (a.preset.name === b.preset.name && JSON.stringify(factsOf(a)) === JSON.stringify(factsOf(b)))
}

function factsOf(chain: Chain): readonly unknown[] {
  const { genesisTimeMs, genesisValidatorsRoot, slotDurationMs, syncMessageDueBps, maxBlobsPerBlockElectra } = chain
  const { altair, gloas } = syncMessageDueBps
  return [
    [genesisTimeMs, genesisValidatorsRoot, slotDurationMs, altair, gloas, maxBlobsPerBlockElectra],
    chain.forks.map(({ name, version, epoch }) => [name, version, String(epoch)]),
    chain.blobSchedule.map(({ epoch, maxBlobsPerBlock }) => [String(epoch), maxBlobsPerBlock]),
  ]
}
