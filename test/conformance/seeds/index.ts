import { cometbft } from './cometbft.ts'
import { gno } from './gno.ts'
import { nimbus } from './nimbus.ts'
import { ream } from './ream.ts'
import type { SeedSystem } from './types.ts'

/** The four systems, each row of them by its number. */
export const systems: readonly SeedSystem[] = [ream, cometbft, nimbus, gno]
