export { decodeEnr, type Enr, signEnr } from './enr.ts'
export {
  addressesOf,
  addressPairs,
  encodeForkId,
  encodeMultiaddrs,
  forkIdAt,
  forkIdOf,
  forkPairsAt,
} from './enr-fields.ts'
