export type { BeaconChainOptions } from './beacon/options.ts'
export { type DevnetForkName, devnetForkNames, type ForkSchedule } from './beacon/schedule.ts'
export { createDevnet } from './create-devnet.ts'
export { type PersonaName, personaNames } from './persona/personas.ts'
export type {
  Devnet,
  DevnetBlock,
  DevnetDiscv5Options,
  DevnetEvent,
  DevnetNodeOptions,
  DevnetOptions,
  MadeDevnetOptions,
  ReplayDevnetOptions,
} from './types.ts'
